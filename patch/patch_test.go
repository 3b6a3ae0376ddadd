package patch_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

const everything = `{"blocked":true,"email_verified":false,"email":"a@example.com","phone_number":"+15551230000","phone_verified":true,
	"user_metadata":{"a":null},"app_metadata":{},"given_name":"A","family_name":"B","name":"C","nickname":"D","picture":"https://example.com/p.png",
	"verify_email":true,"verify_phone_number":false,"password":"p","connection":"db","client_id":"c","username":"u","unknown":{"x":1e400},"user_id":null}`

func TestPayloadRoundTrip(t *testing.T) {
	for _, text := range []string{
		everything, `{}`, `{"email":null,"name":null}`, `{"email":5,"blocked":null,"connection":{}}`, `{"user_metadata":null,"app_metadata":"x"}`,
		`{"user_metadata":{}}`, `{"x":{"y":[null]}}`,
	} {
		p, err := patch.Parse([]byte(text))
		require.NoError(t, err)
		out, err := json.Marshal(p)
		require.NoError(t, err)
		assert.True(t, metadata.MustParse(string(out)).Equal(metadata.MustParse(text)), "%s is written as %s", text, out)
		var q patch.Payload
		require.NoError(t, json.Unmarshal(out, &q))
		if diff := cmp.Diff(p, q); diff != "" {
			t.Error(diff)
		}
		assert.Equal(t, text == "{}", p.IsZero())
	}
	assert.ErrorIs(t, new(patch.Payload).UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	assert.Equal(t, `{"x":1}`, payload(t, `{"user_metadata":{"a":1},"x":1}`).Extra.String())
	assert.Contains(t, patch.Payload{Name: patch.Set("Kim")}.LogValue().String(), "Kim")
}

// Payloads that differ in one member are not equal.
func TestPayloadEqual(t *testing.T) {
	all := metadata.MustParse(everything)
	for name := range all.All() {
		less := all.Without(name)
		p, q := patch.FromObject(all), patch.FromObject(less)
		assert.False(t, p.Equal(q) || q.Equal(p), name)
		assert.True(t, q.Equal(patch.FromObject(less)), name)
	}
}

func TestParseListsEveryFaultOfTheText(t *testing.T) {
	_, err := patch.Parse([]byte(`{"email":"a","email":"b","user_metadata":{"x":1,"x":2}}`))
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	require.Len(t, es, 2)
	assert.Equal(t, []string{"/email", "/user_metadata/x"}, []string{es[0].Pointer, es[1].Pointer})
	_, err = patch.Parse([]byte(`null`))
	assert.ErrorIs(t, err, metadata.ErrNotObject)
}

// Everything that is wrong is reported at once, in the order of the catalogue.
func TestEveryViolationAtOnce(t *testing.T) {
	p, err := patch.Parse([]byte(`{"email":5,"blocked":null,"user_metadata":null,"given_name":"","picture":"x","user_id":"y","password":"p","username":"u",
		"app_metadata":{"a.b":1,"email":2,"c":{"$d":null}},"other":1}`))
	require.NoError(t, err)
	v := p.Validate(patch.Target{})
	var got []string
	for _, x := range v.Violations {
		got = append(got, string(x.Rule)+" "+x.Pointer)
		assert.Equal(t, user.Error, x.Severity)
	}
	assert.Equal(t, []string{
		"patch.type /email", "patch.null /blocked", "patch.metadata-null /user_metadata", "patch.length /given_name", "patch.picture-format /picture",
		"patch.read-only /user_id", "patch.metadata-name /app_metadata/a.b", "patch.nested-metadata-name /app_metadata/c/$d",
		"patch.reserved-name /app_metadata/email", "patch.exclusive-attributes /password", "patch.exclusive-attributes /username", "patch.exclusive-attributes /username",
	}, got)
	require.Len(t, v.Warnings, 2)
	assert.Equal(t, patch.RuleUnknown, v.Warnings[0].Rule)
	assert.Equal(t, patch.RuleNestedNull, v.Warnings[1].Rule)

	err = v.Err()
	var one patch.Violation
	require.ErrorAs(t, err, &one)
	assert.ErrorIs(t, err, patch.RuleReservedName)
	assert.False(t, errors.Is(err, patch.RuleWipe))
	assert.NoError(t, patch.Payload{Name: patch.Set("x")}.Validate(patch.Target{}).Err())
}

func TestNoValueInErrors(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		`{"password":"` + secret + `","email":"` + secret + `","username":"` + strings.Repeat(secret, 30) + `","phone_number":"` + secret + `","picture":"` + secret + `"}`,
		`{"password":["` + secret + `"],"client_id":null,"x":"` + secret + `"}`,
	} {
		p, err := patch.Parse([]byte(text))
		require.NoError(t, err)
		v := p.Validate(patch.Target{Connection: user.Connection{Kind: user.CustomDatabase}})
		require.Error(t, v.Err())
		assert.NotContains(t, v.Err().Error(), secret)
		for _, w := range append(v.Violations, v.Warnings...) {
			assert.NotContains(t, w.Message, secret)
		}
	}
}

func TestKnownMembersInExtraCount(t *testing.T) {
	p := patch.Payload{Extra: metadata.MustParse(`{"password":"p","email":"a@example.com"}`)}
	assert.ErrorIs(t, p.Validate(patch.Target{}).Err(), patch.RuleExclusive)
}

func TestTarget(t *testing.T) {
	var got patch.Target
	require.NoError(t, json.Unmarshal([]byte(`{"connection":{"kind":"social"},"migrated":true,"secondary":true,"scopes":["update:users"],"lenient":true,
		"now":"2026-01-02T03:04:05Z","policies":{"patch.email-keeps-verified":"reset"}}`), &got))
	want := patch.Target{
		Connection: user.Connection{Kind: user.Social}, Migrated: true, Secondary: true, Scopes: []string{"update:users"}, Lenient: true,
		Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Policies: map[patch.RuleID]string{patch.RuleEmailKeepsVerified: "reset"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// It is written as it is read.
	want.Connection = user.Connection{
		Name: "db", Strategy: "auth0", Kind: user.CustomDatabase, ImportMode: true, RootAttributes: user.NeverOnLogin,
		RequiresUsername: user.Set(false), NonPersistent: []string{"picture"}, Disabled: true,
	}
	for _, target := range []patch.Target{want, {}, {Scopes: []string{}}} {
		text, err := json.Marshal(target)
		require.NoError(t, err)
		var again patch.Target
		require.NoError(t, json.Unmarshal(text, &again))
		assert.Empty(t, cmp.Diff(target, again), "written as %s", text)
	}
	err := json.Unmarshal([]byte(`{"connection":{"kind":"x"},"migrated":1,"scopes":[1],"now":"soon","policies":{"patch.nothing":"x","patch.email-keeps-verified":"y"},"Lenient":true}`), &got)
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	var pointers []string
	for _, e := range es {
		pointers = append(pointers, e.Pointer)
	}
	assert.Equal(t, []string{"/connection/kind", "/migrated", "/scopes", "/now", "/policies/patch.nothing", "/policies/patch.email-keeps-verified", "/Lenient"}, pointers)
	assert.ErrorIs(t, got.UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	require.ErrorAs(t, got.UnmarshalJSON([]byte(`{"scopes":"update:users","policies":"strict"}`)), &es)
	assert.Equal(t, []string{"/scopes", "/policies"}, []string{es[0].Pointer, es[1].Pointer})

	// A token without scopes is not one of which nothing is known.
	require.NoError(t, got.UnmarshalJSON([]byte(`{"scopes":[]}`)))
	name := patch.Payload{Name: patch.Set("A")}
	assert.ErrorIs(t, name.Validate(got).Err(), patch.RuleScope)

	// Readings of the rules of package user are known, by the names that those have.
	for _, r := range user.Rules() {
		for _, reading := range r.Readings {
			assert.NoError(t, got.UnmarshalJSON([]byte(`{"policies":{"`+string(r.ID)+`":"`+reading.Name+`"}}`)), r.ID)
		}
		assert.ErrorIs(t, got.UnmarshalJSON([]byte(`{"policies":{"`+string(r.ID)+`":"no such reading"}}`)), user.ErrUnknownValue, r.ID)
	}
	assert.ErrorIs(t, got.UnmarshalJSON([]byte(`{"policies":{"user.nothing":"lenient"}}`)), user.ErrUnknownValue)
	// A reading that is not listed counts as absent.
	odd := patch.Target{Lenient: true, Policies: map[patch.RuleID]string{patch.RuleMetadataNull: "no such reading"}}
	assert.NoError(t, payload(t, `{"user_metadata":null}`).Validate(odd).Err())
}

func TestEveryRecordedUpdate(t *testing.T) {
	n := 0
	for _, x := range recordings.Of(t, "update") {
		n++
		u, err := user.Parse(x.Before)
		require.NoError(t, err)
		p, err := patch.Parse(x.Request)
		require.NoError(t, err)
		want, err := user.Parse(x.Response)
		require.NoError(t, err)
		at, err := want.UpdatedAt.Or("").Time()
		require.NoError(t, err)
		out, err := p.Apply(u, patch.Target{Connection: user.Connection{Kind: user.Database}, Now: at})
		require.NoError(t, err, x.ID)
		// A password change is stamped a few milliseconds before the update.
		if got, ok := out.Profile.LastPasswordReset.Get(); ok {
			a, err := got.Time()
			require.NoError(t, err)
			b, err := want.LastPasswordReset.Or("").Time()
			require.NoError(t, err)
			assert.Less(t, a.Sub(b).Abs(), time.Second)
			out.Profile.LastPasswordReset = want.LastPasswordReset
		}
		if diff := cmp.Diff(want, out.Profile); diff != "" {
			t.Error(x.ID, diff)
		}
	}
	assert.Equal(t, 16, n)
}

func TestRulesAreACatalogue(t *testing.T) {
	seen := map[user.RuleID]bool{}
	for _, r := range patch.Rules() {
		assert.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		assert.True(t, strings.HasPrefix(string(r.ID), "patch."))
		assert.NotEmpty(t, r.Statement)
		assert.NotEmpty(t, r.Source)
		if r.Evidence == user.Disputed && r.Severity == user.Error {
			assert.NotEmpty(t, r.Readings, r.ID)
		}
	}
	patch.Rules()[0].Statement = "changed"
	assert.NotEqual(t, "changed", patch.Rules()[0].Statement)
	at := slices.IndexFunc(patch.Rules(), func(r patch.Rule) bool { return len(r.Readings) > 0 })
	patch.Rules()[at].Readings[0].Name = "changed"
	assert.NotEqual(t, "changed", patch.Rules()[at].Readings[0].Name)
}

// No payload and no profile makes Validate or Apply panic, change an input or
// disagree with each other; what passes strictly passes leniently.
func FuzzApply(f *testing.F) {
	targets := []string{
		`{}`, `{"connection":{"kind":"database"},"now":"2026-01-02T03:04:05Z"}`, `{"connection":{"kind":"custom-database"}}`,
		`{"connection":{"kind":"custom-database"},"migrated":true}`, `{"connection":{"kind":"social"}}`,
		`{"connection":{"kind":"social","root_attributes":"on_first_login"},"policies":{"patch.unknown-attribute":"stored"}}`,
		`{"connection":{"kind":"enterprise"},"secondary":true}`, `{"connection":{"kind":"passwordless-sms","disabled":true}}`,
	}
	for _, target := range targets {
		for _, payload := range []string{everything, `{}`, `{"app_metadata":{"a":{"b":null}}}`, `{"user_metadata":{}}`, `{"x":null,"email":null}`, `{"name":"x","connection":"c"}`} {
			f.Add([]byte(payload), []byte(`{"email":"a@example.com","user_metadata":{"a":1},"app_metadata":"x","x":1,"identities":[{},{"connection":"c"}]}`), []byte(target))
		}
	}
	f.Fuzz(func(t *testing.T, payload, profile, target []byte) {
		p, err := patch.Parse(payload)
		if err != nil {
			return
		}
		u, err := user.Parse(profile)
		if err != nil {
			return
		}
		var tg patch.Target
		if json.Unmarshal(target, &tg) != nil {
			return
		}
		before := string(u.AppendJSON(nil)) + string(p.AppendJSON(nil))
		verdict := p.Validate(tg)
		out, err := p.Apply(u, tg)
		if (err == nil) != verdict.Valid() {
			t.Fatalf("Validate says %v, Apply %v", verdict.Err(), err)
		}
		if string(u.AppendJSON(nil))+string(p.AppendJSON(nil)) != before {
			t.Fatal("an input changed")
		}
		tg.Lenient = true
		if verdict.Valid() && !p.Validate(tg).Valid() {
			t.Fatalf("passes strictly, not leniently: %v", p.Validate(tg).Err())
		}
		if err != nil {
			return
		}
		if back, err := user.Parse(out.Profile.AppendJSON(nil)); err != nil || !back.Equal(out.Profile) {
			t.Fatalf("the profile after does not survive: %s, %v", out.Profile.AppendJSON(nil), err)
		}
		tg.Lenient = false
		again, err := p.Apply(out.Profile, tg)
		if err != nil || !again.Profile.Equal(out.Profile) {
			t.Fatalf("a second time changes it again: %s, then %s (%v)", out.Profile.AppendJSON(nil), again.Profile.AppendJSON(nil), err)
		}
	})
}

// A payload put together of parts that are too deep in it is refused, not fatal.
func TestTooDeep(t *testing.T) {
	deep := strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1)
	p := patch.Payload{UserMetadata: metadata.MustDelta(deep)}
	assert.False(t, p.Validate(patch.Target{}).Valid())
	assert.True(t, p.Equal(p))
	_, err := metadata.Parse(p.AppendJSON(nil))
	assert.ErrorIs(t, err, metadata.ErrDepth)
	_, err = patch.Payload{Name: patch.Set("x")}.Apply(user.Profile{UserMetadata: metadata.MustParse(deep)}, patch.Target{})
	assert.ErrorIs(t, err, metadata.ErrDepth)
	p.Extra = metadata.MustParse(`{"x":1}`)
	assert.False(t, p.Validate(patch.Target{}).Valid())
	q := patch.Payload{Extra: metadata.MustParse(deep)}
	assert.ErrorIs(t, q.Validate(patch.Target{}).Err(), patch.RuleNothingToUpdate)
	_, err = patch.Stage{Trigger: patch.PostLogin, User: user.Profile{UserMetadata: metadata.MustParse(deep)}}.Run()
	assert.ErrorIs(t, err, metadata.ErrDepth)
	assert.Equal(t, "a payload that is nested too deep", p.LogValue().String())
}

// What comes of a payload shares no identities with the user that it was sent for.
func TestOutcomeIsIndependent(t *testing.T) {
	u := profile(t, `{"identities":[{"connection":"db"},{"connection":"sms"}]}`)
	for _, at := range []patch.Target{{}, {Secondary: true}} {
		out, err := payload(t, `{"blocked":true,"phone_verified":true,"connection":"sms"}`).Apply(u, at)
		require.NoError(t, err)
		out.Profile.Identities[0] = user.Identity{}
		assert.Equal(t, `{"identities":[{"connection":"db"},{"connection":"sms"}]}`, string(u.AppendJSON(nil)))
	}
}

// A literal can have text that no JSON has.
func TestInvalidUTF8(t *testing.T) {
	assert.ErrorIs(t, patch.Payload{Name: patch.Set("\xff")}.Validate(patch.Target{}).Err(), patch.RuleType)
}

// What is said of a length names the lengths that are allowed.
func TestLengthsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{"password":""}`: "password has 0 characters; allowed are 1 or more",
		`{"name":"` + strings.Repeat("n", 301) + `"}`: "name has 301 characters; allowed are 1 to 300",
	} {
		v := payload(t, text).Validate(patch.Target{})
		require.Len(t, v.Violations, 1)
		assert.Equal(t, want, v.Violations[0].Message)
		assert.Empty(t, v.Warnings, "once")
	}
}

// What follows the identity provider is named as the API names it: sorted, what is
// removed left out.
func TestSyncedIsNamed(t *testing.T) {
	p := payload(t, `{"given_name":"G","family_name":"F","nickname":null,"blocked":true}`)
	for name, of := range map[string]string{"": "", "google-oauth2": " (google-oauth2)"} {
		v := p.Validate(patch.Target{Connection: user.Connection{Kind: user.Social, Name: name}})
		require.Len(t, v.Violations, 3)
		assert.Equal(t, patch.RuleSynced, v.Violations[0].Rule)
		assert.Equal(t, "the following user attributes cannot be updated: family_name, given_name; the connection"+of+" has not disabled 'Sync user profile attributes at each login'", v.Violations[0].Message)
		assert.Equal(t, patch.RuleSyncedRemoval, v.Violations[2].Rule)
	}
}

// Warnings without end hide no violation, and violations no warning.
func TestBothListsAreBoundedByThemselves(t *testing.T) {
	nulls, dots := strings.Repeat("null,", 1_500), ""
	for i := range 1_500 {
		dots += `"a.` + strconv.Itoa(i) + `":1,`
	}
	v := payload(t, `{"user_metadata":{"a":[`+nulls+`{"$d":1}],"b":1}}`).Validate(patch.Target{})
	assert.Len(t, v.Warnings, 1_001)
	severe(t, v.Warnings, user.Warning)
	assert.Equal(t, "/user_metadata/a/1500/$d", v.Violations[0].Pointer)
	v = payload(t, `{"user_metadata":{"a":{`+dots+`"z":null},"b":1}}`).Validate(patch.Target{})
	assert.Len(t, v.Violations, 1_001)
	severe(t, v.Violations, user.Error)
	assert.ErrorIs(t, v.Warnings, patch.RuleNestedNull)
}

// A literal that has known members in Extra is judged as what is written of it.
func TestKnownMembersOfExtra(t *testing.T) {
	for _, p := range []patch.Payload{
		{Extra: metadata.MustParse(`{"name":"B","email":"b@example.com","user_metadata":{"a":1},"verify_email":true}`)},
		{Name: patch.Set("B"), Extra: metadata.MustParse(`{"name":7,"x":1}`)},
		{AppMetadata: metadata.MustDelta(`{"a":1}`), Extra: metadata.MustParse(`{"app_metadata":null}`)},
		{Extra: metadata.MustParse(`{"user_metadata":5,"app_metadata":{},"blocked":null}`)},
		{Extra: metadata.MustParse(`{"email":"b@example.com","password":"p"}`)},
	} {
		written, err := patch.Parse(p.AppendJSON(nil))
		require.NoError(t, err)
		assert.True(t, p.Equal(written) && written.Equal(p), "%v", p)
		assert.Equal(t, written.Validate(patch.Target{}), p.Validate(patch.Target{}), "%v", p)
		assert.Empty(t, patch.Conflicts(p, written))
		said, ok := p.Response(patch.Target{})
		same, known := written.Response(patch.Target{})
		assert.Equal(t, known, ok)
		assert.Equal(t, same, said)
		u := profile(t, `{"name":"A","user_metadata":{"a":2}}`)
		a, errA := p.Apply(u, patch.Target{})
		b, errB := written.Apply(u, patch.Target{})
		assert.Equal(t, errB, errA)
		assert.True(t, a.Profile.Equal(b.Profile), "%v", p)
		x, errA := patch.Plan(u, p, patch.Target{})
		y, errB := patch.Plan(u, written, patch.Target{})
		assert.Equal(t, errB, errA)
		assert.True(t, slices.EqualFunc(x, y, patch.Payload.Equal), "%v", p)
		q, errA := p.Inverse(u, patch.Target{})
		r, errB := written.Inverse(u, patch.Target{})
		assert.Equal(t, errB, errA)
		assert.True(t, q.Equal(r), "%v", p)
	}
}

// A form is written as it is read, by the labels.
func TestFormIsWrittenByItsLabels(t *testing.T) {
	const text = `{"ID":"auth0|1","Name":"","Email Verified":null,"Phone Verified":true,"Username":"u","Given Name":[],"App Metadata":{"a":null},"Metadata":"","Email":"a@example.com","Family Name":"F","Nickname":null,"Blocked":false,"Picture":"p","Verify Email":false,"Phone Number":"+1","Password":"p","Client ID":"c","Connection":"db"}`
	for _, text := range []string{text, `{}`, `{"Blocked":"odd","Name":7}`} {
		var f patch.Form
		require.NoError(t, f.UnmarshalJSON([]byte(text)))
		got, err := json.Marshal(f)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(got))
	}
}
