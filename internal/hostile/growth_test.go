//go:build !race

// The race detector allocates, and makes a sync.Pool forget.

package hostile

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// growing are the shapes of inputs of any size n. Each is three texts with n parts, for
// the identities, the other members and the metadata of a user, and the text of another
// metadata object with the same names.
var growing = map[string]func(n int) (identities, members, metadata, other string){
	"identities": func(n int) (string, string, string, string) {
		return "[" + parts(n, `{"provider":"ID","user_id":"%d","connection":"db","access_token":"t","profileData":{"email":"kim@example.com","x":%[1]d}}`) + "]", ``, `{"a":1}`, `{"a":2}`
	},
	"hollow identities": func(n int) (string, string, string, string) {
		return `[{"provider":"ID","user_id":"1","connection":"db"},` + parts(n, `{}`) + "]", ``, `{}`, `{}`
	},
	"odd identities": func(n int) (string, string, string, string) {
		return "[" + parts(n, `%d`) + "]", ``, `{}`, `{}`
	},
	"members": func(n int) (string, string, string, string) {
		return identity, parts(n, `,"x%d":1`), `{"a":1}`, `{"a":{"b":1}}`
	},
	"metadata": func(n int) (string, string, string, string) {
		return identity, ``, "{" + parts(n, `"m%d":{"a":1,"b":%[1]d}`) + "}", "{" + parts(n, `"m%d":{"a":2}`) + "}"
	},
	"one object": func(n int) (string, string, string, string) {
		return identity, ``, `{"o":{` + parts(n, `"m%d":%[1]d`) + "}}", `{"o":{` + parts(n, `"n%d":%[1]d`) + "}}"
	},
	"levels": func(n int) (string, string, string, string) {
		nested := func(leaf string) string { return strings.Repeat(`{"a":`, n) + leaf + strings.Repeat("}", n) }
		return identity, ``, nested("1"), nested("null")
	},
	"removals": func(n int) (string, string, string, string) {
		return identity, parts(n, `,"x%d":null`), "{" + parts(n, `"m%d":1`) + "}", "{" + parts(n, `"m%d":null`) + "}"
	},
	"violations": func(n int) (string, string, string, string) {
		return identity, parts(n, `,"$%d":1e400`), "{" + parts(n, `"$%d":{"a.%[1]d":null}`) + "}", "{" + parts(n, `".%d":9007199254740993`) + "}"
	},
}

const identity = `[{"provider":"ID","user_id":"1","connection":"db"}]`

// parts returns n texts, separated by commas.
func parts(n int, format string) string {
	list := make([]string, n)
	for i := range n {
		list[i] = fmt.Sprintf(format, i)
		if !strings.Contains(format, "%") {
			list[i] = format
		}
	}
	if strings.HasPrefix(format, ",") {
		return strings.Join(list, "")
	}
	return strings.Join(list, ",")
}

// grown are the inputs of one shape and size.
type grown struct {
	text    string
	u, v    user.Profile
	p, q    patch.Payload
	c       lifecycle.Creation
	row     lifecycle.Row
	form    card.Form
	target  user.Target
	steps   []actions.Step
	updates []actions.Step // direct ones
	rows    []byte
}

func grow(t *testing.T, shape string, n int) grown {
	ids, members, meta, other := growing[shape](n)
	user1 := strings.ReplaceAll(`{"user_id":"auth0|1","email":"kim@example.com","identities":`+ids+`,"user_metadata":`+meta+`,"app_metadata":`+other+members+`}`, "ID", "auth0")
	user2 := strings.ReplaceAll(`{"user_id":"sms|1","name":"Lee","identities":`+ids+`,"user_metadata":`+other+`,"app_metadata":`+meta+members+`}`, "ID", "sms")
	g := grown{
		text: user1, u: must(user.Parse([]byte(user1))), v: must(user.Parse([]byte(user2))),
		p:   must(patch.Parse([]byte(`{"name":"Lee","user_metadata":` + other + `,"app_metadata":` + meta + members + `}`))),
		q:   must(patch.Parse([]byte(`{"nickname":"l","user_metadata":` + meta + `,"app_metadata":` + other + `}`))),
		c:   must(lifecycle.ParseCreation([]byte(`{"connection":"db","email":"kim@example.com","password":"p","user_metadata":` + meta + `}`))),
		row: must(lifecycle.ParseRow([]byte(`{"email":"kim@example.com","app_metadata":` + other + `}`))),
		target: user.Target{Sources: rule.Lenient, Scopes: strings.Split(parts(n, "%d")+",update:users", ","), Now: time.Unix(1, 0).UTC(),
			Connection: user.Connection{Kind: user.CustomDatabase, Name: "db"}},
		rows: []byte("[" + parts(n, `{"x":%d}`) + "]"),
	}
	require.NoError(t, json.Unmarshal([]byte(`{"ID":"auth0|1","Metadata":`+meta+`,"App Metadata":`+other+`}`), &g.form))
	for i := range n {
		g.steps = append(g.steps, actions.SetUserMetadata(fmt.Sprint("m", i), i), actions.SetAppMetadata("m", nil))
		one, err := patch.Parse([]byte(fmt.Sprintf(`{"user_metadata":{"m":%d}}`, i)))
		require.NoError(t, err)
		g.updates = append(g.updates, actions.ManagementUpdate(one))
	}
	return g
}

// operations are the operations on inputs of any size, besides those that [calls] makes.
var operations = map[string]func(g *grown){
	"Apply":           func(g *grown) { _, _ = g.p.Apply(g.u, g.target) },
	"Apply second":    func(g *grown) { _, _ = g.q.Apply(g.v, user.Target{Secondary: true, Sources: rule.Lenient}) },
	"Validate":        func(g *grown) { g.p.Validate(g.target); g.p.Validate(user.Target{}) },
	"Diff":            func(g *grown) { _, _ = patch.Diff(g.u, g.v) },
	"PlanTo":          func(g *grown) { _, _ = patch.PlanTo(g.u, g.v, user.Target{Sources: rule.Lenient}) },
	"Plan":            func(g *grown) { _, _ = patch.Plan(g.u, g.p, g.target) },
	"Inverse":         func(g *grown) { _, _ = g.p.Inverse(g.u, g.target) },
	"Conflicts":       func(g *grown) { patch.Conflicts(g.p, g.q) },
	"Response":        func(g *grown) { g.p.Response(user.Target{}) },
	"Changes":         func(g *grown) { user.Changes(g.u, g.v) },
	"Equal":           func(g *grown) { g.u.Equal(g.v); g.u.Equal(g.u.Clone()); g.p.Equal(g.q) },
	"print":           func(g *grown) { _ = fmt.Sprint(g.u, g.p, g.c, g.row, g.form); _ = g.u.LogValue() },
	"user.Parse":      func(g *grown) { _, _ = user.Parse([]byte(g.text)) },
	"patch.Parse":     func(g *grown) { _, _ = patch.Parse([]byte(g.text)) },
	"ParseRequest":    func(g *grown) { _, _ = identities.ParseRequest([]byte(g.text)) },
	"ParseConnection": func(g *grown) { _, _, _ = user.ParseConnection([]byte(`{"options":` + g.text + `}`)) },
	"ParseRows":       func(g *grown) { _, _ = lifecycle.ParseRows(g.rows) },
	"ParseSteps":      func(g *grown) { _, _ = actions.ParseSteps(must(json.Marshal(g.steps))) },
	"Target":          func(g *grown) { _ = new(user.Target).UnmarshalJSON([]byte(`{"policies":` + g.text + `}`)) },
	"Output":          func(g *grown) { _, _ = card.Output(g.u) },
	"Form":            func(g *grown) { _ = new(card.Form).UnmarshalJSON([]byte(g.text)); g.form.Payload(metadata.PassEmpty) },
	"FromInputs":      func(g *grown) { _, _, _ = patch.FromInputs(must(g.u.Object()), metadata.PassEmpty) },
	"Link":            func(g *grown) { _, _ = identities.Link(g.u, g.v, g.target) },
	"LinkMerging":     func(g *grown) { _, _ = identities.LinkMerging(g.u, g.v, metadata.Deep, g.target) },
	"Unlink":          func(g *grown) { _, _ = identities.Unlink(g.v, "sms", "9") },
	"Unlink nothing":  func(g *grown) { _, _ = identities.Unlink(g.v, "sms", "x") },
	"Delete":          func(g *grown) { identities.Delete(g.v); _, _ = identities.RequestFor(g.v) },
	"Login":           func(g *grown) { login(g, user.Connection{Kind: user.CustomDatabase, Name: "db", ImportMode: true}) },
	"Login elsewhere": func(g *grown) { login(g, user.Connection{Kind: user.Enterprise, Strategy: "samlp"}) },
	"Create":          func(g *grown) { _, _ = g.c.Create("1", g.target); lifecycle.SignUp(g.c, g.target) },
	"Import":          func(g *grown) { _, _ = g.row.Import(g.u, true, "1", user.Target{}) },
	"Exchange":        func(g *grown) { _, _ = lifecycle.Exchange(g.u, g.c, true, g.target) },
	"RulesObject":     func(g *grown) { _, _ = lifecycle.RulesObject(g.u) },
	"DatabaseUser":    func(g *grown) { database(g) },
	"setters":         func(g *grown) { run(g, g.steps) },
	"direct updates":  func(g *grown) { run(&grown{u: must(user.Parse([]byte(account)))}, g.updates) }, // of a small user: each is judged by the profile
	"a few updates":   func(g *grown) { run(g, g.updates[:9]) },
	"update of all":   func(g *grown) { run(g, []actions.Step{actions.ManagementUpdate(g.p), actions.NextAction()}) },
	"denied":          func(g *grown) { run(g, append(slices.Clip(g.steps), actions.Deny(), actions.NextAction())) },
}

func login(g *grown, on user.Connection) {
	for _, cached := range []user.Profile{{}, g.u} {
		out, _ := lifecycle.Login(cached, g.v, user.Target{Connection: on})
		_ = out.LogValue()
	}
}

func database(g *grown) {
	d, _, _ := lifecycle.DatabaseUser{}.Create(g.c, "1", g.target)
	d = d.Change(g.v).Update(g.u)
	d, _, _ = d.Login(g.target)
	_, _, _ = d.ChangePassword(g.target)
}

func run(g *grown, steps []actions.Step) {
	out, _ := actions.Stage{Trigger: actions.PostLogin, User: g.u, Target: g.target}.Run(steps...)
	for range out.EventUsers() {
	}
	_, _ = out.Equal(out), out.String()
}

// work counts what f allocates: objects and bytes.
func work(f func()) (counts [2]float64) {
	for again := range 2 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		now := [2]float64{float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)}
		for i := range counts {
			if again == 0 || now[i] < counts[i] { // scratch memory is made once
				counts[i] = now[i]
			}
		}
	}
	return counts
}

// Twice as large an input takes about twice the work. Work that is quadratic would take
// four times as much. A single step can be larger: large profiles are judged, and scratch
// memory beyond 128 KB, which only the large sizes take, is made anew in each call. Levels
// take most of it.
func TestWorkIsLinear(t *testing.T) {
	n := long.Pick(50, 1_000)
	for shape := range growing {
		slack := [2]float64{500, long.Pick[float64](64<<10, 1<<20)}
		if shape == "levels" && long.Enabled() {
			slack[1] = 4 << 20
		}
		var sizes [3]grown
		for i := range sizes {
			sizes[i] = grow(t, shape, n<<i)
		}
		check := func(name string, f func(i int)) {
			var w [3][2]float64
			for i := range w {
				w[i] = work(func() { f(i) })
			}
			for k, unit := range []string{"allocations", "bytes"} {
				first, second := w[1][k]-w[0][k], w[2][k]-w[1][k]
				quadratic := second > 3*first+slack[k] && w[2][k] > 3*w[1][k]
				assert.False(t, quadratic, "%s of %s: %.0f, %.0f, %.0f %s", name, shape, w[0][k], w[1][k], w[2][k], unit)
			}
		}
		for name, f := range operations {
			check(name, func(i int) { f(&sizes[i]) })
		}
		if !slices.Contains([]string{"members", "violations"}, shape) && !long.Enabled() {
			continue
		}
		var lists [3][]call
		for i := range sizes {
			lists[i] = calls(t, pool(t, &sizes[i]))
		}
		for at, c := range lists[0] {
			if !strings.HasPrefix(c.name, "metadata.") {
				check(c.name, func(i int) { lists[i][at].do() })
			}
		}
	}
}

// Direct updates of different members of a user take memory for each of them, not for all
// members each time.
func TestDirectUpdatesAreLinear(t *testing.T) {
	n := long.Pick(500, 2_500)
	for name, target := range map[string]user.Target{"a database": {Sources: rule.Lenient, Scopes: []string{"update:users"}}, "unseen": {Sources: rule.Lenient, Policies: rule.Policies{rule.DirectUpdate: "unseen"}}} {
		var w [3][2]float64
		for i := range w {
			var steps []actions.Step
			for k := range n << i {
				p := must(patch.Parse([]byte(fmt.Sprintf(`{"%s_metadata":{"m%d":%[2]d}}`, []string{"user", "app"}[k%2], k))))
				steps = append(steps, actions.ManagementUpdate(p))
			}
			s := actions.Stage{Trigger: actions.PostLogin, User: must(user.Parse([]byte(account))), Target: target}
			w[i] = work(func() {
				out, err := s.Run(steps...)
				require.NoError(t, err)
				require.Len(t, out.Writes, n<<i)
			})
		}
		for k, unit := range []string{"allocations", "bytes"} {
			assert.Less(t, w[2][k], 7*w[0][k], "%s: %v %s", name, w, unit) // above 10 KB each has a warning more
		}
	}
}

// Every operation handles users whose metadata is nested as deep as a body can be.
func TestDeepestUsers(t *testing.T) {
	g := grow(t, "levels", metadata.MaxLevels-2)
	g.steps, g.updates = g.steps[:20], g.updates[:20]
	for _, f := range operations {
		f(&g)
	}
}

// Comparisons of names, values, identities and rules grow no faster than the inputs.
func TestComparisons(t *testing.T) {
	if !jsonscan.Counted {
		t.Skip("needs go test -tags counted")
	}
	most := int64(0)
	for shape := range growing {
		var c [3]map[string]int64
		for i := range c {
			g := grow(t, shape, 300<<i)
			c[i] = map[string]int64{}
			count := func(name string, f func()) {
				before := jsonscan.Comparisons()
				f()
				c[i][name] = jsonscan.Comparisons() - before
				most = max(most, c[i][name])
			}
			for name, f := range operations {
				count(name, func() { f(&g) })
			}
			for _, call := range calls(t, pool(t, &g)) {
				count(call.name, func() { call.do() })
			}
		}
		for name, first := range c[0] {
			assert.LessOrEqual(t, c[2][name], 6*first+10_000, "%s of %s: comparisons for n, 2n and 4n: %d, %d, %d", name, shape, first, c[1][name], c[2][name])
		}
	}
	assert.Greater(t, most, int64(1_200), "comparisons are not counted")
}

// TestComparisons passes here and in package metadata, built with the counter.
func TestCountedComparisons(t *testing.T) {
	if !long.Enabled() || jsonscan.Counted {
		t.Skip("builds the packages again in long tests")
	}
	out, err := exec.Command("go", "test", "-tags", "counted", "-run", "^TestComparisons$", ".", "../../metadata").CombinedOutput()
	assert.NoError(t, err, "%.3000s", out)
}

// pool returns the arguments of calls, those of g where it has them.
func pool(t *testing.T, g *grown) map[reflect.Type]any {
	all := arguments(t)
	for _, v := range []any{
		g.u, g.p, g.c, g.row, g.form, g.target, g.steps, []byte(g.text), g.u.UserMetadata, metadata.DeltaOf(g.v.UserMetadata), g.u.Extra,
		lifecycle.DatabaseUser{State: lifecycle.Cached, Database: g.v, Profile: g.u}, g.p.Validate(user.Target{}), must(lifecycle.RulesObject(g.u)),
		actions.Stage{Trigger: actions.PostLogin, User: g.u, Target: g.target}, user.Outcome{Before: g.u, Profile: g.v},
	} {
		all[reflect.TypeOf(v)] = v
	}
	if len(g.v.Identities) > 0 {
		all[reflect.TypeFor[user.Identity]()] = g.v.Identities[len(g.v.Identities)-1]
	}
	return all
}
