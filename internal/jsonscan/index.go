package jsonscan

// Node is one value of an indexed text. Nodes have the order of the text: the first
// child of node k is k+1, its next sibling is Sibling.
type Node struct {
	Name            // of the member; zero for elements and the root
	Value, ValueEnd int
	Children        int // number of members or elements
	Sibling         int // the node after this one and all inside it
}

// Index returns the nodes of the valid value at d[i].
func Index(d []byte, i int) []Node {
	var dst []Node
	var open []int // the arrays and objects that have not ended, innermost last
	var name Name
	for {
		k := len(dst)
		dst = append(dst, Node{Name: name, Value: i})
		name = Name{}
		if len(open) > 0 {
			dst[open[len(open)-1]].Children++
		}
		first := d[i] == '{' || d[i] == '['
		if first {
			open = append(open, k)
			i = Space(d, i+1)
		} else {
			i = Skip(d, i, 0)
			dst[k].ValueEnd, dst[k].Sibling = i, k+1
		}
		for ; ; first = false {
			if len(open) == 0 {
				return dst
			}
			if !first {
				i = Next(d, i)
			}
			if d[i] != '}' && d[i] != ']' {
				break
			}
			i++
			top := &dst[open[len(open)-1]]
			top.ValueEnd, top.Sibling = i, len(dst)
			open = open[:len(open)-1]
		}
		if d[dst[open[len(open)-1]].Value] == '{' {
			end, escaped := String(d, i)
			name = NameAt(d, i, end, escaped)
			i = Space(d, Space(d, end)+1)
		}
	}
}

// EqualNodes reports whether node x of the indexed text a and node y of the indexed
// text b are the same value; see [Equal].
func EqualNodes(a []byte, an []Node, x int, b []byte, bn []Node, y int) bool {
	p, q := &an[x], &bn[y]
	if a[p.Value] != '{' && a[p.Value] != '[' {
		return EqualScalars(a[p.Value:p.ValueEnd], b[q.Value:q.ValueEnd])
	}
	if b[q.Value] != a[p.Value] || p.Children != q.Children {
		return false
	}
	if a[p.Value] == '[' {
		x, y = x+1, y+1
		for range p.Children {
			if !EqualNodes(a, an, x, b, bn, y) {
				return false
			}
			x, y = an[x].Sibling, bn[y].Sibling
		}
		return true
	}
	equal := true
	Pair(a, an, x, b, bn, y, func(x, y int) bool {
		equal = x >= 0 && y >= 0 && EqualNodes(a, an, x, b, bn, y)
		return equal
	})
	return equal
}

// Pair calls yield for each name in object x of the indexed text a or in object y of
// b, with the node of the member in each, or -1 if one lacks it. The members of x
// come first, in their order, then those that only y has. It stops when yield returns
// false.
func Pair(a []byte, an []Node, x int, b []byte, bn []Node, y int, yield func(x, y int) bool) {
	theirs := make([]int, 0, bn[y].Children)
	for k, m := 0, y+1; k < bn[y].Children; k, m = k+1, bn[m].Sibling {
		theirs = append(theirs, m)
	}
	paired := make([]bool, len(theirs))
	var byName map[string]int
	find := func(n Name, guess int) int {
		if guess < len(theirs) && SameName(a, n, b, bn[theirs[guess]].Name) {
			return guess
		}
		if len(theirs) <= few {
			for k, m := range theirs {
				if SameName(a, n, b, bn[m].Name) {
					return k
				}
			}
			return -1
		}
		if byName == nil {
			byName = make(map[string]int, len(theirs))
			for k, m := range theirs {
				byName[string(bn[m].Bytes(b))] = k
			}
		}
		if k, ok := byName[string(n.Bytes(a))]; ok {
			return k
		}
		return -1
	}
	guess := 0 // members mostly have the same order
	for k, m := 0, x+1; k < an[x].Children; k, m = k+1, an[m].Sibling {
		other := -1
		if at := find(an[m].Name, guess); at >= 0 {
			paired[at] = true
			guess, other = at+1, theirs[at]
		}
		if !yield(m, other) {
			return
		}
	}
	for k, m := range theirs {
		if !paired[k] && !yield(-1, m) {
			return
		}
	}
}
