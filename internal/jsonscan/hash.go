package jsonscan

// Hash returns a hash of the valid JSON value v. Values that are [Equal] have the same
// hash for the same seed. It takes time linear in v, and allocates only if a string has
// an escape.
func Hash(seed uint64, v []byte) uint64 {
	h := hasher{seed: seed}
	sum, _ := h.value(v, Space(v, 0))
	return sum
}

// Hashes are the [Hash] of each array and object of a Text.
type Hashes []uint64

// Hashes returns the hashes of all arrays and objects in t. It takes time linear in t.
func (t *Text) Hashes(seed uint64) Hashes {
	h := hasher{seed: seed, sums: make(Hashes, 0, len(t.boxes))}
	h.value(t.d, 0)
	return h.sums
}

// Of returns the hash of the array or object n of the Text, or 0 for another value.
func (h Hashes) Of(t *Text, n Node) uint64 {
	if c := t.d[n.At]; c != '{' && c != '[' {
		return 0
	}
	return h[n.box]
}

// hasher computes hashes of values. Each part of a value is hashed under the seed, so
// that nobody can choose values that collide.
type hasher struct {
	seed  uint64
	sums  Hashes // of each array and object in the order of the text; nil: not wanted
	spare []byte // for an unquoted string
	level int    // how many arrays and objects are open
}

// value returns the hash of the valid value at d[i] and the index after it.
func (h *hasher) value(d []byte, i int) (sum uint64, end int) {
	switch d[i] {
	case '{', '[':
		if h.sums == nil {
			return h.inside(d, i)
		}
		k := len(h.sums)
		h.sums = append(h.sums, 0)
		sum, end = h.inside(d, i)
		h.sums[k] = sum
		return sum, end
	case '"':
		return h.string(h.seed+1, d, i)
	}
	end = End(d, i)
	if c := d[i]; c == 't' || c == 'f' || c == 'n' {
		return hash(h.seed+2, d[i:end]), end
	}
	return hashNumber(h.seed+3, d[i:end]), end
}

// inside is value for an array or object.
func (h *hasher) inside(d []byte, i int) (sum uint64, end int) {
	isObject, count := d[i] == '{', uint64(0)
	Unwind(h.level)
	h.level++
	for i = Space(d, i+1); d[i] != ']' && d[i] != '}'; count++ {
		var x uint64
		if isObject {
			var name uint64
			name, end = h.string(h.seed, d, i)
			x, end = h.value(d, Space(d, Space(d, end)+1))
			sum += fold(name^x, h.seed|1) // in any order
		} else {
			x, end = h.value(d, i)
			sum = fold(sum^x, h.seed|1)
		}
		i = Next(d, end)
	}
	h.level--
	return fold(sum^hash(h.seed+uint64(d[i]), nil)+count, h.seed|1), i + 1
}

// string returns the hash of the characters of the string at d[i] and the index after it.
func (h *hasher) string(seed uint64, d []byte, i int) (sum uint64, end int) {
	end, escaped := String(d, i)
	if !escaped {
		return hash(seed, d[i+1:end-1]), end
	}
	h.spare = AppendUnquote(h.spare[:0], d[i:end])
	return hash(seed, h.spare), end
}

// hashNumber hashes a number independently of its notation: its sign, its significant
// digits and its whole exponent. It takes time linear in the text.
func hashNumber(seed uint64, t []byte) uint64 {
	n := parse(t)
	count := n.digits()
	if count == 0 {
		return fold(seed, seed|1)
	}
	h := numberHash{seed: seed | 1, sum: seed, block: 1}
	if n.negative {
		h.sum ^= 1
	}
	for i := range count {
		h.digit(n.digit(i) - '0')
	}
	h.flush()
	h.exponent(n)
	return h.sum
}

// numberHash hashes digits, many at a time.
type numberHash struct {
	seed, sum uint64
	block     uint64 // the digits after a 1, so that leading zeros count
	digits    int    // in block
}

func (h *numberHash) digit(d byte) {
	if h.digits == blockDigits {
		h.flush()
	}
	h.block = h.block*10 + uint64(d)
	h.digits++
}

func (h *numberHash) flush() {
	h.sum = fold(h.sum^h.block, h.seed)
	h.block, h.digits = 1, 0
}

const (
	blockDigits = 18
	blockValue  = 1_000_000_000_000_000_000 // ten to the power of blockDigits
)

// exponent hashes the exponent of n: the written one plus the shift. The lowest digits
// are one block; the shift changes those above by a carry at most.
func (h *numberHash) exponent(n decimal) {
	low := n.exp[max(0, len(n.exp)-blockDigits):]
	high := n.exp[:len(n.exp)-len(low)]
	value := int64(0)
	for _, c := range low {
		value = value*10 + int64(c-'0')
	}
	shift, negative := int64(n.shift), n.expNegative
	if negative {
		shift = -shift
	}
	value += shift // the absolute value, where negative is the sign
	carry := int8(0)
	switch {
	case value < 0 && len(high) == 0:
		value, negative = -value, !negative
	case value < 0:
		value, carry = value+blockValue, -1
	}
	if value >= blockValue {
		value, carry = value-blockValue, 1
	}
	h.sum ^= uint64(value) << 1
	if negative && (value != 0 || len(high) > 0 || carry != 0) {
		h.sum ^= 1
	}
	h.sum = fold(h.sum, h.seed)
	h.above(high, carry)
}

// above hashes the digits of an exponent that are above the lowest block, plus the carry
// from that, from the lowest on. They may be none.
func (h *numberHash) above(digits []byte, carry int8) {
	for i := len(digits) - 1; i >= 0; i-- {
		d := int8(digits[i]-'0') + carry
		switch {
		case d > 9:
			d, carry = 0, 1
		case d < 0:
			d, carry = 9, -1
		default:
			carry = 0
		}
		if i == 0 && d == 0 && carry == 0 {
			break // a leading zero, since the first digit was borrowed from
		}
		h.digit(byte(d))
	}
	if carry > 0 {
		h.digit(1)
	}
	if h.digits > 0 {
		h.flush()
	}
}
