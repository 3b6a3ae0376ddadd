package jsonscan

// Hash returns a hash of the valid JSON value v. Values that are [Equal] have the same
// hash for the same seed. It takes time linear in v.
func Hash(seed uint64, v []byte) uint64 { return Hashes(seed, v, Index(v, 0))[0] }

// Hashes returns the [Hash] of each node of the indexed text v. It takes time linear
// in v.
func Hashes(seed uint64, v []byte, nodes []Node) []uint64 {
	// Children come after their parent, so their hashes are computed first.
	sums := make([]uint64, len(nodes))
	for k := len(nodes) - 1; k >= 0; k-- {
		n := &nodes[k]
		t := v[n.Value:n.ValueEnd]
		switch t[0] {
		case '{':
			h := uint64(n.Children) + 1
			for c, m := 0, k+1; c < n.Children; c, m = c+1, nodes[m].Sibling {
				h += fold(hash(seed, nodes[m].Bytes(v))^sums[m], seed|1) // in any order
			}
			sums[k] = fold(h, seed|1)
		case '[':
			h := uint64(n.Children) + 2
			for c, m := 0, k+1; c < n.Children; c, m = c+1, nodes[m].Sibling {
				h = fold(h^sums[m], seed|1)
			}
			sums[k] = h
		case '"':
			if _, escaped := String(t, 0); escaped {
				t = AppendUnquote(nil, t)
			} else {
				t = t[1 : len(t)-1]
			}
			sums[k] = hash(seed+1, t)
		case 't', 'f', 'n':
			sums[k] = hash(seed+2, t)
		default:
			sums[k] = hashNumber(seed+3, t)
		}
	}
	return sums
}

// hashNumber hashes a number independently of its notation: by its significant digits
// and its exponent modulo a prime. It takes time linear in the text.
func hashNumber(seed uint64, t []byte) uint64 {
	const prime = 1<<31 - 1
	n := parse(t)
	if n.digits() == 0 {
		return seed
	}
	var exp int64
	for _, c := range n.exp {
		exp = (exp*10 + int64(c-'0')) % prime
	}
	if n.expNegative {
		exp = -exp
	}
	exp = ((exp+int64(n.shift))%prime + prime) % prime
	h := fold(seed^uint64(exp), 0xa0761d6478bd642f)
	for i := range n.digits() {
		h = fold(h^uint64(n.digit(i)), 0xe7037ed1a0b428db)
	}
	if n.negative {
		h++
	}
	return h
}
