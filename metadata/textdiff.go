package metadata

// AppendDiff appends to dst the JSON text of the Delta that turns the object in
// from into the object in to: [Mode.Diff] from text to text. Where there is nothing
// to say it appends nothing. An empty from or to is absent.
//
// The error is an [Errors]: the faults of from, then those of to, or what Diff
// returns; then dst has what can be said.
func (m Mode) AppendDiff(dst, from, to []byte) ([]byte, error) {
	read := func(text []byte) (Object, error) {
		if len(text) == 0 {
			return Object{}, nil
		}
		return Parse(text)
	}
	x, err := read(from)
	if err != nil {
		return dst, err
	}
	y, err := read(to)
	if err != nil {
		return dst, err
	}
	d, err := m.Diff(x, y)
	if !d.IsZero() {
		dst = d.says.AppendJSON(dst)
	}
	return dst, err
}
