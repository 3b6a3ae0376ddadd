package metadata

import "reflect"

// overlaps reports whether the room after dst, up to its capacity, is part of text.
func overlaps(dst, text []byte) bool {
	if len(dst) == cap(dst) || len(text) == 0 {
		return false
	}
	room, start := address(dst), address(text)
	return start < room+uintptr(cap(dst)) && room+uintptr(len(dst)) < start+uintptr(len(text))
}

// address returns where the bytes of b are. b has a capacity.
func address(b []byte) uintptr { return reflect.ValueOf(&b[:1][0]).Pointer() }
