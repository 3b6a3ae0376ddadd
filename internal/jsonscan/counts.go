package jsonscan

// Counts returns how many members or elements each array and object in the valid value d
// has, in the order in which they begin.
func Counts(d []byte) []uint32 {
	counts := make([]uint32, 0, countBoxes(d))
	var open []int // the numbers of those that have not ended
	for i := 0; i < len(d); {
		switch d[i] {
		case '"':
			i = stringEnd(d, i)
			continue
		case '{', '[':
			open = append(open, len(counts))
			count := uint32(0)
			if next := d[Space(d, i+1)]; next != d[i]+2 { // the closing bracket
				count = 1
			}
			counts = append(counts, count)
		case '}', ']':
			open = open[:len(open)-1]
		case ',':
			counts[open[len(open)-1]]++
		}
		i++
	}
	return counts
}
