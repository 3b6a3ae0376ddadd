package patch_test

import (
	"encoding/json"
	"errors"
	"fmt"
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
	"github.com/metameld/metameld/user/rule"
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
	assert.Contains(t, patch.Payload{Name: user.Set("Kim")}.LogValue().String(), "Kim")
}

// Payloads that differ in one member are not equal.
func TestPayloadEqual(t *testing.T) {
	all := metadata.MustParse(everything)
	for name := range all.All() {
		less := all.Without(name)
		p, q := payload(t, everything), payload(t, less.String())
		assert.False(t, p.Equal(q) || q.Equal(p), name)
		assert.True(t, q.Equal(payload(t, less.String())), name)
	}
}

// Parse lists every fault of the text.
func TestParseFaults(t *testing.T) {
	_, err := patch.Parse([]byte(`{"email":"a","email":"b","user_metadata":{"x":1,"x":2}}`))
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	require.Len(t, es, 2)
	assert.Equal(t, []string{"/email", "/user_metadata/x"}, []string{es[0].Pointer, es[1].Pointer})
	_, err = patch.Parse([]byte(`null`))
	assert.ErrorIs(t, err, metadata.ErrNotObject)
}

// Validate lists every violation, in the order of the catalogue.
func TestValidateListsEveryViolation(t *testing.T) {
	p, err := patch.Parse([]byte(`{"email":5,"blocked":null,"user_metadata":null,"given_name":"","picture":"x","user_id":"y","password":"p","username":"u",
		"app_metadata":{"a.b":1,"email":2,"c":{"$d":null}},"other":1}`))
	require.NoError(t, err)
	v := p.Validate(user.Target{})
	var got []string
	for _, x := range v.Violations {
		got = append(got, string(x.Rule)+" "+x.Pointer)
		assert.Equal(t, rule.SeverityError, x.Severity)
	}
	assert.Equal(t, []string{
		"value.type /email", "patch.null /blocked", "value.length /given_name", "value.picture-format /picture", "patch.read-only /user_id",
		"patch.exclusive-attributes /password", "patch.exclusive-attributes /username", "patch.exclusive-attributes /username",
		"value.metadata-name /app_metadata/a.b", "value.nested-metadata-name /app_metadata/c/$d", "value.reserved-name /app_metadata/email",
		"patch.metadata-null /user_metadata",
	}, got)
	require.Len(t, v.Warnings, 3)
	assert.Equal(t, rule.UnknownAttribute, v.Warnings[0].Rule)
	assert.Equal(t, rule.NestedNull, v.Warnings[1].Rule)
	assert.Equal(t, rule.NotJudged, v.Warnings[2].Rule)

	err = v.Err()
	var one rule.Violation
	require.ErrorAs(t, err, &one)
	assert.ErrorIs(t, err, rule.ReservedName)
	assert.False(t, errors.Is(err, rule.MetadataWipe))
	assert.NoError(t, patch.Payload{Name: user.Set("x")}.Validate(user.Target{}).Err())
}

// Violations do not contain values.
func TestErrorsHaveNoValues(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		`{"password":"` + secret + `","email":"` + secret + `","username":"` + strings.Repeat(secret, 30) + `","phone_number":"` + secret + `","picture":"` + secret + `"}`,
		`{"password":["` + secret + `"],"client_id":null,"x":"` + secret + `"}`,
	} {
		p, err := patch.Parse([]byte(text))
		require.NoError(t, err)
		v := p.Validate(user.Target{Connection: user.Connection{Kind: user.CustomDatabase}})
		require.Error(t, v.Err())
		assert.NotContains(t, v.Err().Error(), secret)
		for _, w := range append(v.Violations, v.Warnings...) {
			assert.NotContains(t, w.Message, secret)
		}
	}
}

// Validate judges known members in Extra.
func TestValidateKnownMembersOfExtra(t *testing.T) {
	p := patch.Payload{Extra: metadata.MustParse(`{"password":"p","email":"a@example.com"}`)}
	assert.ErrorIs(t, p.Validate(user.Target{}).Err(), rule.ExclusiveAttributes)
}

func TestTarget(t *testing.T) {
	var got user.Target
	require.NoError(t, json.Unmarshal([]byte(`{"connection":{"kind":"social"},"migrated":true,"secondary":true,"scopes":["update:users"],"lenient":true,
		"now":"2026-01-02T03:04:05Z","policies":{"patch.email-keeps-verified":"reset"}}`), &got))
	want := user.Target{
		Connection: user.Connection{Kind: user.Social}, Migrated: true, Secondary: true, Scopes: []string{"update:users"}, Sources: rule.Lenient,
		Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Policies: map[rule.ID]string{rule.EmailKeepsVerified: "reset"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// A target is written as it is read.
	want.Connection = user.Connection{
		Name: "db", Strategy: "auth0", Kind: user.CustomDatabase, ImportMode: true, RootAttributes: user.NeverOnLogin,
		RequiresUsername: user.Set(false), NonPersistent: []string{"picture"}, Disabled: true,
	}
	for _, target := range []user.Target{want, {}, {Scopes: []string{}}} {
		text, err := json.Marshal(target)
		require.NoError(t, err)
		var again user.Target
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
	assert.Equal(t, []string{"/connection/kind", "/migrated", "/scopes/0", "/now", "/policies/patch.nothing", "/policies/patch.email-keeps-verified", "/Lenient"}, pointers)
	assert.ErrorIs(t, got.UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	require.ErrorAs(t, got.UnmarshalJSON([]byte(`{"scopes":"update:users","policies":"strict"}`)), &es)
	assert.Equal(t, []string{"/scopes", "/policies"}, []string{es[0].Pointer, es[1].Pointer})

	// A token without scopes differs from an unknown token.
	require.NoError(t, got.UnmarshalJSON([]byte(`{"scopes":[]}`)))
	name := patch.Payload{Name: user.Set("A")}
	assert.ErrorIs(t, name.Validate(got).Err(), rule.Scope)

	// Every reading of every rule is known.
	for _, r := range rule.All() {
		for _, reading := range r.Readings {
			assert.NoError(t, got.UnmarshalJSON([]byte(`{"policies":{"`+string(r.ID)+`":"`+reading.Name+`"}}`)), r.ID)
		}
		assert.ErrorIs(t, got.UnmarshalJSON([]byte(`{"policies":{"`+string(r.ID)+`":"no such reading"}}`)), user.ErrUnknownValue, r.ID)
	}
	assert.ErrorIs(t, got.UnmarshalJSON([]byte(`{"policies":{"user.nothing":"lenient"}}`)), user.ErrUnknownValue)
	// A reading that is not listed counts as absent.
	unlisted := user.Target{Sources: rule.Lenient, Policies: map[rule.ID]string{rule.MetadataNull: "no such reading"}}
	assert.NoError(t, payload(t, `{"user_metadata":null}`).Validate(unlisted).Err())
}

// The outcome of each recorded update is the recorded answer.
func TestRecordedUpdates(t *testing.T) {
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
		_, err = p.Apply(u, user.Target{Connection: user.Connection{Kind: user.Database}, Sources: rule.Current, Now: at})
		require.NoError(t, err, x.ID)
		out, err := p.Apply(u, user.Target{Connection: user.Connection{Kind: user.Database}, Now: at})
		require.NoError(t, err, x.ID)
		current, err := p.Apply(u, user.Target{Connection: user.Connection{Kind: user.Database}, Sources: rule.Current, Now: at})
		require.NoError(t, err, x.ID)
		assert.Empty(t, cmp.Diff(out.Profile, current.Profile), x.ID)
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

// Validate and Apply never panic, do not change their inputs and agree with each other.
// A payload that is valid under a setting of Sources is valid under less strict ones.
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
		var tg user.Target
		if json.Unmarshal(target, &tg) != nil {
			return
		}
		before := string(u.AppendJSON(nil)) + string(p.AppendJSON(nil))
		verdict := p.Validate(tg)
		out, err := p.Apply(u, tg)
		large := errors.Is(err, rule.ProfileAllowance) || errors.Is(verdict.Err(), rule.ProfileAllowance) // the profile decides
		if (err == nil) != verdict.Valid() && !large {
			t.Fatalf("Validate returns %v, Apply %v", verdict.Err(), err)
		}
		if string(u.AppendJSON(nil))+string(p.AppendJSON(nil)) != before {
			t.Fatal("an input changed")
		}
		given, passes := tg.Sources, true
		for _, tg.Sources = range []rule.Sources{rule.Lenient, rule.Current, rule.Strict} {
			valid := p.Validate(tg).Valid()
			if valid && !passes {
				t.Fatalf("valid under sources %s, refused under less strict ones", tg.Sources)
			}
			passes = valid
		}
		tg.Sources = given
		if err != nil {
			return
		}
		if back, err := user.Parse(out.Profile.AppendJSON(nil)); err != nil || !back.Equal(out.Profile) {
			t.Fatalf("the profile is written as another: %s, %v", out.Profile.AppendJSON(nil), err)
		}
		again, err := p.Apply(out.Profile, tg)
		if err != nil || !again.Profile.Equal(out.Profile) {
			t.Fatalf("the second update changes the profile: %s, then %s (%v)", out.Profile.AppendJSON(nil), again.Profile.AppendJSON(nil), err)
		}
	})
}

// A payload whose parts are nested too deep is refused; a profile is updated.
func TestTooDeep(t *testing.T) {
	deep := strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1)
	p := patch.Payload{UserMetadata: metadata.MustDelta(deep)}
	assert.False(t, p.Validate(user.Target{}).Valid())
	assert.True(t, p.Equal(p))
	_, err := metadata.Parse(p.AppendJSON(nil))
	assert.ErrorIs(t, err, metadata.ErrDepth)
	out, err := patch.Payload{Name: user.Set("x")}.Apply(user.Profile{UserMetadata: metadata.MustParse(deep)}, user.Target{})
	require.NoError(t, err, "a profile stays as deep as it was")
	assert.Equal(t, "[added /name]", fmt.Sprint(out.Changes()))
	p.Extra = metadata.MustParse(`{"x":1}`)
	assert.False(t, p.Validate(user.Target{}).Valid())
	q := patch.Payload{Extra: metadata.MustParse(deep)}
	assert.ErrorIs(t, q.Validate(user.Target{}).Err(), rule.NothingToUpdate)
	assert.Equal(t, "nested too deep to log", p.LogValue().String())
}

// An outcome shares no identities with the user.
func TestOutcomeIsIndependent(t *testing.T) {
	u := profile(t, `{"identities":[{"connection":"db"},{"connection":"sms"}]}`)
	for _, at := range []user.Target{{}, {Secondary: true}} {
		out, err := payload(t, `{"blocked":true,"phone_verified":true,"connection":"sms"}`).Apply(u, at)
		require.NoError(t, err)
		out.Profile.Identities[0] = user.Identity{}
		assert.Equal(t, `{"identities":[{"connection":"db"},{"connection":"sms"}]}`, string(u.AppendJSON(nil)))
		assert.Equal(t, u.Identities, out.Before.Identities)
		first := out.Profile.Identities[0]
		_ = append(out.Before.Identities, user.Identity{Connection: user.Set("appended")})
		assert.Equal(t, first, out.Profile.Identities[0])
	}
	all := slices.Clone(u.Identities)
	out, err := payload(t, `{"blocked":true}`).Apply(user.Profile{Identities: all[:0]}, user.Target{})
	require.NoError(t, err)
	for _, list := range [][]user.Identity{out.Before.Identities, out.Profile.Identities} {
		assert.NotNil(t, list)
		_ = append(list, user.Identity{})
	}
	assert.Equal(t, u.Identities, all, "appended over")
}

// Metadata that is stored without its nulls loses the members that are null.
func TestStrippedNulls(t *testing.T) {
	u := profile(t, `{"user_metadata":{"o":{"a":1,"b":1},"l":[]}}`)
	p := payload(t, `{"user_metadata":{"o":{"a":null,"b":2},"l":[{"c":null,"d":1}]}}`)
	for reading, want := range map[string]string{"stripped": `{"o":{"b":2},"l":[{"d":1}]}`, "stored": `{"o":{"a":null,"b":2},"l":[{"c":null,"d":1}]}`} {
		out, err := p.Apply(u, user.Target{Policies: rule.Policies{rule.NestedNull: reading}})
		require.NoError(t, err)
		assert.Equal(t, want, out.Profile.UserMetadata.String())
		assert.Equal(t, reading == "stripped", errors.Is(out.Warnings, rule.ReplacedObject), reading)
	}
	list := payload(t, `{"user_metadata":{"l":[{"c":null,"d":1}]}}`)
	out, err := list.Apply(u, user.Target{Policies: rule.Policies{rule.NestedNull: "stripped"}})
	require.NoError(t, err)
	assert.Equal(t, `{"o":{"a":1,"b":1},"l":[{"d":1}]}`, out.Profile.UserMetadata.String())
}

// A literal with invalid UTF-8 is refused.
func TestInvalidUTF8(t *testing.T) {
	assert.ErrorIs(t, patch.Payload{Name: user.Set("\xff")}.Validate(user.Target{}).Err(), rule.Type)
}

// The message about a length has the allowed lengths.
func TestLengthMessages(t *testing.T) {
	for text, want := range map[string]string{
		`{"password":""}`: "password has 0 characters; allowed: at least 1",
		`{"name":"` + strings.Repeat("n", 301) + `"}`: "name has 301 characters; allowed: 1 to 300",
	} {
		v := payload(t, text).Validate(user.Target{Connection: user.Connection{Kind: user.Database}})
		require.Len(t, v.Violations, 1)
		assert.Equal(t, want, v.Violations[0].Message)
		assert.Empty(t, v.Warnings, "once")
	}
}

// The message names the refused synced attributes, sorted, without removed ones.
func TestSyncedMessage(t *testing.T) {
	p := payload(t, `{"given_name":"G","family_name":"F","nickname":null,"blocked":true}`)
	for name, suffix := range map[string]string{"": "", "google-oauth2": " (google-oauth2)"} {
		v := p.Validate(user.Target{Connection: user.Connection{Kind: user.Social, Name: name}})
		require.Len(t, v.Violations, 3)
		assert.Equal(t, rule.SyncedAttributes, v.Violations[0].Rule)
		assert.True(t, strings.HasPrefix(v.Violations[0].Message, "family_name, given_name cannot be updated while the connection"+suffix+" syncs user profile attributes at each login;"), v.Violations[0].Message)
		assert.Equal(t, rule.SyncedRemoval, v.Violations[2].Rule)
	}
}

// Many warnings hide no violation, and many violations no warning.
func TestListsAreBoundedSeparately(t *testing.T) {
	nulls, dots := strings.Repeat("null,", 1_500), ""
	for i := range 1_500 {
		dots += `"a.` + strconv.Itoa(i) + `":1,`
	}
	v := payload(t, `{"user_metadata":{"a":[`+nulls+`{"$d":1}],"b":1}}`).Validate(user.Target{})
	assert.Len(t, v.Warnings, 1_001)
	severe(t, v.Warnings, rule.SeverityWarning)
	assert.Equal(t, "/user_metadata/a/1500/$d", v.Violations[0].Pointer)
	v = payload(t, `{"user_metadata":{"a":{`+dots+`"z":null},"b":1}}`).Validate(user.Target{})
	assert.Len(t, v.Violations, 1_001)
	severe(t, v.Violations, rule.SeverityError)
	assert.ErrorIs(t, v.Warnings, rule.NestedNull)
}

// A literal with known members in Extra is equal to the payload that is parsed from its
// text, in every operation.
func TestKnownMembersOfExtra(t *testing.T) {
	for _, p := range []patch.Payload{
		{Extra: metadata.MustParse(`{"name":"B","email":"b@example.com","user_metadata":{"a":1},"verify_email":true}`)},
		{Name: user.Set("B"), Extra: metadata.MustParse(`{"name":7,"x":1}`)},
		{AppMetadata: metadata.MustDelta(`{"a":1}`), Extra: metadata.MustParse(`{"app_metadata":null}`)},
		{Extra: metadata.MustParse(`{"user_metadata":5,"app_metadata":{},"blocked":null}`)},
		{Extra: metadata.MustParse(`{"email":"b@example.com","password":"p"}`)},
	} {
		written, err := patch.Parse(p.AppendJSON(nil))
		require.NoError(t, err)
		assert.True(t, p.Equal(written) && written.Equal(p), "%v", p)
		assert.Equal(t, written.Validate(user.Target{}), p.Validate(user.Target{}), "%v", p)
		assert.Empty(t, patch.Conflicts(p, written))
		got, ok := p.Response(user.Target{})
		want, known := written.Response(user.Target{})
		assert.Equal(t, known, ok)
		assert.Equal(t, want, got)
		u := profile(t, `{"name":"A","user_metadata":{"a":2}}`)
		a, errA := p.Apply(u, user.Target{})
		b, errB := written.Apply(u, user.Target{})
		assert.Equal(t, errB, errA)
		assert.True(t, a.Profile.Equal(b.Profile), "%v", p)
		x, errA := patch.Plan(u, p, user.Target{})
		y, errB := patch.Plan(u, written, user.Target{})
		assert.Equal(t, errB, errA)
		assert.True(t, slices.EqualFunc(x, y, patch.Payload.Equal), "%v", p)
		q, errA := p.Inverse(u, user.Target{})
		r, errB := written.Inverse(u, user.Target{})
		assert.Equal(t, errB, errA)
		assert.True(t, q.Equal(r), "%v", p)
	}
}
