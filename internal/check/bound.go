package check

// Bound keeps a list of violations from growing without end: metadata can have as
// many faults as names, each with a pointer as long as it is deep.
type Bound struct {
	Full     bool
	pointers int // bytes
}

// The most entries of a list, and the most bytes of their pointers.
const (
	MostEntries  = 1000
	MostPointers = 1 << 20
)

// Takes reports whether a list of n entries takes one more, about pointer. The
// first that it does not take fills it.
func (b *Bound) Takes(n int, pointer string) bool {
	b.pointers += len(pointer)
	b.Full = b.Full || n >= MostEntries || b.pointers > MostPointers
	return !b.Full
}
