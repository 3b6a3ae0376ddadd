package answer

import (
	"fmt"
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
	news := map[string]metadata.Value{}
	for name, v := range to.Members() {
		news[name] = v
	}
	for name, old := range from.Members() {
		v, kept := news[name]
		delete(news, name)
		if kept && old.Equal(v) {
			d.unchanged(name, v, depth+1)
			continue
		}
		if d.full() {
			continue
		}
		at, label := pointer+metadata.Pointer(name), quoted(name)+": "
		switch {
		case !kept:
			d.replace(label, at, old, metadata.Value{}, depth+1, ",")
		case depth < maxDepth && old.Kind() == metadata.KindObject && v.Kind() == metadata.KindObject:
			d.objects(label, old, v, at, depth+1, ",")
		default:
			d.replace(label, at, old, v, depth+1, ",")
		}
	}
	for name := range to.Members() {
		if v, added := news[name]; added && !d.full() {
			d.replace(quoted(name)+": ", pointer+metadata.Pointer(name), metadata.Value{}, v, depth+1, ",")
		}
	}
	d.last(strings.Repeat("  ", depth+1))
	d.sign = " "
	d.line("}"+after, depth)
}

// unchanged adds a line for an unchanged member.
func (d *differ) unchanged(name string, v metadata.Value, depth int) {
	if d.full() {
		return
	}
	d.lines = append(d.lines, Line{Sign: " ", Text: ",", same: &same{name, v, depth}})
}

// last removes the comma after the last member that is there afterwards, and after
// those that were removed behind it. The members have that indent.
func (d *differ) last(indent string) {
	for i := len(d.lines) - 1; i >= 0 && d.cut == 0; i-- {
		if rest, ok := strings.CutPrefix(d.lines[i].Text, indent); d.lines[i].same != nil || ok && rest[:1] != " " {
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
	shown := 0
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
			if shown++; shown <= maxLines {
				short = append(short, lines[i])
			}
		}
		i = j
	}
	if shown > maxLines {
		short = append(short[:min(len(short), 2*maxLines)], Line{Sign: "…", Text: fmt.Sprintf("%d more changed lines", shown-maxLines)})
	}
	return short
}
