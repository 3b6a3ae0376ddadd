package jsonscan

import "bytes"

// decimal is the parts of a number. Its value is 0.mantissa times ten to the power of
// exp plus shift; the mantissa neither begins nor ends with zero.
type decimal struct {
	negative    bool
	head, tail  []byte // digits of the mantissa: before and after the point
	exp         []byte // digits of the written exponent, without leading zeros
	expNegative bool
	shift       int // added to the exponent because of the position of the point
}

// SameNumber reports whether the valid JSON numbers a and b have the same
// mathematical value: 1e400 equals 10e399, 0 equals -0, and 9007199254740993 differs
// from 9007199254740992. It does not expand exponents and does not allocate.
func SameNumber(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, y := parse(a), parse(b)
	if x.digits() == 0 || y.digits() == 0 {
		return x.digits() == y.digits()
	}
	if x.negative != y.negative || x.digits() != y.digits() {
		return false
	}
	for i := range x.digits() {
		if x.digit(i) != y.digit(i) {
			return false
		}
	}
	return exponentsDifferBy(x, y, y.shift-x.shift)
}

func (n *decimal) digits() int { return len(n.head) + len(n.tail) }

func (n *decimal) digit(i int) byte {
	if i < len(n.head) {
		return n.head[i]
	}
	return n.tail[i-len(n.head)]
}

func parse(t []byte) (n decimal) {
	if t[0] == '-' {
		n.negative, t = true, t[1:]
	}
	i := digits(t, 0)
	n.head, t = t[:i], t[i:]
	if len(t) > 0 && t[0] == '.' {
		i = digits(t, 1)
		n.tail, t = t[1:i], t[i:]
	}
	if len(t) > 0 { // e or E
		t = t[1:]
		if t[0] == '+' || t[0] == '-' {
			n.expNegative, t = t[0] == '-', t[1:]
		}
		n.exp = trimLeft(t)
	}
	n.tail = trimRight(n.tail)
	n.head = trimLeft(n.head)
	n.shift = len(n.head)
	if len(n.head) == 0 {
		full := len(n.tail)
		n.tail = trimLeft(n.tail)
		n.shift = len(n.tail) - full
	}
	if len(n.tail) == 0 {
		n.head = trimRight(n.head)
	}
	return n
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && b[0] == '0' {
		b = b[1:]
	}
	return b
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// exponentsDifferBy reports whether the written exponent of x is that of y plus want.
// It reads the digits from the highest on, so that exponents may have any length: a
// difference that is too large stays too large.
func exponentsDifferBy(x, y decimal, want int) bool {
	const far = 1 << 50 // more than the digits of any text can compensate
	n := max(len(x.exp), len(y.exp))
	diff := int64(0)
	for i := range n {
		diff = diff*10 + place(x, n-i) - place(y, n-i)
		if diff > far || diff < -far {
			return false
		}
	}
	return diff == int64(want)
}

// place returns the signed digit of n's exponent that stands i places from the
// right, from 1.
func place(n decimal, i int) int64 {
	if i > len(n.exp) {
		return 0
	}
	d := int64(n.exp[len(n.exp)-i] - '0')
	if n.expNegative {
		return -d
	}
	return d
}

// Int64 returns the value of the valid JSON number t, however it is written. It reports
// false if the value is not an int64.
func Int64(t []byte) (v int64, ok bool) {
	n := parse(t)
	if n.digits() == 0 {
		return 0, true
	}
	exp := 0
	if len(n.exp) > 9 { // far too many digits, before or after the point
		return 0, false
	}
	for _, c := range n.exp {
		exp = exp*10 + int(c-'0')
	}
	if n.expNegative {
		exp = -exp
	}
	places := exp + n.shift // how many digits stand before the point
	if places < n.digits() || places > 19 {
		return 0, false
	}
	var u uint64
	for i := range places {
		var d byte
		if i < n.digits() {
			d = n.digit(i) - '0'
		}
		u = u*10 + uint64(d)
	}
	switch {
	case !n.negative && u <= 1<<63-1:
		return int64(u), true
	case n.negative && u <= 1<<63:
		return int64(-u), true
	}
	return 0, false
}
