package judge

import (
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// Faults collects the faults of a text, up to a limit. Its zero value is empty.
type Faults struct {
	errs  metadata.Errors
	bound bound
}

// Add adds a fault at the place that the path leads to, a name for each level.
func (f *Faults) Add(fault metadata.Fault, path ...string) {
	f.AddAt(fault, metadata.Pointer(path...))
}

// AddAt adds a fault at a JSON Pointer. The first is added however long its pointer is.
func (f *Faults) AddAt(fault metadata.Fault, pointer string) {
	switch first := len(f.errs) == 0; {
	case f.bound.full:
		return
	case first:
		f.bound.pointers = len(pointer)
	case !f.bound.takes(len(f.errs), pointer):
		fault, pointer = metadata.ErrMore, ""
	}
	f.errs = append(f.errs, &metadata.Error{Fault: fault, Pointer: pointer})
}

// AddUnder adds the faults of err, which is about the value at pointer. An err that
// is not a [metadata.Errors] is not added.
func (f *Faults) AddUnder(pointer string, err error) {
	es, _ := err.(metadata.Errors)
	for _, e := range es {
		f.AddAt(e.Fault, pointer+e.Pointer)
	}
}

// Full reports whether no further fault is listed.
func (f *Faults) Full() bool { return f.bound.full }

// Has reports whether a fault at pointer was added.
func (f *Faults) Has(pointer string) bool {
	for _, e := range f.errs {
		if jsonscan.Compared(); e.Pointer == pointer {
			return true
		}
	}
	return false
}

// Pointers returns the pointer of each fault.
func (f *Faults) Pointers() []string {
	list := make([]string, len(f.errs))
	for i, e := range f.errs {
		list[i] = e.Pointer
	}
	return list
}

// Err returns the faults as a [metadata.Errors], or nil where there are none.
func (f *Faults) Err() error {
	if f.errs == nil {
		return nil
	}
	return f.errs
}
