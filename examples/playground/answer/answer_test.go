package answer

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
)

// asked returns the answer to s, through JSON.
func asked(t *testing.T, s State) (a Answer) {
	t.Helper()
	require.NoError(t, json.Unmarshal(Of(s), &a))
	require.Empty(t, a.Problem)
	return a
}

func sample(t *testing.T, name string) State {
	t.Helper()
	for _, s := range Samples() {
		if s.Name == name {
			return s.State
		}
	}
	t.Fatal("no such sample:", name)
	return State{}
}

func rules(list []Finding) (ids []string) {
	for _, f := range list {
		ids = append(ids, f.Severity+" "+f.Rule)
	}
	return ids
}

func TestSamples(t *testing.T) {
	for _, x := range []struct {
		name    string
		valid   bool
		has     []string
		lost    int
		plan    int
		meant   bool
		planned bool
	}{
		{name: "siblings-lost", valid: true, has: []string{"warning patch.replaced-object"}, lost: 1, meant: true},
		{name: "empty-wipes", valid: true, has: []string{"warning patch.metadata-wipe"}, lost: 3, meant: true},
		{name: "password-and-email", has: []string{"error patch.exclusive-attributes"}, plan: 2, planned: true},
		{name: "synced-attributes", has: []string{"error patch.synced-attributes"}},
		{name: "custom-database-before", has: []string{"error patch.custom-database"}},
		{name: "custom-database-after", valid: true, has: []string{"warning patch.email-keeps-verified"}},
		{name: "oversized-profile", has: []string{"error value.profile-allowance"}},
		{name: "card-blanks", valid: true, has: []string{"warning patch.metadata-wipe", "warning patch.blank-input"}, lost: 4, meant: true},
	} {
		t.Run(x.name, func(t *testing.T) {
			a := asked(t, sample(t, x.name))
			require.NotNil(t, a.Update, "%v", a.Marks)
			assert.Equal(t, x.valid, a.Update.Valid)
			assert.Subset(t, rules(a.Update.Findings), x.has)
			assert.Equal(t, x.lost, a.Update.Lost)
			assert.Len(t, a.Update.Plan, x.plan)
			assert.Equal(t, x.meant, a.Update.Meant != "")
			assert.Equal(t, x.planned, a.Update.Planned)
			assert.Equal(t, !x.valid && !x.planned, a.Update.PlanNote != "")
			assert.NotContains(t, a.Update.PlanNote, "[")
			for _, f := range a.Update.Findings {
				assert.NotEmpty(t, f.Source, f.Rule)
				assert.NotEmpty(t, f.Evidence, f.Rule)
			}
		})
	}
}

func TestLife(t *testing.T) {
	a := asked(t, sample(t, "life-of-a-user"))
	var states []string
	for _, s := range a.Life {
		assert.Empty(t, s.Problem)
		assert.False(t, s.Refused)
		states = append(states, s.Do+" "+s.State)
	}
	assert.Equal(t, []string{"create cached", "login cached", "change cached", "login cached", "import-on cached", "login migrated"}, states)
	assert.Empty(t, a.Life[2].Changes, "a change in the database shows at the next login")
	assert.NotEmpty(t, a.Life[3].Changes)
	assert.Contains(t, a.Life[3].Profile, "Kim Park")
}

func TestMerges(t *testing.T) {
	a := asked(t, sample(t, "merge-modes"))
	var modes []string
	lost := map[string]int{}
	for _, m := range a.Merges {
		modes = append(modes, m.Mode)
		lost[m.Mode] = m.Lost
	}
	assert.Equal(t, []string{"first-level", "deep", "replace", "fill"}, modes)
	assert.Equal(t, map[string]int{"first-level": 1, "deep": 0, "replace": 3, "fill": 0}, lost)
}

// linked returns what is said of a link to s, and the state in it, as the page makes it.
func linked(t *testing.T, s State) (Share, string) {
	t.Helper()
	s.Tab = "link"
	a := asked(t, s)
	require.NotNil(t, a.Share)
	text, err := json.Marshal(s)
	require.NoError(t, err)
	state := map[string]any{}
	require.NoError(t, json.Unmarshal(text, &state))
	for name, safe := range a.Share.Texts {
		state[name] = safe
	}
	if a.Share.Form != nil {
		state["form"] = a.Share.Form
	}
	if a.Share.Steps != nil {
		state["steps"] = a.Share.Steps
	}
	text, err = json.Marshal(state)
	require.NoError(t, err)
	return *a.Share, string(text)
}

// A link never has a password, wherever it is and however its name is written.
func TestShareMasks(t *testing.T) {
	const hidden = "correct-horse"
	for _, payload := range []string{
		`{"password":"correct-horse"}`,
		`{"pass\u0077ord" : "correct-horse", "name":"x"}`,
		`{"user_metadata":{"a":[{"Old Password":"correct-horse"}]}}`,
		`{"user_metadata":{"secret":{"x":["correct-horse"]}}}`,
		`{"password":"correct-horse"`,
		`{"password":"correct-horse","password":"correct-horse"}`,
	} {
		s := sample(t, "siblings-lost")
		s.Payload = payload
		s.Steps = []Step{{"create", payload}}
		s.Form = map[string]string{"Password": hidden, "Metadata": payload}
		h, text := linked(t, s)
		assert.NotContains(t, text, hidden, payload)
		assert.Contains(t, text, "Rosa Diaz")
		assert.Contains(t, slices.Concat(h.Left, h.Masked), "payload")
		assert.Contains(t, slices.Concat(h.Left, h.Masked), "steps")
		assert.Contains(t, h.Masked, "Password")
	}
	s := sample(t, "siblings-lost")
	s.Payload = `{"password":null,"last_password_reset":"x", "name":"password"}`
	h, _ := linked(t, s)
	assert.Equal(t, Share{}, h)
	s.Tab, s.Payload = "link", `{"name":"`+strings.Repeat("x", maxShare)+`"}`
	assert.Nil(t, asked(t, s).Share)
}

// The name of a secret is recognised in any form; other names are not.
func TestShareNames(t *testing.T) {
	for _, name := range []string{
		"passwords", "password1", "password_confirmation", "passwordConfirm", "new_password_2", "custom_password_hash", "pass", "PASS", "db.pass",
		"passcode", "pin", "userPIN", "PINCode", "pins", "otp", "otps", "totp_seed", "recovery_code", "Recovery Codes", "credentials", "authorization",
		"tokens", "refresh_tokens", "token_2", "secrets", "clientSecrets", "api_keys", "API-Key", "access_key",
	} {
		s := sample(t, "siblings-lost")
		s.Payload = `{"user_metadata":{"` + name + `":"correct-horse","color":"blue"}}`
		h, text := linked(t, s)
		assert.NotContains(t, text, "correct-horse", name)
		assert.Contains(t, text, "blue", name)
		assert.Equal(t, []string{"payload"}, h.Masked, name)
	}
	for _, name := range []string{"shipping", "compass", "passport", "bypass", "hotpink", "last_password_reset", "opinion", "name"} {
		assert.False(t, secret(name), name)
	}
}

// What is not the text of an object gets into a link only if it is one of the known values.
func TestShareOddFields(t *testing.T) {
	const hidden = "correct-horse"
	s := sample(t, "siblings-lost")
	s.Scopes = "read:users, update:users_app_metadata\npassword=correct-horse read:correct-horse"
	s.Steps = []Step{{"correct-horse", ""}, {"login", `"correct-horse"`}}
	s.Base, s.Connection = `"correct-horse"`, `["correct-horse"]`
	s.Form = map[string]string{"Metadata": `"correct-horse"`}
	h, text := linked(t, s)
	assert.NotContains(t, text, hidden)
	assert.Equal(t, "read:users, update:users_app_metadata\n"+Masked+" "+Masked, h.Texts["scopes"])
	assert.Equal(t, []Step{{Masked, ""}, {"login", ""}}, h.Steps)
	assert.Equal(t, []string{"Metadata", "base", "connection", "steps"}, h.Left)
	assert.Equal(t, []string{"scopes", "steps"}, h.Masked)
}

// What is null in a payload is found by one pass over its text, whose result has the
// members around nulls and nothing else.
func TestNulls(t *testing.T) {
	for _, text := range []string{
		`{}`, `5`, `null`, `[null]`, ` { "a" : null , "b" : { "c" : null, "d": 1 }, "e": {}, "f": [null, {"x": null}], "g": {"h": {"i": {}}} }`,
		`{"a\/~":null,"b~1c":{"\u0061":null,"":null},"n":"null","t":true}`, strings.Repeat(`{"a":`, 500) + "null" + strings.Repeat("}", 500),
	} {
		v := metadata.MustValue(text)
		tree := nullsIn(text)
		for _, pointer := range []string{"/a", "/b", "/b/c", "/b/d", "/b/c/x", "/e", "/f", "/f/x", "/g", "/g/h", "/g/h/i", "/a~1~0", "/b~01c", "/b~01c/a", "/b~01c/", "/n", "/t", "/", strings.Repeat("/a", 500), strings.Repeat("/a", 499)} {
			found := v.At(pointer)
			assert.Equal(t, found.IsNull(), tree.has(pointer), "%.50s %s", text, pointer)
		}
	}
	assert.Equal(t, nulls{"b": {"c": nil}}, nullsIn(`{"a":1,"b":{"c":null,"d":{"e":1}},"f":{"g":2}}`))
}

// Ten times the changes take about ten times the allocations, and the text shown has an
// end.
func TestManyChanges(t *testing.T) {
	for _, tab := range []string{"update", "merge", "link"} {
		few, many := changed(200), changed(2_000)
		for _, s := range []*State{&few, &many} {
			s.Tab, s.Base, s.Delta = tab, s.User, s.Payload
		}
		a, b := testing.AllocsPerRun(1, func() { Of(few) }), testing.AllocsPerRun(1, func() { Of(many) })
		assert.LessOrEqual(t, b, 11*a+1000, tab)
	}
	a := asked(t, changed(2_000))
	assert.Equal(t, 2_000, a.Update.Lost)
	assert.LessOrEqual(t, len(a.Update.Diff), 3*maxLines)
	assert.Equal(t, "…", a.Update.Diff[len(a.Update.Diff)-1].Sign)
	assert.Equal(t, "/user_metadata/member-0/b", a.Update.Diff[slices.IndexFunc(a.Update.Diff, func(l Line) bool { return l.Lost })].At)
}

// A payload to send is whole: no value and no name in it is cut or changed.
func TestPayloadsAreWhole(t *testing.T) {
	long := strings.Repeat("two  spaces \u202e\\n ", 40)
	address := `{"` + long + `": "` + long + `", "list": [1.0, "  ", {"a": "` + long + `"}], "deep": ` + strings.Repeat(`{"d": `, 20) + `"` + long + `"` + strings.Repeat("}", 20) + `}`
	s := State{Tab: "update", Kind: "database", Sources: "current", User: `{"user_id": "auth0|1", "email": "a@example.com", "user_metadata": {"address": ` + address + `}}`}
	s.Payload = `{"user_metadata": {"address": {"list": null}}}`
	a := asked(t, s)
	assert.JSONEq(t, `{"user_metadata": {"address": `+address+`}}`, a.Update.Inverse)
	assert.JSONEq(t, strings.Replace(`{"user_metadata": {"address": `+address+`}}`, `"list": [1.0, "  ", {"a": "`+long+`"}], `, "", 1), a.Update.Meant)
	s.Payload = `{"email": "b@example.com", "password": "x", "user_metadata": {"address": ` + address + `}}`
	a = asked(t, s)
	require.Len(t, a.Update.Plan, 2)
	assert.JSONEq(t, `{"password": "********"}`, a.Update.Plan[1])
	s = State{Tab: "card", Form: map[string]string{"Metadata": `{"address": ` + address + `}`}}
	assert.JSONEq(t, `{"user_metadata": {"address": `+address+`}}`, asked(t, s).Body)
	s = State{Tab: "merge", Base: address, Delta: `{}`}
	assert.JSONEq(t, address, asked(t, s).Merges[1].Result)

	// One that is too long to be shown whole says so.
	s.Base = `{"a": "` + strings.Repeat("x", 100<<10) + `"}`
	assert.Regexp(t, "^The text has 100 KB, so it is shown cut:\n{", asked(t, s).Merges[1].Result)
}

// Two long values that differ late are shown where they differ.
func TestLongValues(t *testing.T) {
	same := strings.Repeat("abc ", 100)
	from, to := metadata.MustValue(`{"a":"`+same+`one"}`), metadata.MustValue(`{"a":"`+same+`two"}`)
	lines := diff(from, to, func(string) bool { return false })
	assert.Contains(t, lines[1].Text, `one"`)
	assert.Contains(t, lines[2].Text, `two"`)
	from, to = metadata.MustValue(`{"a":"b c"}`), metadata.MustValue(`{"a":"b  c"}`)
	lines = diff(from, to, func(string) bool { return false })
	assert.NotEqual(t, lines[1].Text, lines[2].Text)
}

// Members are found by their pointers, with those around them.
func TestPlaces(t *testing.T) {
	const text = ` { "a" : 1, "b\u002f": {"c~": [1, {"d": 2}], "e": {"f": {}}}, "g": "x" } `
	at := func(name string) int { return strings.Index(text, name) }
	assert.Equal(t, map[string]int{"/a": at(`"a"`), "/b~1": at(`"b`), "/b~1/c~0": at(`"c~"`), "/b~1/e": at(`"e"`), "/b~1/e/f": at(`"f"`)},
		places(text, []string{"/a", "/b~1/c~0/1/d", "/b~1/e/f/none", "/b~1/e", "/none/x", ""}))
	assert.Empty(t, places(`[{"a":1}]`, []string{"/0/a", "/a"}))
	assert.Empty(t, places(``, []string{"/a"}))
	for _, broken := range []string{`{`, `{"a`, `{"a"`, `{"a\`, `{"a":`, `{"a":"`, `{"a":{`, `{"a":1,`, `}`, `{"a":1}}`, `"a":null}`, "\x00", `{{"a":[`} {
		places(broken, []string{"/a/b"})
		nullsIn(broken)
	}
	const levels = 9_990
	deep := strings.Repeat(`{"a":`, levels) + `{"$x":1}` + strings.Repeat("}", levels)
	found := places(deep, []string{strings.Repeat("/a", levels) + "/$x"})
	assert.Len(t, found, levels+1)
	assert.Equal(t, strings.Index(deep, `"$x"`), found[strings.Repeat("/a", levels)+"/$x"])
}

// Each fault and each finding names its line.
func TestMarks(t *testing.T) {
	s := sample(t, "siblings-lost")
	s.Payload = "{\n  \"name\": \"a\",\n  \"name\": \"b\",\n}"
	a := asked(t, s)
	require.NotEmpty(t, a.Marks["payload"])
	assert.Equal(t, 4, a.Marks["payload"][0].Line)
	s.Payload = "{\n  \"user_metadata\": {\n    \"a\": 1\n},\n \"blocked\":\n null}"
	a = asked(t, s)
	require.NotEmpty(t, a.Marks["payload"])
	assert.Equal(t, 5, a.Marks["payload"][0].Line)
	assert.Equal(t, "/blocked", a.Marks["payload"][0].Pointer)
	s.Connection = "{\n\"strategy\": 1}"
	a = asked(t, s)
	assert.Nil(t, a.Update)
	assert.Equal(t, 2, a.Marks["connection"][0].Line)
}

// No input panics, and the answer stays small.
func TestHostile(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)
	deeper := strings.Repeat(`[`, 200_000)
	wide := `{"user_metadata":{` + strings.TrimSuffix(strings.Repeat(`"x":1,`, long.Pick(3_000, 30_000)), ",") + `}}`
	var b strings.Builder
	b.WriteString(`{"user_metadata":{"x":1`)
	for i := range long.Pick(3_000, 30_000) {
		b.WriteString(`,"k` + strconv.Itoa(i) + `":{"a":[1,2]}`)
	}
	b.WriteString("}}")
	many := b.String()
	for name, text := range map[string]string{
		"deep": deep, "deep metadata": `{"user_metadata":` + deep + `}`, "deeper": deeper, "wide": wide, "many": many,
		"null": "null", "list": "[1]", "number": "1e999999", "nul": "\x00", "escape": `{"user_metadata":{"\u202e\u0000":"` + "\u202e\u200b" + `"}}`,
		"utf8": "{\"a\":\"\xff\"}", "surrogate": `{"a":"\ud800"}`, "half": `{"a`, "proto": `{"__proto__":{"a":1},"constructor":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, tab := range []string{"update", "merge", "card", "life"} {
				s := sample(t, "siblings-lost")
				s.Tab, s.Payload, s.Base, s.Delta, s.Database, s.Update = tab, text, text, text, text, text
				s.Form = map[string]string{"Metadata": text, "App Metadata": text, "Name": text, "Blocked": text, "nonsense": text}
				s.PassEmpty = true
				s.Steps = []Step{{"create", text}, {"change", text}, {"login", ""}, {"update", text}, {"nonsense", ""}, {"password", ""}}
				got := Of(s)
				assert.Less(t, len(got), 4<<20, tab)
				assert.NotContains(t, string(got), "\u202e")
				var a Answer
				require.NoError(t, json.Unmarshal(got, &a))
				s.User, s.Connection = text, text
				assert.Less(t, len(Of(s)), 4<<20, tab)
				s.Tab = "link"
				require.NoError(t, json.Unmarshal(Of(s), &a))
			}
		})
	}
	for _, tab := range []string{"", "x", "__proto__"} {
		var a Answer
		require.NoError(t, json.Unmarshal(Of(State{Tab: tab}), &a))
		assert.NotEmpty(t, a.Problem, tab)
	}
}

// A text that is too long is refused, not read.
func TestTooLong(t *testing.T) {
	s := sample(t, "siblings-lost")
	s.Payload = strings.Repeat(" ", MaxText) + "{}"
	a := asked(t, s)
	assert.Nil(t, a.Update)
	require.Len(t, a.Marks["payload"], 1)
	assert.Contains(t, a.Marks["payload"][0].Message, "4 MB")
}

func TestDiff(t *testing.T) {
	from := metadata.MustValue(`{"a":{"b":1,"c":{"long enough":"to take several lines","x":1}},"d":1}`)
	to := metadata.MustValue(`{"a":{"b":2},"e":[1]}`)
	var text strings.Builder
	for _, l := range diff(from, to, func(pointer string) bool { return pointer == "/a/c" }) {
		text.WriteString(l.Sign + l.Text)
		if l.Lost {
			text.WriteString(" lost")
		}
		text.WriteString("\n")
	}
	assert.Equal(t, ` {
   "a": {
-    "b": 1,
+    "b": 2
-    "c": { lost
-      "long enough": "to take several lines", lost
-      "x": 1 lost
-    } lost
   },
-  "d": 1,
+  "e": [1]
 }
`, text.String())
}

// The target has what the controls say, or the connection that was pasted.
func TestTarget(t *testing.T) {
	s := sample(t, "siblings-lost")
	s.Payload = `{"name":"Rosa"}`
	refused := func(change func(*State)) []string {
		s := s
		change(&s)
		a := asked(t, s)
		require.NotNil(t, a.Update, "%v", a.Marks)
		var ids []string
		for _, f := range a.Update.Findings {
			if f.Severity == "error" {
				ids = append(ids, f.Rule)
			}
		}
		return ids
	}
	assert.Empty(t, refused(func(*State) {}))
	assert.Equal(t, []string{"patch.synced-attributes"}, refused(func(s *State) { s.Kind, s.Sync = "social", "on_each_login" }))
	assert.Empty(t, refused(func(s *State) { s.Kind, s.Sync = "social", "never_on_login" }))
	assert.Equal(t, []string{"patch.synced-attributes"}, refused(func(s *State) { s.Connection = `{"strategy": "google-oauth2"}` }))
	assert.Empty(t, refused(func(s *State) {
		s.Connection = `{"strategy": "google-oauth2", "options": {"set_user_root_attributes": "never_on_login"}}`
	}))
	assert.Equal(t, []string{"patch.scope"}, refused(func(s *State) { s.Scopes = "read:users, update:clients" }))
	assert.Empty(t, refused(func(s *State) { s.Scopes = "update:users" }))
	assert.NotEmpty(t, refused(func(s *State) { s.Secondary = true }))
	custom := func(s *State) { s.Kind, s.Sync, s.Sources = "custom-database", "never_on_login", "strict" }
	assert.Equal(t, []string{"patch.custom-database"}, refused(custom))
	assert.Empty(t, refused(func(s *State) { custom(s); s.Sources = "lenient" }))
}

// Without a user the payload is judged alone.
func TestNoUser(t *testing.T) {
	s := sample(t, "password-and-email")
	s.User = " "
	a := asked(t, s)
	require.NotNil(t, a.Update)
	assert.True(t, a.Update.NoUser)
	assert.Equal(t, []string{"error patch.exclusive-attributes"}, rules(a.Update.Findings)[:1])
	assert.Equal(t, 400, a.Update.Status)
}

// A user that cannot be read is a fault: nothing is judged, neither here nor on the card.
func TestBrokenUser(t *testing.T) {
	for _, name := range []string{"siblings-lost", "card-blanks"} {
		for _, text := range []string{`{"broken`, "5", strings.Repeat("[", 2000)} {
			s := sample(t, name)
			s.User = text
			a := asked(t, s)
			assert.Nil(t, a.Update, name)
			assert.Empty(t, a.Body, name)
			require.NotEmpty(t, a.Marks["user"], name)
			assert.True(t, a.Marks["user"][0].Fault)
		}
	}
}

// The switch decides about blank inputs that are on the card.
func TestCard(t *testing.T) {
	s := sample(t, "card-blanks")
	assert.Contains(t, asked(t, s).Body, `"app_metadata": {}`)
	s.PassEmpty = false
	a := asked(t, s)
	assert.NotContains(t, a.Body, "app_metadata")
	assert.NotContains(t, a.Body, "nickname")
	assert.Equal(t, 1, a.Update.Lost)
	s.Form = map[string]string{"Metadata": "{"}
	a = asked(t, s)
	assert.Nil(t, a.Update)
	assert.True(t, a.Marks["Metadata"][0].Fault)
}

// A step that is refused changes nothing; a step that cannot be read says so.
func TestSteps(t *testing.T) {
	s := sample(t, "life-of-a-user")
	s.Steps = []Step{{"update", `{"name":"x"}`}, {"login", ""}, {"change", inDatabase}, {"login", ""}, {"update", `{"name":"x"}`}, {"update", `{"user_metadata":{"a":1}}`}, {"import-on", ""}, {"password", ""}, {"change", "{"}, {"create", creation}}
	a := asked(t, s)
	require.Len(t, a.Life, len(s.Steps))
	assert.Contains(t, a.Life[0].Problem, "404")
	assert.True(t, a.Life[1].Refused, "a login without a user in the database: %+v", a.Life[1])
	assert.Equal(t, "cached", a.Life[3].State)
	assert.True(t, a.Life[4].Refused)
	assert.Contains(t, a.Life[5].Profile, `"a":1`)
	assert.Equal(t, "migrated", a.Life[7].State)
	assert.NotEmpty(t, a.Life[8].Problem)
	assert.True(t, a.Life[9].Refused)
	assert.Equal(t, "migrated", a.Life[9].State)
}
