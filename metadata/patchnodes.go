package metadata

import "github.com/metameld/metameld/internal/jsonscan"

// node is one member of a patch that is merged as text, or, as the first, the
// patch itself. The members of objects that may be merged have nodes of their own;
// any other value is one node.
type node struct {
	jsonscan.Name
	value, end  int    // of the value in the patch
	child, next int32  // 0: none
	filter      uint64 // one bit for each child's name, by its spread
	children    int32
	table       int32 // where the object's hash table starts, if it has many members
	first       byte  // of the value
	hasNull     bool  // it is null, or a child has one
	seen        bool  // the document has the member
}

// manyNodes is how many nodes a patch has at least that is checked before it is read,
// so that a text that is refused takes little memory.
const manyNodes = 1024

// readPatch makes the nodes of the patch. It reports false if the patch is
// invalid or no object.
func (t *textMerge) readPatch(p []byte) bool {
	i := jsonscan.Space(p, 0)
	if i >= len(p) || p[i] != '{' {
		return false
	}
	t.nodes = append(t.nodes[:0], node{value: i, first: '{'})
	end := t.readObject(p, 0, jsonscan.MaxDepth)
	return end >= 0 && jsonscan.Space(p, end) == len(p)
}

// readObject makes the nodes of the members of the patch's object self and returns
// the index after it, or a negative number if it is invalid.
func (t *textMerge) readObject(p []byte, self int32, depth int) int {
	if depth == 0 {
		return -1
	}
	jsonscan.Unwind(depth)
	i := jsonscan.Space(p, t.nodes[self].value+1)
	mark, last := t.names.Mark(), int32(0)
	for empty := i < len(p) && p[i] == '}'; !empty; {
		name, value := jsonscan.Member(p, i)
		if value < 0 || len(t.nodes) == cap(t.nodes) && !t.growNodes(p, i) {
			return -1
		}
		if t.known == nothing {
			t.names.Room(p, name.Off)
			t.names.Add(name)
		}
		k := int32(len(t.nodes))
		t.nodes = append(t.nodes, node{Name: name, value: value, first: p[value], hasNull: p[value] == 'n'})
		if last == 0 {
			t.nodes[self].child = k
		} else {
			t.nodes[last].next = k
		}
		last = k
		t.nodes[self].children++
		t.nodes[self].filter |= 1 << (name.Spread() >> 58)
		if p[value] == '{' && t.mode&AllLevels != 0 {
			i = t.readObject(p, k, depth-1)
		} else {
			i = t.skipPatch(p, value, depth-1)
		}
		if i < 0 {
			return -1
		}
		t.nodes[k].end = i
		if t.nodes[k].hasNull {
			t.nodes[self].hasNull = true
		}
		if i = jsonscan.Space(p, i); i >= len(p) {
			return -1
		}
		if p[i] == '}' {
			break
		}
		if p[i] != ',' {
			return -1
		}
		i = jsonscan.Space(p, i+1)
	}
	if t.known == nothing && !t.names.Unique(p, mark) {
		return -1
	}
	t.names.Reset(mark)
	t.nodes[self].end = i + 1
	if t.nodes[self].children > fewMembers {
		t.hashChildren(p, self)
	}
	return i + 1
}

// growNodes makes room for the node of the member at p[i] and those after it. It reports
// false if the patch is large and must be checked first.
func (t *textMerge) growNodes(p []byte, i int) bool {
	if t.many = len(t.nodes) >= manyNodes; t.many && t.known == nothing {
		return false
	}
	t.nodes = jsonscan.Grow(t.nodes, i, len(p))
	return true
}

// hashChildren makes the hash table of the object self. A place holds 0, or the number
// of a node.
func (t *textMerge) hashChildren(p []byte, self int32) {
	n := &t.nodes[self]
	n.table = int32(len(t.tables))
	t.tables = append(t.tables, make([]uint32, tableSize(int(n.children)))...)
	table := t.tables[n.table:]
	for k := n.child; k != 0; k = t.nodes[k].next {
		table[t.slot(p, t.nodes[k].Name, p, table)] = uint32(k)
	}
}

// slot returns the place in the table of the patch's member with the name n, which
// stands in text.
func (t *textMerge) slot(text []byte, n jsonscan.Name, p []byte, table []uint32) int {
	return probe(table, t.names.Hash(text, n), func(k uint32) bool { return jsonscan.SameName(text, n, p, t.nodes[k].Name) })
}

// find returns the member of the patch's object self that has the name, which
// stands in the document, or 0.
func (t *textMerge) find(d, p []byte, self int32, name jsonscan.Name) int32 {
	n := &t.nodes[self]
	if n.children > fewMembers {
		table := t.tables[n.table:][:tableSize(int(n.children))]
		return int32(table[t.slot(d, name, p, table)])
	}
	k := n.child
	for k != 0 && !jsonscan.SameName(d, name, p, t.nodes[k].Name) {
		k = t.nodes[k].next
	}
	return k
}
