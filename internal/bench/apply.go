package bench

import (
	"fmt"
	"io"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// profileSizes are the profiles that the typical payload is applied to. The first has
// no finding; the second is what the larger ones are compared with.
var profileSizes = []struct {
	name  string
	bytes int
}{{"2KB", 0}, {"20KB", 20 << 10}, {"200KB", 200 << 10}, {"2MB", 2 << 20}}

// NewProfiles returns the texts of the profiles by their sizes. All have the same first
// level, in both metadata objects too. They differ in the values of user_metadata that
// the payload does not touch: the larger ones repeat these in lists.
func NewProfiles() map[string][]byte {
	small, _ := NewUpdate("2KB")
	u := metadata.MustParse(string(small.Profile))
	stored, _ := u.Get("user_metadata")
	base, _ := stored.Object()
	p := metadata.MustParse(updatePayload)
	touched, _ := p.Get("user_metadata")
	named, _ := touched.Object()
	texts := map[string][]byte{}
	stays := func(name string) bool { _, ok := named.Get(name); return ok }
	once := len(grow(base, 1, stays))
	each := len(grow(base, 2, stays)) - once
	for _, s := range profileSizes {
		times := 1 + max(0, s.bytes-len(u.String())+each-1)/each
		text := grow(base, times, stays)
		texts[s.name] = []byte(strings.Replace(u.String(), stored.String(), string(text), 1))
	}
	return texts
}

// uncapped is the target of a tenant that stores profiles beyond the allowance.
func uncapped() user.Target {
	t := databaseUser
	t.Policies = rule.Policies{rule.ProfileAllowance: "uncapped"}
	return t
}

// applyTo returns a function that applies the typical payload to the profile, both of
// which are read once.
func applyTo(profile []byte) (func() (user.Outcome, error), error) {
	u, err := user.Parse(profile)
	if err != nil {
		return nil, err
	}
	p, err := patch.Parse([]byte(updatePayload))
	target := uncapped()
	return func() (user.Outcome, error) { return p.Apply(u, target) }, err
}

// addProfiles adds the typical payload's application to each profile. No other library
// takes part.
func (g *Group) addProfiles() {
	texts := NewProfiles()
	g.Size = "typical"
	for _, s := range profileSizes {
		role := Ours
		if s.name == flatBase {
			role = Peer
		}
		apply, err := applyTo(texts[s.name])
		if err != nil {
			panic(err) // a test applies the same
		}
		g.Bytes = len(texts[s.name])
		g.add(s.name, role, func() error {
			_, err := apply()
			return err
		})
	}
}

// flatBase is the profile that the others are compared with.
const flatBase = "20KB"

// reportApply writes the table of apply.
func reportApply(w io.Writer, r Result) {
	_, _ = fmt.Fprintf(w, "The typical payload on profiles with the same first level:\n\n")
	texts := NewProfiles()
	var rows [][]string
	for _, s := range profileSizes {
		rows = append(rows, []string{s.name, fmt.Sprint(len(texts[s.name])), fmt.Sprint(r.Rounds), duration(r.Time(s.name).Median),
			fmt.Sprint(r.Allocs(s.name)), r.ratio(s.name, flatBase)})
	}
	writeTable(w, []string{"profile", "bytes", "rounds", "time", "allocs", "ratio to " + flatBase}, rows)
}
