package metadata

import "reflect"

// overlap finds texts that share memory. It is part of scratch memory, since reflection
// moves what it reads to the heap. It is zero between calls.
type overlap struct{ dst, text []byte }

// has reports whether the room after dst, up to its capacity, is part of text.
func (o *overlap) has(dst, text []byte) bool {
	if len(dst) == cap(dst) || len(text) == 0 {
		return false
	}
	o.dst, o.text = dst[len(dst):cap(dst)], text
	room, start := address(&o.dst), address(&o.text)
	*o = overlap{}
	return start < room+uintptr(cap(dst)-len(dst)) && room < start+uintptr(len(text))
}

// address returns where the bytes of b are.
func address(b *[]byte) uintptr { return reflect.ValueOf(b).Elem().Pointer() }
