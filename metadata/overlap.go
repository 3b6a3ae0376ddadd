package metadata

import "reflect"

// overlaps reports whether the room after dst, up to its capacity, is part of a or b.
func overlaps(dst, a, b []byte) bool {
	room := dst[len(dst):cap(dst)]
	return share(room, a) || share(room, b)
}

// share reports whether x and y have a byte of memory in common.
func share(x, y []byte) bool {
	return len(x) > 0 && len(y) > 0 &&
		address(&x[0]) <= address(&y[len(y)-1]) && address(&y[0]) <= address(&x[len(x)-1])
}

func address(b *byte) uintptr { return reflect.ValueOf(b).Pointer() }
