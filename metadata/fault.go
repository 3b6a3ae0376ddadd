package metadata

import (
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
)

// Fault is what is wrong at one place of a text or value. Faults are the sentinels of
// this package: errors.Is(err, ErrDuplicateName) finds one in any error that the
// package returns.
type Fault string

// The faults. To list those of an error:
//
//	var list metadata.Errors
//	if errors.As(err, &list) {
//		for _, e := range list {
//			fmt.Println(e.Pointer, e.Fault == metadata.ErrDuplicateName)
//		}
//	}
const (
	ErrSyntax        Fault = "not JSON"                             // RFC 8259 forbids it
	ErrUTF8          Fault = "invalid UTF-8"                        // or an escape that is half a surrogate pair
	ErrDepth         Fault = "more than 10000 levels"               // of arrays and objects
	ErrTrailing      Fault = "text after the value"                 // one text holds one value
	ErrDuplicateName Fault = "duplicate name"                       // compared by value, at any level
	ErrNotObject     Fault = "not a JSON object"                    // an object is needed, or in [MergeStruct] a struct or map
	ErrNull          Fault = "null is not a change"                 // a [Delta] is needed
	ErrType          Fault = "not a value that JSON can hold"       // a Go value that JSON cannot hold, or one of the wrong type
	ErrPath          Fault = "no object there"                      // the path leads through another value
	ErrUnreachable   Fault = "cannot be reached"                    // see [Mode.Diff]
	ErrMore          Fault = "further faults, which are not listed" // the list is bounded
)

// Error describes the fault.
func (f Fault) Error() string { return string(f) }

// Error is one fault at one place. It holds no value of the text, which may be a
// secret; names are part of the pointer.
type Error struct {
	Fault   Fault
	Pointer string // RFC 6901; empty for the whole value
	Offset  int    // in bytes, or 0 if there is no text
}

// Error describes the fault and its place. The wording may change; compare Fault.
func (e *Error) Error() string {
	s := string(e.Fault)
	if e.Pointer != "" {
		s += ": " + e.Pointer
	}
	if e.Offset > 0 {
		s += " (byte " + strconv.Itoa(e.Offset) + ")"
	}
	return s
}

// Is reports whether target is the Fault of e.
func (e *Error) Is(target error) bool {
	f, ok := target.(Fault)
	return ok && f == e.Fault
}

// Errors lists all faults in the order of the text, or one if the text is not
// JSON. An error of this package never is an empty list. At most 1,000 faults, or a
// mebibyte of their pointers, are listed; then the last entry is [ErrMore].
type Errors []*Error

// Error describes each fault on its own line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each *Error, for errors.Is and errors.As.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// The most faults that are listed, and the most bytes of their pointers.
const (
	mostFaults       = 1000
	mostPointerBytes = 1 << 20
)

// faultList is a list of faults within these bounds.
type faultList struct {
	list   Errors
	length int // about that of the pointers
}

// add adds the fault at the path, followed by the pointer below it.
func (l *faultList) add(f Fault, path []string, below string) {
	if n := len(l.list); n > 0 && l.list[n-1].Fault == ErrMore {
		return
	}
	l.length += len(below)
	for _, name := range path {
		l.length += len(name)
	}
	if f == ErrMore || len(l.list) == mostFaults || l.length > mostPointerBytes && len(l.list) > 0 {
		l.list = append(l.list, &Error{Fault: ErrMore})
		return
	}
	l.list = append(l.list, &Error{Fault: f, Pointer: Pointer(path...) + below})
}

// err returns the list, or nil if it is empty.
func (l *faultList) err() error {
	if l.list == nil {
		return nil
	}
	return l.list
}

// faultsIn returns the faults of a text that was refused as an object. It uses names as
// scratch memory.
func faultsIn(text []byte, names *jsonscan.Names) Errors {
	var es Errors
	for _, f := range jsonscan.Faults(text, jsonscan.MaxDepth, names) {
		e := &Error{Pointer: f.Pointer, Offset: f.Offset}
		switch f.Kind {
		case jsonscan.UTF8:
			e.Fault = ErrUTF8
		case jsonscan.Depth:
			e.Fault = ErrDepth
		case jsonscan.Trailing:
			e.Fault = ErrTrailing
		case jsonscan.Duplicate:
			e.Fault = ErrDuplicateName
		case jsonscan.More:
			e.Fault = ErrMore
		default:
			e.Fault = ErrSyntax
		}
		es = append(es, e)
	}
	if es == nil {
		es = Errors{{Fault: ErrNotObject}}
	}
	return es
}

// under returns the faults with path before each pointer and without offsets.
func (es Errors) under(path ...string) Errors {
	prefix := Pointer(path...)
	out := make(Errors, len(es))
	for i, e := range es {
		out[i] = &Error{Fault: e.Fault, Pointer: prefix + e.Pointer}
	}
	return out
}
