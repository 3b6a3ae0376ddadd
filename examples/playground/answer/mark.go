package answer

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/metameld/metameld/metadata"
)

// Mark is a remark on one line of a text.
type Mark struct {
	Line     int    `json:"line"` // from 1
	Column   int    `json:"column,omitempty"`
	Pointer  string `json:"pointer,omitempty"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Fault    bool   `json:"fault,omitempty"` // the text cannot be read
}

// maxMarks is the maximum number of marks of one text.
const maxMarks = 100

// faults marks the faults of a text, which are in err.
func (a *Answer) faults(name, text string, err error) {
	var list metadata.Errors
	if !errors.As(err, &list) {
		a.mark(name, Mark{Line: 1, Fault: true, Severity: "error", Message: err.Error()})
		return
	}
	list = list[:min(len(list), maxMarks)]
	var unplaced []string // faults of what a valid text says have no offset
	for _, e := range list {
		if e.Offset == 0 && e.Pointer != "" {
			unplaced = append(unplaced, e.Pointer)
		}
	}
	found := map[string]int{}
	if len(unplaced) > 0 {
		found = places(text, unplaced)
	}
	for _, e := range list {
		at := e.Offset
		if at == 0 {
			at, _ = place(found, e.Pointer)
		}
		line, column := position(text, at)
		a.mark(name, Mark{line, column, shownPointer(e.Pointer), "error", e.Fault.Error(), true})
	}
}

func (a *Answer) mark(name string, m Mark) {
	if len(a.Marks[name]) < maxMarks {
		a.Marks[name] = append(a.Marks[name], m)
	}
}

// read parses a text with f and marks its faults. It reports false if the text is blank
// or has faults.
func read[T any](a *Answer, name, text string, f func([]byte) (T, error)) (v T, ok bool) {
	if strings.TrimSpace(text) == "" {
		return v, false
	}
	if len(text) > MaxText {
		a.mark(name, Mark{Line: 1, Fault: true, Severity: "error", Message: "the text is too long: the page takes at most 4 MB"})
		return v, false
	}
	v, err := f([]byte(text))
	if err != nil {
		a.faults(name, text, err)
		var none T
		return none, false
	}
	return v, true
}

// position returns the line and the column of an offset, both from 1. The column counts
// characters.
func position(text string, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}
