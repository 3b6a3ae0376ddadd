package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// checkpoint is the progress of a run.
type checkpoint struct {
	Lines   int   `json:"lines"`
	Input   int64 `json:"input"`  // bytes read
	Output  int64 `json:"output"` // bytes written
	Refused int   `json:"refused"`
	Warned  int   `json:"warned"`
	Wrong   int   `json:"wrong"`
}

// add adds the lines of a batch.
func (c *checkpoint) add(b *batch) {
	c.Lines += len(b.lines)
	c.Input = b.input
	c.Refused += b.refused
	c.Warned += b.warned
	c.Wrong += b.wrong
}

// readCheckpoint returns the checkpoint in the file, or the zero one if there is no
// file.
func readCheckpoint(name string) (c checkpoint, err error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// write replaces the file with c at once, so that it is never written in part.
func (c checkpoint) write(name string) error {
	if name == "" {
		return nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
