package bench

import (
	"encoding/json"
	"errors"

	"github.com/metameld/metameld/metadata"
)

// Ops are the names of the operations.
var Ops = []string{"merge-first-level", "merge-deep", "scan", "diff", "object-first-level", "object-deep", "object-text", "flat", "parse", "validate", "apply", "update"}

// Role is the role of a contender in the comparison.
type Role int

// The roles.
const (
	Peer      Role = iota // does the same work
	Ours                  // metameld
	Yardstick             // does less
)

// Contender is one implementation of an operation.
type Contender struct {
	Name string
	Role Role

	// Run does it once. It is nil where that takes too long.
	Run func() error

	// Prepare makes the inputs of the next n runs, where each needs its own. It is
	// not measured. It is nil where all runs have the same inputs.
	Prepare func(n int) error

	Unchecked bool // it does not read all of the text
	Buffered  bool // it is given a buffer for its result, which is used again
}

// Group is the contenders of one operation on one document.
type Group struct {
	Op, Size   string
	Bytes      int // of the document
	Changes    int // that a diff has to find
	Contenders []Contender
}

var errInvalid = errors.New("not JSON")

// NewGroup returns the contenders of op for the document of that size. It reports false
// where op is not measured for it: objects in memory, for example, are merged at 2 KB
// only.
func NewGroup(op, size string) (Group, bool) {
	d, ok := NewDocument(size)
	if !ok {
		return Group{}, false
	}
	g := Group{Op: op, Size: size, Bytes: len(d.Text)}
	small := size == Sizes[0]
	switch {
	case op == "merge-first-level":
		g.addMergers(d, metadata.FirstLevel)
	case op == "merge-deep":
		g.addMergers(d, metadata.Deep)
	case op == "scan":
		for i, c := range Scanners() {
			g.add(c.Name, roleOf(i, 2), scan(c.Valid, d.Text))
		}
	case op == "diff":
		g.addDiffers(d)
	case op == "object-first-level" && small:
		addObjects(&g, metadata.FirstLevel, d.Text, []byte(objectPatch))
	case op == "object-deep" && small:
		addObjects(&g, metadata.Deep, d.Text, d.Patch(metadata.Deep))
	case op == "object-text" && len(d.Text) < 1<<20:
		g.addObjectTexts(d)
	case op == "flat" && small:
		g.addSizes(d)
	case op == "parse":
		for i, c := range Parsers() {
			g.add(c.Name, roleOf(i, 1), func() error { _, err := c.Parse(d.Text); return err })
		}
	case op == "validate":
		return g, g.addValidators()
	case op == "apply" && small:
		g.addProfiles()
	case op == "update":
		return g, g.addUpdaters()
	default:
		return Group{}, false
	}
	return g, true
}

func (g *Group) add(name string, role Role, run func() error) {
	g.Contenders = append(g.Contenders, Contender{Name: name, Role: role, Run: run})
}

// roleOf returns the role of a contender by its index; the first ones are metameld's.
func roleOf(i, ours int) Role {
	if i < ours {
		return Ours
	}
	return Peer
}

// addMergers adds the contenders that merge texts.
func (g *Group) addMergers(d Document, m metadata.Mode) {
	patch := d.Patch(m)
	buf := make([]byte, 0, len(d.Text)+len(patch))
	for i, c := range Mergers(m) {
		run := func() error { _, err := c.Merge(buf, d.Text, patch); return err }
		if c.TooLarge > 0 && len(d.Text) >= c.TooLarge {
			run = nil
		}
		g.add(c.Name, roleOf(i, 2), run)
		g.Contenders[i].Unchecked, g.Contenders[i].Buffered = c.Unchecked, c.Buffered
	}
	g.add(stdValid, Yardstick, scan(json.Valid, d.Text))
}

// addDiffers adds the contenders that compare texts.
func (g *Group) addDiffers(d Document) {
	next := d.Next()
	g.Changes = len(metadata.Changes(metadata.MustParse(string(d.Text)), metadata.MustParse(string(next))))
	buf := make([]byte, 0, 64<<10)
	for i, c := range Differs() {
		run := func() error { _, err := c.Diff(buf, d.Text, next); return err }
		if c.TooLarge > 0 && len(d.Text) >= c.TooLarge {
			run = nil
		}
		g.add(c.Name, roleOf(i, 1), run)
	}
	g.add(stdValid, Yardstick, scan(json.Valid, d.Text))
}

// addSizes adds merges into objects with the same number of members, of small and of
// large values.
func (g *Group) addSizes(d Document) {
	large := grown()
	g.Bytes = len(large)
	for _, m := range []metadata.Mode{metadata.FirstLevel, metadata.Deep} {
		for _, c := range []struct {
			name string
			role Role
			text []byte
		}{{m.String() + "-large", Ours, large}, {m.String() + "-small", Peer, d.Text}} {
			base, delta := metadata.MustParse(string(c.text)), metadata.MustDelta(string(d.Patch(m)))
			g.add(c.name, c.role, func() error { m.Merge(base, delta); return nil })
		}
	}
}

// addUpdaters adds the contenders that update a profile. It reports false where there
// is no profile of the size.
func (g *Group) addUpdaters() bool {
	u, ok := NewUpdate(g.Size)
	if !ok {
		return false
	}
	g.Bytes = len(u.Profile)
	for i, c := range Updaters() {
		role := Yardstick
		if i == 0 {
			role = Ours
		}
		g.add(c.Name, role, func() error { _, err := c.Update(u.Profile, u.Payload); return err })
	}
	return true
}

func scan(valid func([]byte) bool, text []byte) func() error {
	return func() error {
		if !valid(text) {
			return errInvalid
		}
		return nil
	}
}

// addObjects adds the contenders that merge objects in memory.
func addObjects(g *Group, m metadata.Mode, doc, patch []byte) {
	for i, c := range ObjectMergers(m) {
		g.addFresh(c.Name, roleOf(i, 1), func() (func() error, error) {
			merge, err := c.Read(doc, patch)
			return func() error { merge(); return nil }, err
		})
	}
}

// addFresh adds a contender whose every run has inputs of its own. read reads them and
// returns what to do with them.
func (g *Group) addFresh(name string, role Role, read func() (run func() error, err error)) {
	var fresh []func() error
	next := 0
	g.Contenders = append(g.Contenders, Contender{Name: name, Role: role,
		Prepare: func(n int) error {
			fresh, next = fresh[:0], 0
			for range n {
				run, err := read()
				if err != nil {
					return err
				}
				fresh = append(fresh, run)
			}
			return nil
		},
		Run: func() error {
			next++
			return fresh[next-1]()
		},
	})
}

// Forget frees the memory of the contenders before others are measured.
func (g *Group) Forget() {
	for i := range g.Contenders {
		g.Contenders[i].Run, g.Contenders[i].Prepare = nil, nil
	}
}

// Peers are the modules of the other libraries.
var Peers = []string{
	"dario.cat/mergo",
	"github.com/bytedance/sonic",
	"github.com/evanphx/json-patch/v5",
	"github.com/getkin/kin-openapi",
	"github.com/go-json-experiment/json",
	"github.com/goccy/go-json",
	"github.com/santhosh-tekuri/jsonschema/v6",
	"github.com/tidwall/gjson",
	"github.com/tidwall/sjson",
	"github.com/valyala/fastjson",
	"github.com/wI2L/jsondiff",
	"sigs.k8s.io/structured-merge-diff/v6",
}
