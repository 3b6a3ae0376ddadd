package answer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/metameld/metameld/metadata"
)

// shown returns s with characters that cannot be seen, or that change the direction of
// text, written as JSON escapes. White space stays.
func shown(s string) string {
	hidden := func(r rune) bool {
		return r > '~' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r < ' ' && r != '\n' && r != '\t' && r != '\r'
	}
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !hidden(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// short returns s cut to about most bytes.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// inPage returns a message of the library in the words of the page, which has controls
// where the library has functions and fields.
func inPage(message string) string { return words.Replace(message) }

// words replaces the names in messages. It is never changed.
var words = strings.NewReplacer(
	"send two payloads, see Plan", "send the two payloads of the plan below",
	"translate the change with metadata.FirstLevel.FromDeep", `send the payload below "If you meant a deep merge"`,
	"set Sources to ", "choose ",
	"Sources set to ", "the setting ",
	"Kind of the target's connection is not one of the constants; use one, such as user.Database", "the kind of the connection does not exist; choose one",
	"set Kind to user.CustomDatabase (custom-database), or leave ImportMode out", "choose the kind custom database, or turn import mode off",
	"set Kind to CustomDatabase if the connection has scripts", "choose the kind custom database instead of pasting, if the connection has scripts",
	"set Kind as well", "choose the kind instead of pasting",
	"set Kind", "choose the kind instead of pasting",
	"set RootAttributes", "choose one instead of pasting",
	" Warnings that Apply adds are limited separately from those of Validate.", "",
)

// shownPointer returns a JSON Pointer as the page shows it.
func shownPointer(pointer string) string { return shown(short(pointer, 500)) }

const (
	maxDepth = 8    // levels that are indented
	maxLines = 1000 // lines of one text
	maxWidth = 120  // bytes of a value on one line
	maxWhole = 64 << 10
)

// printer writes JSON values as lines.
type printer struct {
	lines   []Line
	sign    string
	lost    bool
	at      string // the pointer of the next line
	whole   bool   // no value is cut
	most    int    // the maximum number of lines; further ones are counted
	changed int    // lines that were removed or added, of which maxLines are the maximum
	cut     int
}

// Line is a line of a diff. Sign is " ", "+", "-" or "…", which stands for lines that are
// not shown.
type Line struct {
	Sign string `json:"sign"`
	Text string `json:"text"`
	Lost bool   `json:"lost,omitempty"` // removed, though the payload does not name it
	At   string `json:"at,omitempty"`   // on the first line of a member that is lost: its pointer

	same  member // an unchanged one, whose text is written if the line is shown
	depth int    // its level
}

// written returns l with its text.
func (l Line) written() Line {
	if m := l.same; !m.value.IsZero() {
		l.Text, l.same = strings.Repeat("  ", l.depth)+shown(new(printer).quoted(m.name)+": "+short(m.value.String(), maxWidth))+l.Text, member{}
	}
	return l
}

// full reports whether no line has room, and counts what is then left out.
func (p *printer) full() bool {
	if len(p.lines) < p.most && p.changed < maxLines {
		return false
	}
	p.cut++
	return true
}

func (p *printer) line(text string, depth int) {
	if p.full() {
		return
	}
	p.lines = append(p.lines, Line{Sign: p.sign, Text: strings.Repeat("  ", depth) + shown(text), Lost: p.lost, At: p.at})
	p.at = ""
	if p.sign == "-" || p.sign == "+" {
		p.changed++
	}
}

// value writes v as lines; before stands before its first line.
func (p *printer) value(before string, v metadata.Value, depth int, after string) {
	if p.full() {
		return
	}
	text := v.String()
	if object, ok := v.Object(); ok && object.Len() > 0 && depth < maxDepth && len(text) > 40 {
		p.line(before+"{", depth)
		n := object.Len()
		for name, member := range v.Members() {
			n--
			p.value(p.quoted(name)+": ", member, depth+1, comma(n))
		}
		p.line("}"+after, depth)
		return
	}
	if v.Kind() == metadata.KindArray && len(text) > 60 && depth < maxDepth {
		p.line(before+"[", depth)
		var held metadata.Value
		for element := range v.Elements() {
			if !held.IsZero() {
				p.value("", held, depth+1, ",")
			}
			held = element
		}
		if !held.IsZero() {
			p.value("", held, depth+1, "")
		}
		p.line("]"+after, depth)
		return
	}
	if !p.whole {
		text = short(text, maxWidth)
	}
	p.line(before+text+after, depth)
}

// quoted returns a name as JSON text, cut if it is long, unless values are to be whole.
func (p *printer) quoted(name string) string {
	if !p.whole {
		name = short(name, maxWidth)
	}
	v, err := metadata.ValueOf(name)
	if err != nil {
		return `"…"`
	}
	return v.String()
}

// apart returns two strings that differ, cut if they are long, with the place where they do.
func apart(from, to metadata.Value) (a, b string) {
	a, b = from.String(), to.String()
	if x, y := short(a, maxWidth), short(b, maxWidth); x != y {
		return x, y
	}
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	start = max(0, start-maxWidth/3)
	for start > 0 && !utf8.RuneStart(a[start]) {
		start--
	}
	return "…" + short(a[start:], maxWidth), "…" + short(b[start:], maxWidth)
}

func comma(left int) string {
	if left > 0 {
		return ","
	}
	return ""
}

// pretty returns v as indented text. It is whole, so that a payload can be sent as it is,
// unless it is very long: then it says that it is cut.
func pretty(v metadata.Value) string {
	var b strings.Builder
	p := printer{whole: true, most: maxWhole}
	if n := len(v.String()); n > maxWhole {
		p = printer{most: maxLines}
		fmt.Fprintf(&b, "The text has %d KB, so it is shown cut:\n", n>>10)
	}
	p.value("", v, 0, "")
	for i, l := range p.lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.Text)
	}
	if p.cut > 0 {
		fmt.Fprintf(&b, "\n… %d more lines", p.cut)
	}
	return b.String()
}

// prettyText is pretty for JSON text.
func prettyText(text string) string {
	var v metadata.Value
	if v.UnmarshalJSON([]byte(text)) != nil {
		return shown(short(text, 4*maxWidth))
	}
	return pretty(v)
}
