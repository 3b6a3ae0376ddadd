package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// differ writes the difference of two objects as lines.
type differ struct {
	printer
	lost func(pointer string) bool
}

// diff returns the lines of the difference between from and to. lost reports whether a
// member that was removed was lost.
func diff(from, to metadata.Value, lost func(pointer string) bool) []Line {
	d := differ{printer{most: 20 * maxLines}, lost}
	if from.Kind() == metadata.KindObject && to.Kind() == metadata.KindObject {
		d.objects("", from, to, "", 0, "")
	} else {
		d.replace("", "", from, to, 0, "")
	}
	lines := folded(d.lines)
	for i, l := range lines {
		lines[i] = l.written()
	}
	if d.cut > 0 {
		lines = append(lines, Line{Sign: "…", Text: fmt.Sprintf("at least %d more lines", d.cut)})
	}
	return lines
}

func (d *differ) signed(sign, before string, v metadata.Value, depth int, after string) {
	d.sign = sign
	d.value(before, v, depth, after)
	d.sign, d.printer.lost, d.at = " ", false, ""
}

// replace writes that from became to; either may be absent.
func (d *differ) replace(before, pointer string, from, to metadata.Value, depth int, after string) {
	if from.Kind() == metadata.KindString && to.Kind() == metadata.KindString {
		a, b := apart(from, to)
		d.sign = "-"
		d.line(before+a+after, depth)
		d.sign = "+"
		d.line(before+b+after, depth)
		d.sign = " "
		return
	}
	if !from.IsZero() {
		if to.IsZero() && d.lost(pointer) {
			d.printer.lost, d.at = true, shownPointer(pointer)
		}
		d.signed("-", before, from, depth, after)
	}
	if !to.IsZero() {
		d.signed("+", before, to, depth, after)
	}
}

func (d *differ) objects(before string, from, to metadata.Value, pointer string, depth int, after string) {
	d.sign = " "
	d.line(before+"{", depth)
	news := membersOf(to)
	d.lines = slices.Grow(d.lines, min(len(news.list), d.most)+near)
	for name, old := range from.Members() {
		v := news.take(name)
		if !v.IsZero() && old.Equal(v) {
			d.unchanged(name, v, depth+1)
			continue
		}
		if d.full() {
			continue
		}
		at, label := pointer+metadata.Pointer(name), d.quoted(name)+": "
		if depth < maxDepth && old.Kind() == metadata.KindObject && v.Kind() == metadata.KindObject {
			d.objects(label, old, v, at, depth+1, ",")
		} else {
			d.replace(label, at, old, v, depth+1, ",")
		}
	}
	for _, m := range news.list {
		if !m.value.IsZero() && !d.full() {
			d.replace(d.quoted(m.name)+": ", pointer+metadata.Pointer(m.name), metadata.Value{}, m.value, depth+1, ",")
		}
	}
	d.last(strings.Repeat("  ", depth+1))
	d.sign = " "
	d.line("}"+after, depth)
}

// members are the members of an object. Those that were taken are absent.
type members struct {
	list  []member
	next  int            // the one that probably is taken next: members mostly have the same order
	index map[string]int // nil until they have another order
}

type member struct {
	name  string
	value metadata.Value
}

func membersOf(object metadata.Value) (m members) {
	for name, v := range object.Members() {
		m.list = append(m.list, member{name, v})
	}
	return m
}

// take returns the value of the member of that name and removes it. It is absent if there
// is none.
func (m *members) take(name string) (v metadata.Value) {
	i := m.next
	if i >= len(m.list) || m.list[i].name != name {
		if m.index == nil {
			m.index = map[string]int{}
			for k, x := range m.list {
				m.index[x.name] = k
			}
		}
		var ok bool
		if i, ok = m.index[name]; !ok {
			return v
		}
	}
	v, m.list[i].value = m.list[i].value, metadata.Value{}
	m.next = i + 1
	return v
}

// unchanged adds a line for an unchanged member.
func (d *differ) unchanged(name string, v metadata.Value, depth int) {
	if !d.full() {
		d.lines = append(d.lines, Line{Sign: " ", Text: ",", same: member{name, v}, depth: depth})
	}
}

// last removes the comma after the last member that is there afterwards, and after
// those that were removed behind it. The members have that indent.
func (d *differ) last(indent string) {
	for i := len(d.lines) - 1; i >= 0 && d.cut == 0; i-- {
		if rest, ok := strings.CutPrefix(d.lines[i].Text, indent); !d.lines[i].same.value.IsZero() || ok && rest[:1] != " " {
			d.lines[i].Text = strings.TrimSuffix(d.lines[i].Text, ",")
		}
		if d.lines[i].Sign != "-" {
			return
		}
	}
}

const near = 3 // unchanged lines that stay beside a change

// folded returns lines in which long runs of unchanged lines are one.
func folded(lines []Line) (short []Line) {
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && lines[j].Sign == " " {
			j++
		}
		switch {
		case j-i > 2*near+4:
			short = append(short, lines[i:i+near]...)
			short = append(short, Line{Sign: "…", Text: fmt.Sprintf("%d unchanged lines", j-i-2*near)})
			short = append(short, lines[j-near:j]...)
		case j > i:
			short = append(short, lines[i:j]...)
		default:
			j = i + 1
			short = append(short, lines[i])
		}
		i = j
	}
	return short
}
