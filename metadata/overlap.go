package metadata

import "reflect"

// overlaps reports whether the room after dst, up to its capacity, is part of a or b.
func overlaps(dst, a, b []byte) bool {
	if len(dst) == cap(dst) {
		return false
	}
	start := address(dst)
	end := start + uintptr(cap(dst))
	start += uintptr(len(dst))
	return within(start, end, a) || within(start, end, b)
}

// within reports whether the bytes from start to end include one of text.
func within(start, end uintptr, text []byte) bool {
	if len(text) == 0 {
		return false
	}
	at := address(text)
	return at < end && start < at+uintptr(len(text))
}

// address returns where the bytes of b are. b has a capacity.
func address(b []byte) uintptr { return reflect.ValueOf(&b[:1][0]).Pointer() }
