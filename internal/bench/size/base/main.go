// Command base is a program that uses encoding/json and log/slog. Command size builds
// it.
package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"os"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Error("read", "error", err)
		os.Exit(1)
	}
	var plan struct{ User, Payload map[string]any }
	if err := json.Unmarshal(text, &plan); err != nil {
		log.Error("decode", "error", err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(plan.User); err != nil {
		log.Error("encode", "error", err)
	}
}
