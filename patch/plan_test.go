package patch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func profile(t *testing.T, text string) user.Profile {
	t.Helper()
	u, err := user.Parse([]byte(text))
	require.NoError(t, err)
	return u
}

func payload(t *testing.T, text string) patch.Payload {
	t.Helper()
	p, err := patch.Parse([]byte(text))
	require.NoError(t, err)
	return p
}

func TestDiff(t *testing.T) {
	for _, tt := range []struct {
		from, to, want string
		missed         []string
	}{
		{`{"name":"A","email":"a@example.com"}`, `{"name":"A","email":"a@example.com"}`, `{}`, nil},
		{`{"name":"A","nickname":"n"}`, `{"name":"B"}`, `{"name":"B","nickname":null}`, nil},
		{`{"user_metadata":{"a":1,"b":{"x":1,"y":2}}}`, `{"user_metadata":{"b":{"x":1,"y":3}}}`, `{"user_metadata":{"a":null,"b":{"x":1,"y":3}}}`, nil},
		{`{"app_metadata":{"a":1}}`, `{}`, `{"app_metadata":{}}`, nil},
		{`{}`, `{"user_metadata":{}}`, `{}`, nil},
		{`{"updated_at":"x","last_password_reset":"y"}`, `{"updated_at":"z"}`, `{}`, nil},
		{`{"user_id":"a|1","logins_count":1}`, `{"user_id":"a|2","logins_count":2,"name":"B"}`, `{"name":"B"}`, []string{"/user_id", "/logins_count"}},
		{`{"blocked":true}`, `{}`, `{}`, []string{"/blocked"}},
		{`{"identities":[{}]}`, `{"identities":[{"provider":"x"}]}`, `{}`, []string{"/identities"}},
		{`{}`, `{"email":"a@example.com","phone_number":"+15551230000","given_name":"G","family_name":"F","name":"N","nickname":"K","picture":"https://example.com/p.png","username":"u","blocked":true,"email_verified":true,"phone_verified":true}`, `{"email":"a@example.com","phone_number":"+15551230000","given_name":"G","family_name":"F","name":"N","nickname":"K","picture":"https://example.com/p.png","username":"u","blocked":true,"email_verified":true,"phone_verified":true}`, nil},
		{`{"email":"a@example.com","phone_number":"+15551230000","given_name":"G","family_name":"F","name":"N","nickname":"K","picture":"https://example.com/p.png","username":"u","blocked":true,"email_verified":true,"phone_verified":true}`, `{"email":"b@example.com","phone_number":"+15551230001","given_name":"g","family_name":"f","name":"n","nickname":"k","picture":"https://example.com/q.png","username":"v","blocked":false,"email_verified":false,"phone_verified":false}`, `{"email":"b@example.com","phone_number":"+15551230001","given_name":"g","family_name":"f","name":"n","nickname":"k","picture":"https://example.com/q.png","username":"v","blocked":false,"email_verified":false,"phone_verified":false}`, nil},
		{`{"zone":1,"on":{"x":1}}`, `{"zone":1.0,"on":{"x":1}}`, `{}`, nil},
		{`{"locale":"de","zone":1,"app_metadata":{"a":1}}`, `{"zone":2,"app_metadata":{"a":2}}`, `{"locale":null,"app_metadata":{"a":2}}`, []string{"/zone"}},
		{`{"user_metadata":"x"}`, `{"user_metadata":{"a":1}}`, `{"user_metadata":{"a":1}}`, nil},
		{`{"user_metadata":"x","app_metadata":"y"}`, `{"app_metadata":"z"}`, `{}`, []string{"/user_metadata", "/app_metadata"}},
		{`{"app_metadata":{"a":1}}`, `{"app_metadata":{"b.c":2},"username":"u","email":"none"}`, `{"app_metadata":{"a":null},"username":"u"}`, []string{"/email", "/app_metadata/b.c"}},
		{`{"locale":"de","zone":1}`, `{"zone":2,"new":3}`, `{"locale":null}`, []string{"/zone", "/new"}},
		{`{"name":"A"}`, `{"name":"","email":"no address","picture":null}`, `{}`, []string{"/picture", "/name", "/email"}},
		{`{"app_metadata":{"a":1}}`, `{"app_metadata":{"a":2,"email":3,"b.c":4,"d":null}}`, `{"app_metadata":{"a":2}}`, []string{"/app_metadata/d", "/app_metadata/email", "/app_metadata/b.c"}},
	} {
		p, err := patch.Diff(profile(t, tt.from), profile(t, tt.to))
		assert.JSONEq(t, tt.want, string(p.AppendJSON(nil)), tt.to)
		assert.Equal(t, tt.missed, metadata.Unreachable(err), tt.to)
	}
}

// A read-only attribute in Extra cannot be removed.
func TestDiffOfReadOnlyMembersOfExtra(t *testing.T) {
	p, err := patch.Diff(user.Profile{Extra: metadata.MustParse(`{"last_ip":5,"zone":1}`)}, user.Profile{})
	assert.Equal(t, []string{"/last_ip"}, metadata.Unreachable(err))
	assert.Equal(t, `{"zone":null}`, string(p.AppendJSON(nil)))
}

func TestPlan(t *testing.T) {
	const from = `{"email":"a@example.com","email_verified":true,"username":"ann","name":"A","user_metadata":{"a":1}}`
	for _, tt := range []struct {
		goal string
		want []string
	}{
		{`{}`, nil},
		{`{"connection":"db","email":"a@example.com","name":"A","user_metadata":{"a":1.0,"b":null}}`, nil},
		{`{"name":"B","user_metadata":{"a":2}}`, []string{`{"name":"B","user_metadata":{"a":2}}`}},
		{`{"password":"p","email":"a@example.com"}`, []string{`{"password":"p"}`}},
		{`{"password":"p","email":"B@example.com","email_verified":true,"connection":"db","client_id":"c","verify_email":false,"blocked":true,"name":"B"}`, []string{
			`{"email":"B@example.com","email_verified":true,"verify_email":false,"client_id":"c","connection":"db","name":"B","blocked":true}`, `{"password":"p","connection":"db"}`, `{"blocked":true,"connection":"db"}`}},
		{`{"username":"bob","password":"p","email":"b@example.com","blocked":false}`, []string{`{"email":"b@example.com"}`, `{"username":"bob"}`, `{"password":"p","blocked":false}`}},
		{`{"user_metadata":{}}`, []string{`{"user_metadata":{}}`}},
		{`{"app_metadata":{}}`, nil},
		{`{"name":"A","unknown":1}`, []string{`{"name":"A","unknown":1}`}},
		{`{"username":"ann","email":"a@example.com","unknown":1,"user_metadata":{"a":1}}`, []string{`{"email":"a@example.com","unknown":1,"user_metadata":{"a":1}}`}},
		{`{"name":"A","verify_phone_number":true}`, nil},
		{`{"name":"B","verify_email":true,"verify_phone_number":true}`, []string{`{"name":"B","verify_email":true,"verify_phone_number":true}`}},
		{`{"name":"B","email":"a@example.com","verify_email":true,"client_id":"c"}`, []string{`{"name":"B","verify_email":true}`}},
		{`{"email":"A@example.com","verify_email":true}`, []string{`{"verify_email":true}`}},
		{`{"email":"a@example.com","verify_email":true,"username":"bob","password":"p"}`, []string{`{"username":"bob","verify_email":true}`, `{"password":"p"}`}},
		{`{"verify_email":false}`, []string{`{"verify_email":false}`}},
		{`{"email":"a@example.com","email_verified":false,"verify_email":false}`, []string{`{"email_verified":false}`}},
		{`{"name":"B","verify_email":false,"verify_phone_number":true}`, []string{`{"name":"B","verify_email":false,"verify_phone_number":true}`}},
		{`{"username":"ann","unknown":1}`, []string{`{"username":"ann","unknown":1}`}},
		{`{"name":"B","gone":null}`, []string{`{"name":"B"}`}},
	} {
		list, err := patch.Plan(profile(t, from), payload(t, tt.goal), user.Target{Connection: user.Connection{Kind: user.Database}})
		require.NoError(t, err, tt.goal)
		require.Len(t, list, len(tt.want), tt.goal)
		for i := range list {
			assert.JSONEq(t, tt.want[i], string(list[i].AppendJSON(nil)), tt.goal)
			assert.True(t, list[i].Equal(payload(t, tt.want[i])), tt.goal)
		}
	}
	_, err := patch.Plan(profile(t, from), payload(t, `{"name":"B"}`), user.Target{Connection: user.Connection{Kind: user.Social}})
	assert.ErrorIs(t, err, rule.SyncedAttributes)
	list, err := patch.PlanTo(profile(t, from), profile(t, strings.Replace(from, `"name":"A"`, `"name":"B","logins_count":1`, 1)), user.Target{})
	assert.Equal(t, []string{"/logins_count"}, metadata.Unreachable(err))
	require.Len(t, list, 1)
}

// A plan depends on the user and the target.
func TestPlanForTheTarget(t *testing.T) {
	const (
		apart  = `{"policies":{"patch.phone-together":"refused"}}`
		lifted = `{"policies":{"patch.block-lifted":"lifted"}}`
	)
	for _, tt := range []struct {
		from, goal, target string
		want               []string
	}{
		{`{}`, `{"phone_number":"+15551230000","email":"b@example.com"}`, apart, []string{`{"phone_number":"+15551230000"}`, `{"email":"b@example.com"}`}},
		{`{}`, `{"phone_number":"+15551230000","username":"bob"}`, apart, []string{`{"phone_number":"+15551230000"}`, `{"username":"bob"}`}},
		{`{}`, `{"phone_number":"+15551230000","password":"p"}`, apart, []string{`{"phone_number":"+15551230000"}`, `{"password":"p"}`}},
		{`{}`, `{"phone_number":"+15551230000","name":"B"}`, apart, []string{`{"phone_number":"+15551230000","name":"B"}`}},
		{`{}`, `{"phone_verified":true,"email":"b@example.com","client_id":"c","verify_email":true}`, apart, []string{`{"phone_verified":true}`, `{"email":"b@example.com","client_id":"c","verify_email":true}`}},
		{`{}`, `{"phone_number":"+15551230000","email":"b@example.com","client_id":"c"}`, apart, []string{`{"phone_number":"+15551230000","client_id":"c"}`, `{"email":"b@example.com","client_id":"c"}`}},
		{`{}`, `{"phone_number":"+15551230000","email_verified":true,"username":"bob"}`, apart, []string{`{"phone_number":"+15551230000","email_verified":true}`, `{"username":"bob"}`}},
		{`{}`, `{"password":"p"}`, lifted, []string{`{"password":"p"}`}},
		{`{"blocked":true}`, `{"name":"B"}`, lifted, []string{`{"name":"B"}`}},
		{`{"blocked":true}`, `{"password":"p"}`, lifted, []string{`{"password":"p"}`, `{"blocked":true}`}},
		{`{"blocked":true}`, `{"password":"p"}`, `{"policies":{"patch.block-lifted":"stays"}}`, []string{`{"password":"p"}`}},
		{`{}`, `{"password":null,"blocked":true}`, lifted, []string{`{"password":null,"blocked":true}`}},
		{`{"blocked":true}`, `{"password":null}`, lifted, []string{`{"password":null}`}},
		{`{"name":"A","zone":1}`, `{"name":"A","zone":null}`, `{"connection":{"kind":"social","root_attributes":"on_first_login"}}`, []string{`{"zone":null}`}},
		{`{"phone_number":"+15551230000"}`, `{"phone_number":"+15551230000","verify_phone_number":true,"name":"B"}`, `{}`, []string{`{"name":"B"}`}},
		{`{"email":"a@example.com"}`, `{"email":"a@example.com","connection":"db"}`, `{"secondary":true}`, []string{`{"email":"a@example.com","connection":"db"}`}},
		{`{"user_metadata":"x"}`, `{"user_metadata":{"a":null}}`, `{}`, []string{`{"user_metadata":{"a":null}}`}},
	} {
		var at user.Target
		require.NoError(t, at.UnmarshalJSON([]byte(tt.target)))
		list, err := patch.Plan(profile(t, tt.from), payload(t, tt.goal), at)
		require.NoError(t, err, tt.goal)
		got := []string{}
		for _, p := range list {
			got = append(got, string(p.AppendJSON(nil)))
		}
		assert.JSONEq(t, "["+strings.Join(tt.want, ",")+"]", "["+strings.Join(got, ",")+"]", "%s for %s", tt.goal, tt.target)
	}
	// A flag that a new e-mail resets is unreachable under the reading reset.
	for _, tt := range []struct {
		to, target, want string
		missed           []string
	}{
		{`{"email":"b@example.com","email_verified":true}`, `{}`, `{"email":"b@example.com"}`, nil},
		{`{"email":"b@example.com"}`, `{"policies":{"patch.email-keeps-verified":"reset"}}`, `{"email":"b@example.com"}`, []string{"/email_verified"}},
	} {
		var at user.Target
		require.NoError(t, at.UnmarshalJSON([]byte(tt.target)))
		list, err := patch.PlanTo(profile(t, `{"email":"a@example.com","email_verified":true}`), profile(t, tt.to), at)
		assert.Equal(t, tt.missed, metadata.Unreachable(err))
		require.Len(t, list, 1)
		assert.JSONEq(t, tt.want, string(list[0].AppendJSON(nil)))
	}
	_, err := patch.PlanTo(profile(t, `{"name":"A"}`), profile(t, `{"name":"B"}`), user.Target{Connection: user.Connection{Kind: user.Social}})
	assert.ErrorIs(t, err, rule.SyncedAttributes)
	deep := user.Profile{AppMetadata: metadata.MustParse(strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1))}
	to := deep
	to.Name = user.Set("B")
	list, err := patch.PlanTo(deep, to, user.Target{})
	require.NoError(t, err, "a profile stays as deep as it was")
	assert.Equal(t, `[{"name":"B"}]`, fmt.Sprint(list))
}

// The error of PlanTo names each difference that the payloads leave, once.
func TestPlanToErrors(t *testing.T) {
	stripped := `{"policies":{"patch.nested-null":"stripped"}}`
	for _, tt := range []struct {
		from, to, target string
		missed           []string
	}{
		{`{"name":"A","updated_at":"2026-01-01T00:00:00.000Z"}`, `{"name":"B","updated_at":"2026-01-01T00:00:00.000Z"}`, `{"now":"2026-01-02T00:00:00Z"}`, nil},
		{`{"email":"a@example.com","username":"ann"}`, `{"email":"B@Example.com","username":"Bob"}`, `{"connection":{"kind":"database"}}`, nil},
		{`{"app_metadata":{"a":1},"user_metadata":{"a":1}}`, `{"app_metadata":{}}`, `{}`, nil},
		{`{}`, `{"user_metadata":{"a":{"x":null}}}`, stripped, []string{"/user_metadata/a/x"}},
		{`{}`, `{"app_metadata":{"a":{"x":null}}}`, stripped, []string{"/app_metadata/a/x"}},
		{`{"zone":{"x":1}}`, `{"zone":{"x":2}}`, `{}`, []string{"/zone"}},
		{`{}`, `{"app_metadata":{"d":null}}`, `{}`, []string{"/app_metadata/d"}},
		{`{"logins_count":1}`, `{"logins_count":2}`, `{}`, []string{"/logins_count"}},
	} {
		var at user.Target
		require.NoError(t, at.UnmarshalJSON([]byte(tt.target)))
		_, err := patch.PlanTo(profile(t, tt.from), profile(t, tt.to), at)
		assert.Equal(t, tt.missed, metadata.Unreachable(err), "%s %s: %v", tt.to, tt.target, err)
	}
	// An update of a secondary identity does not change root attributes.
	u := profile(t, `{"email":"a@example.com","username":"ann","identities":[{"connection":"sms"},{"connection":"db"}]}`)
	for _, to := range []user.Profile{{Email: user.Set("b@example.com"), Username: u.Username}, {Email: u.Email, Username: user.Set("bob")}} {
		to.Identities = u.Identities
		goal, err := patch.Diff(u, to)
		require.NoError(t, err)
		goal.Connection = user.Set("db")
		_, err = patch.PlanTo(u, to, user.Target{Secondary: true})
		assert.ErrorIs(t, err, rule.SecondaryConnection, "Diff does not know the connection")
		out, err := goal.Apply(u, user.Target{Secondary: true})
		require.NoError(t, err)
		assert.True(t, out.Profile.Email.Equal(u.Email) && out.Profile.Username.Equal(u.Username))
	}
}

// The list of unreachable differences is limited in its number and in the bytes of the
// pointers, and then ends in ErrMore.
func TestUnreachableIsBounded(t *testing.T) {
	to := func(names ...string) user.Profile {
		members := map[string]any{}
		for i, name := range names {
			members[name] = i
		}
		o, err := metadata.From(members)
		require.NoError(t, err)
		return user.Profile{Extra: o}
	}
	missed := func(to user.Profile) (es metadata.Errors) {
		_, err := patch.Diff(user.Profile{}, to)
		require.ErrorAs(t, err, &es)
		return es
	}
	var many []string
	for i := range 1_500 {
		many = append(many, fmt.Sprint("n", i))
	}
	es := missed(to(many[:1_000]...))
	assert.Len(t, es, 1_000)
	assert.NotErrorIs(t, es, metadata.ErrMore)
	es = missed(to(many...))
	assert.Len(t, es, 1_001)
	assert.Equal(t, metadata.ErrMore, es[1_000].Fault)
	assert.NotErrorIs(t, es[:1_000], metadata.ErrMore)

	long := strings.Repeat("n", 1<<20)
	assert.Equal(t, "/"+long, missed(to(long))[0].Pointer, "the first is listed whatever its length")
	assert.Len(t, missed(to(long[:1<<20-3], "z")), 2)
	assert.NotErrorIs(t, missed(to(long[:1<<20-3], "z")), metadata.ErrMore, "a megabyte in all")
	assert.ErrorIs(t, missed(to(long[:1<<20-2], "z")), metadata.ErrMore)
	assert.Len(t, missed(to(long[:1<<20-2], "z", "zz", "zzz")), 2)
}

// If the target's reading is that a password lifts a block, the plan blocks again.
func TestPlanKeepsABlock(t *testing.T) {
	target := user.Target{Connection: user.Connection{Kind: user.Database}, Policies: map[rule.ID]string{rule.BlockLifted: "lifted", rule.EmailKeepsVerified: "reset"}}
	for _, from := range []string{`{"blocked":true}`, `{}`} {
		u := profile(t, from)
		list, err := patch.Plan(u, payload(t, `{"password":"new-secret","blocked":true}`), target)
		require.NoError(t, err)
		for _, p := range list {
			out, err := p.Apply(u, target)
			require.NoError(t, err)
			u = out.Profile
		}
		assert.True(t, u.Blocked.Or(false), from)
	}
	list, err := patch.PlanTo(profile(t, `{"email":"a@example.com","email_verified":true}`), profile(t, `{"email":"b@example.com","email_verified":true}`), target)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.JSONEq(t, `{"email":"b@example.com","email_verified":true}`, string(list[0].AppendJSON(nil)))
	list, err = patch.Plan(profile(t, `{"phone_number":"+15551230000","email":"a@example.com"}`), payload(t, `{"phone_number":"+15551230000","verify_phone_number":true,"email":"a@example.com","verify_email":true,"client_id":"c"}`), user.Target{})
	require.NoError(t, err)
	assert.Equal(t, `[{"verify_email":true}]`, fmt.Sprint(list))
	list, err = patch.Plan(profile(t, `{"phone_number":"+15551230000","phone_verified":true}`), payload(t, `{"phone_number":"+15551230001","phone_verified":true}`), user.Target{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.JSONEq(t, `{"phone_number":"+15551230001","phone_verified":true}`, string(list[0].AppendJSON(nil)), "a new number may reset it")
}

// Payloads with many members take linear time.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	n := long.Pick(5_000, 50_000)
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"m%d":1`, i)
	}
	many := "{" + b.String()[1:] + "}"
	dotted := strings.ReplaceAll(many, `"m`, `"a.m`)
	name := strings.Repeat("n", 1<<20)
	p := payload(t, `{"user_metadata":`+many+`}`)
	q, err := p.Inverse(profile(t, `{}`), user.Target{})
	require.NoError(t, err)
	assert.Equal(t, n, q.UserMetadata.Object().Len())
	q, err = patch.Diff(profile(t, many), profile(t, `{}`))
	require.NoError(t, err)
	assert.Equal(t, n, q.Extra.Len())
	q, err = patch.Diff(profile(t, `{}`), profile(t, `{"user_metadata":`+dotted+`}`))
	assert.ErrorIs(t, err, metadata.ErrMore)
	assert.True(t, q.IsZero(), "refused members are left out")
	out, err := payload(t, many[:len(many)-1]+`,"name":"A"}`).Apply(profile(t, `{}`), user.Target{Sources: rule.Lenient, Policies: map[rule.ID]string{rule.UnknownAttribute: "stored"}})
	require.NoError(t, err)
	assert.Equal(t, n, out.Profile.Extra.Len())
	payload(t, `{"user_metadata":{"`+name+`":[`+strings.Repeat("null,", 20_000)+`null]}}`).Validate(user.Target{})
}

func TestInverseOfASecondaryIdentity(t *testing.T) {
	u := profile(t, `{"email":"a@example.com","identities":[{"connection":"db"},{"connection":"sms","profileData":{"phone_number":"+15550001111"}}]}`)
	q, err := payload(t, `{"phone_number":"+15552223333","connection":"sms","user_metadata":{"a":1}}`).Inverse(u, user.Target{Secondary: true})
	assert.Equal(t, []string{"/phone_number"}, metadata.Unreachable(err))
	assert.JSONEq(t, `{"connection":"sms","user_metadata":{"a":null}}`, string(q.AppendJSON(nil)))
	q, err = payload(t, `{"password":"p","connection":"sms"}`).Inverse(profile(t, `{"blocked":true}`), user.Target{Secondary: true})
	assert.Equal(t, []string{"/password"}, metadata.Unreachable(err))
	assert.JSONEq(t, `{"blocked":true,"connection":"sms"}`, string(q.AppendJSON(nil)), "the password removes a block of the whole user")
}

// Values that are equal are no difference, however they are written.
func TestSpellingIsNoDifference(t *testing.T) {
	from := profile(t, `{"email_verified":"true","phone_verified":"false","identities":[{"user_id":7,"isSocial":false}],"name":"A"}`)
	to := profile(t, `{"email_verified":true,"phone_verified":false,"identities":[{"user_id":"7","isSocial":false}],"name":"B"}`)
	list, err := patch.PlanTo(from, to, user.Target{})
	require.NoError(t, err)
	assert.Equal(t, `[{"name":"B"}]`, fmt.Sprint(list))
	q, err := payload(t, `{"email_verified":false}`).Inverse(from, user.Target{})
	require.NoError(t, err)
	assert.Equal(t, `{"email_verified":true}`, fmt.Sprint(q))
}

func TestInverse(t *testing.T) {
	const before = `{"email":"a@example.com","name":"A","blocked":false,"user_metadata":{"a":{"x":1},"b":2},"app_metadata":{"n":null,"m":1}}`
	for _, tt := range []struct {
		payload, want string
		missed        []string
	}{
		{`{"client_id":"c","name":"B"}`, `{"name":"A"}`, nil},
		{`{"client_id":"c","user_metadata":{"z":null}}`, `{"user_metadata":{"z":null}}`, nil},
		{`{"name":"B","nickname":"n","blocked":true}`, `{"name":"A","nickname":null,"blocked":false}`, nil},
		{`{"user_metadata":{"a":null,"c":1}}`, `{"user_metadata":{"a":{"x":1},"c":null}}`, nil},
		{`{"user_metadata":{}}`, `{"user_metadata":{"a":{"x":1},"b":2}}`, nil},
		{`{"app_metadata":{"n":1,"m":2}}`, `{"app_metadata":{"m":1}}`, []string{"/app_metadata/n"}},
		{`{"password":"p","name":"B"}`, `{"name":"A"}`, []string{"/password"}},
		{`{"email":"b@example.com","email_verified":true,"connection":"db","client_id":"c","verify_email":true}`, `{"email":"a@example.com","email_verified":false,"connection":"db","client_id":"c"}`, []string{"/email_verified"}},
		{`{"unknown":null,"name":"A"}`, `{"name":"A"}`, []string{"/unknown"}},
	} {
		q, err := payload(t, tt.payload).Inverse(profile(t, before), user.Target{})
		assert.JSONEq(t, tt.want, string(q.AppendJSON(nil)), tt.payload)
		assert.Equal(t, tt.missed, metadata.Unreachable(err), tt.payload)
	}
}

// The inverse of a payload follows the readings of the target, also if the payload is
// refused.
func TestInverseForTheTarget(t *testing.T) {
	const (
		lifted = `{"policies":{"patch.block-lifted":"lifted"}}`
		reset  = `{"connection":{"kind":"database"},"policies":{"patch.email-keeps-verified":"reset"}}`
	)
	for _, tt := range []struct {
		before, payload, target, want string
		missed                        []string
	}{
		{`{"blocked":true}`, `{"password":"p"}`, lifted, `{"blocked":true}`, []string{"/password"}},
		{`{"blocked":true}`, `{"password":"p"}`, `{"policies":{"patch.block-lifted":"stays"}}`, `{}`, []string{"/password"}},
		{`{"blocked":false}`, `{"password":"p"}`, lifted, `{}`, []string{"/password"}},
		{`{"blocked":true}`, `{"password":null}`, lifted, `{}`, []string{"/password"}},
		{`{}`, `{"password":"p"}`, lifted, `{}`, []string{"/password"}},
		{`{"blocked":true}`, `{"name":"A"}`, lifted, `{"name":null}`, nil},
		{`{"email":"a@example.com","email_verified":true}`, `{"email":"b@example.com"}`, reset, `{"email":"a@example.com","email_verified":true}`, nil},
		{`{"email":"a@example.com","email_verified":true}`, `{"email":"b@example.com"}`, `{}`, `{"email":"a@example.com"}`, nil},
		{`{"email":"a@example.com","email_verified":true}`, `{"email":"A@example.com"}`, reset, `{"email":"a@example.com"}`, nil},
		{`{"email":"a@example.com","email_verified":true,"name":"A"}`, `{"name":"B"}`, reset, `{"name":"A"}`, nil},
		{`{"email":"a@example.com"}`, `{"email":"b@example.com"}`, reset, `{"email":"a@example.com","email_verified":false}`, []string{"/email_verified"}},
		{`{"name":null}`, `{"name":"A"}`, `{}`, `{}`, []string{"/name"}},
		{`{"user_metadata":{"a":{"x":null}}}`, `{"user_metadata":{"a":1}}`, `{"policies":{"patch.nested-null":"stripped"}}`, `{"user_metadata":{"a":{"x":null}}}`, []string{"/user_metadata/a/x"}},
		{`{"email_verified":true}`, `{"email_verified":false,"phone_verified":true,"connection":"sms","blocked":true}`, `{"secondary":true}`, `{"blocked":false,"connection":"sms"}`, []string{"/email_verified", "/phone_verified", "/blocked"}},
		{`{"email":"a@example.com"}`, `{"email":"b@example.com","client_id":""}`, `{}`, `{"email":"a@example.com"}`, []string{"/client_id"}},
		// The error of a refused payload names the attributes that cannot be restored.
		{`{"email":"a@example.com","username":"ann"}`, `{"email":"b@example.com","username":"bob"}`, `{"connection":{"kind":"social"}}`, `{}`, []string{"/email", "/username"}},
		{`{"email":"a@example.com"}`, `{"email":"b@example.com","password":"p"}`, reset, `{"email":"a@example.com","email_verified":false}`, []string{"/password", "/email_verified"}},
		{`{"app_metadata":{"n":null,"m":1}}`, `{"app_metadata":{"n":1,"m":2},"password":"p","username":"u"}`, `{}`, `{"username":null,"app_metadata":{"m":1}}`, []string{"/app_metadata/n", "/password"}},
		{`{"name":null,"email":"a@example.com","zone":1}`, `{"name":"A","email":"b@example.com","password":"p","blocked":true}`, `{}`, `{"email":"a@example.com","blocked":false}`, []string{"/name", "/blocked", "/password"}},
		{`{"email":"a@example.com"}`, `{"email":"b@example.com","email_verified":true,"client_id":""}`, `{"connection":{"kind":"enterprise"}}`, `{}`, []string{"/email_verified", "/client_id", "/email"}},
	} {
		var at user.Target
		require.NoError(t, at.UnmarshalJSON([]byte(tt.target)))
		q, err := payload(t, tt.payload).Inverse(profile(t, tt.before), at)
		assert.JSONEq(t, tt.want, string(q.AppendJSON(nil)), "%s for %s", tt.payload, tt.target)
		assert.ElementsMatch(t, tt.missed, metadata.Unreachable(err), "%s for %s: %v", tt.payload, tt.target, err)
	}
}

func TestConflicts(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want []string
	}{
		{`{"name":"A","user_metadata":{"a":1,"b":2}}`, `{"name":"B","nickname":"n","user_metadata":{"a":1.0,"b":3,"c":4}}`, []string{"/user_metadata/b", "/name"}},
		{`{"user_metadata":{}}`, `{"user_metadata":{"a":1}}`, []string{"/user_metadata"}},
		{`{"user_metadata":{}}`, `{"user_metadata":{},"app_metadata":{"a":1}}`, nil},
		{`{"password":"x","connection":"a"}`, `{"password":"y","connection":"b"}`, []string{"/password"}},
		{`{"email":null}`, `{"email":null}`, nil},
		{`{"x":1}`, `{"x":2}`, []string{"/x"}},
		// A flag that one payload sets, and an address that the other changes.
		{`{"email":"b@example.com"}`, `{"email_verified":true}`, []string{"/email_verified"}},
		{`{"email":null}`, `{"email_verified":true,"name":"A"}`, []string{"/email_verified"}},
		{`{"email":"b@example.com"}`, `{"email":"c@example.com","email_verified":true}`, []string{"/email_verified", "/email"}},
		{`{"email":"b@example.com"}`, `{"email":"b@example.com","email_verified":true}`, nil},
		{`{"email":"b@example.com","email_verified":true}`, `{"email_verified":true}`, nil},
		{`{"phone_number":"+15551230000"}`, `{"phone_verified":false}`, []string{"/phone_verified"}},
		{`{"phone_number":"+15551230000"}`, `{"phone_number":"+15551230000","phone_verified":true}`, nil},
		{`{"phone_number":"+15551230000","phone_verified":true}`, `{"phone_verified":true}`, nil},
		{`{"phone_number":"+15551230000"}`, `{"name":"A"}`, nil},
		{`{"phone_verified":true}`, `{"name":"A"}`, nil},
		{`{"phone_number":"+15551230000","phone_verified":true}`, `{"name":"A"}`, nil},
		{`{"password":"p"}`, `{"blocked":true}`, []string{"/blocked"}},
		{`{"password":"p"}`, `{"blocked":false}`, nil},
		{`{"password":"p","blocked":true}`, `{"blocked":true}`, []string{"/blocked"}},
		{`{"password":"p","blocked":true}`, `{"password":"p","blocked":true}`, nil},
		{`{"password":"p","blocked":true}`, `{"password":"p"}`, []string{"/blocked"}},
		{`{"password":"p"}`, `{"email_verified":true,"phone_verified":true}`, nil},
	} {
		assert.Equal(t, tt.want, patch.Conflicts(payload(t, tt.a), payload(t, tt.b)))
		assert.Equal(t, len(tt.want), len(patch.Conflicts(payload(t, tt.b), payload(t, tt.a))), "in the other order")
	}
}

func TestResponse(t *testing.T) {
	social := user.Target{Connection: user.Connection{Name: "google-oauth2", Kind: user.Social}}
	r, ok := payload(t, `{"picture":"https://example.com/p.png","family_name":"F","given_name":"G"}`).Response(social)
	require.True(t, ok)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.JSONEq(t, `{"statusCode":400,"error":"Bad Request","message":"The following user attributes cannot be updated: family_name, given_name, picture. The connection (google-oauth2) must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'. For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync","errorCode":"operation_not_supported"}`, string(text))
	r, ok = payload(t, `{"name":"A","nickname":null}`).Response(social)
	require.True(t, ok)
	assert.Contains(t, r.Message, "cannot be updated: name. ", "a removed attribute breaks another rule")
	r, ok = payload(t, `{"username":"u","password":"p"}`).Response(user.Target{})
	assert.True(t, ok)
	assert.Equal(t, "Cannot update username and password simultaneously.", r.Message)
	_, ok = payload(t, `{"name":"A"}`).Response(user.Target{})
	assert.False(t, ok, "accepted")
	_, ok = payload(t, `{"app_metadata":{"a.b":1}}`).Response(user.Target{})
	assert.False(t, ok, "the API's answer is not known")
	for _, tt := range []struct{ payload, target string }{ // unknown answers: a connection without a name, or of another kind
		{`{"name":"A"}`, `{"connection":{"kind":"social"}}`},
		{`{"name":"A"}`, `{"connection":{"kind":"custom-database","name":"own"},"policies":{"patch.custom-database":"lenient"}}`},
		{`{"name":null}`, `{"connection":{"kind":"database"}}`},
		{`{"email_verified":true}`, `{"connection":{"kind":"passwordless-sms"}}`},
		{`{"name":"A"}`, `{"scopes":["update:users_app_metadata"]}`},
		{`{"nickname":""}`, `{}`},
		{`{"email":"ann"}`, `{}`},
		{`{"nickname":"A"}`, `{"connection":{"kind":"custom-database","name":"own"}}`},
	} {
		var at user.Target
		require.NoError(t, at.UnmarshalJSON([]byte(tt.target)))
		require.Error(t, payload(t, tt.payload).Validate(at).Err(), tt.target)
		_, ok = payload(t, tt.payload).Response(at)
		assert.False(t, ok, tt.target)
	}
	r, ok = payload(t, `{"name":"A"}`).Response(user.Target{Scopes: []string{}})
	assert.True(t, ok)
	assert.Equal(t, 403, r.StatusCode)
}

// Formats and logs mask the password; the body has it.
func TestPasswordIsMasked(t *testing.T) {
	const secret = "hunter2"
	p := patch.Payload{Password: user.Set(user.NewSecret(secret)), Name: user.Set("A")}
	mistyped := payload(t, `{"password":["`+secret+`"]}`)
	extra := patch.Payload{Extra: metadata.MustParse(`{"password":"` + secret + `"}`)}
	for _, v := range []any{p, &p, mistyped, extra, []patch.Payload{p}, patch.Payloads{p}, struct{ P patch.Payload }{p}, struct{ p patch.Payload }{p}} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%t", "%x", "%c", "%e"} {
			assert.NotContains(t, fmt.Sprintf(format, v), secret, "%s of %T", format, v)
		}
		for _, h := range []func(*strings.Builder) slog.Handler{
			func(b *strings.Builder) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *strings.Builder) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b strings.Builder
			slog.New(h(&b)).Info("m", "v", v)
			switch v.(type) {
			case []patch.Payload, struct{ P patch.Payload }: // encoding/json writes it, as documented
			default:
				assert.NotContains(t, b.String(), secret, "%T", v)
			}
		}
	}
	text, err := json.Marshal(p)
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"A","password":"hunter2"}`, string(text))
}

// Apply sorts its warnings with those of the verdict, and its effects, as the catalogue
// is ordered.
func TestOrderOfWarnings(t *testing.T) {
	u := profile(t, `{"email":"a@example.com","blocked":true,"user_metadata":{"a":{"x":1,"y":2}},"app_metadata":{"b":1}}`)
	p := payload(t, `{"email":"b@example.com","verify_email":true,"unknown":1,"user_metadata":{"a":{"x":null},"roles":[]},"app_metadata":{"b":null},"client_id":"c"}`)
	out, err := p.Apply(u, user.Target{Connection: user.Connection{Kind: user.PasswordlessEmail}})
	require.NoError(t, err)
	var place []int
	rules := rule.All()
	seen := map[rule.ID]bool{}
	for _, w := range out.Warnings {
		seen[w.Rule] = true
		place = append(place, slices.IndexFunc(rules, func(r rule.Rule) bool { return r.ID == w.Rule }))
	}
	assert.True(t, slices.IsSorted(place), "%v", out.Warnings)
	for _, id := range []rule.ID{rule.UnknownAttribute, rule.NestedNull, rule.LastMember, rule.EmailKeepsVerified, rule.AuthorizationInUserMetadata, rule.ReplacedObject} {
		assert.True(t, seen[id], id)
	}
	assert.Equal(t, []user.Effect{
		{Kind: user.VerificationEmail, Rule: rule.VerificationEmail, Pointer: "/email"}, {Kind: user.SessionsExpire, Rule: rule.SessionsExpire, Pointer: "/email"},
		{Kind: user.ChangeEmail, Rule: rule.ChangeEmailMessage, Pointer: "/email"},
	}, out.Effects)

	out, err = payload(t, `{"password":"p"}`).Apply(u, user.Target{Connection: user.Connection{Kind: user.CustomDatabase}, Sources: rule.Lenient})
	require.NoError(t, err)
	assert.Equal(t, []user.Effect{
		{Kind: user.SessionsExpire, Rule: rule.PasswordSessions, Pointer: "/password"}, {Kind: user.GetUserScript, Rule: rule.ChangeScripts, Pointer: "/password"},
		{Kind: user.ChangePasswordScript, Rule: rule.ChangeScripts, Pointer: "/password"},
	}, out.Effects)

	// Two full lists have one entry rule.More.
	var stored, sent strings.Builder
	for i := range 1100 {
		fmt.Fprintf(&stored, `,"m%d":{"a":1,"b":1}`, i)
		fmt.Fprintf(&sent, `,"m%d":{"a":null}`, i)
	}
	out, err = payload(t, `{"user_metadata":{`+sent.String()[1:]+`}}`).Apply(profile(t, `{"user_metadata":{`+stored.String()[1:]+`}}`), user.Target{})
	require.NoError(t, err)
	more := 0
	for _, w := range out.Warnings {
		if w.Rule == rule.More {
			more++
		}
	}
	assert.Equal(t, 1, more)
	assert.Equal(t, rule.More, out.Warnings[len(out.Warnings)-1].Rule)
}

// The phone number of a secondary identity is not compared with the root attribute.
func TestVerificationTextOfASecondaryIdentity(t *testing.T) {
	u := profile(t, `{"phone_number":"+15551230000","identities":[{"connection":"db"},{"connection":"sms","profileData":{"phone_number":"+15559990000"}}]}`)
	p := payload(t, `{"phone_number":"+15551230000","verify_phone_number":true,"connection":"sms"}`)
	out, err := p.Apply(u, user.Target{Secondary: true, Connection: user.Connection{Kind: user.PasswordlessSMS}})
	require.NoError(t, err)
	assert.Equal(t, []user.Effect{
		{Kind: user.VerificationText, Rule: rule.VerificationText, Pointer: "/phone_number"}, {Kind: user.SessionsExpire, Rule: rule.SessionsExpire, Pointer: "/phone_number"},
	}, out.Effects)
	assert.Equal(t, `{"phone_number":"+15551230000"}`, out.Profile.Identities[1].ProfileData.String())
}

// Sendable drops the attributes that Auth0 manages from a body that was read from the
// API.
func TestSendable(t *testing.T) {
	read := payload(t, `{"user_id":"auth0|1","email":"a@example.com","name":"B","identities":[{"connection":"db"}],"created_at":"t","updated_at":"t","last_ip":"::1","last_login":"t","logins_count":3,
		"last_password_reset":"t","multifactor":["guardian"],"multifactor_last_modified":"t","permissions":[],"blocked_for":[],"guardian_authenticators":[],"guardian_enrollments":[],"passkeys":[],"enrolledFactors":[],
		"locale":"de","user_metadata":"odd"}`)
	before := read.String()
	p, dropped := read.Sendable()
	assert.JSONEq(t, `{"email":"a@example.com","name":"B","locale":"de","user_metadata":"odd"}`, string(p.AppendJSON(nil)))
	assert.ElementsMatch(t, limit.Managed, dropped)
	assert.Equal(t, before, read.String(), "the input changed")
	p, dropped = p.Sendable()
	assert.Empty(t, dropped)
	assert.Equal(t, 2, p.Extra.Len())
	p, dropped = payload(t, `{"name":"B","user_id":"auth0|1"}`).Sendable()
	assert.Equal(t, []string{"user_id"}, dropped)
	assert.True(t, p.Equal(patch.Payload{Name: user.Set("B")}))
	p, dropped = patch.Payload{}.Sendable()
	assert.Empty(t, dropped)
	assert.True(t, p.IsZero())
	// Plan omits the attributes that the user has already.
	p, _ = payload(t, `{"user_id":"auth0|1","email":"a@example.com","username":"ann","name":"B","locale":"de"}`).Sendable()
	stored := `{"user_id":"auth0|1","email":"a@example.com","username":"ann","name":"A","locale":"de"}`
	list, err := patch.Plan(profile(t, stored), p, user.Target{})
	require.NoError(t, err)
	assert.Equal(t, `[{"name":"B"}]`, fmt.Sprint(list))
	p, _ = payload(t, stored).Sendable()
	for _, kind := range []user.Kind{user.Database, user.CustomDatabase, user.Social} {
		list, err = patch.Plan(profile(t, stored), p, user.Target{Connection: user.Connection{Kind: kind}})
		require.NoError(t, err)
		assert.Empty(t, list, "an unedited body")
	}
}

// The first violation of several synced attributes names them all; the others refer to
// it.
func TestSyncedAttributesAreNamedOnce(t *testing.T) {
	p := payload(t, `{"name":"A","nickname":"a","given_name":"A","family_name":"B","picture":"https://example.com/p.png"}`)
	list := p.Validate(user.Target{Connection: user.Connection{Kind: user.Social}}).Violations
	require.Len(t, list, 5)
	assert.True(t, strings.HasPrefix(list[0].Message, "family_name, given_name, name, nickname, picture cannot be updated while the connection syncs user profile attributes at each login;"), list[0].Message)
	for _, v := range list[1:] {
		assert.Contains(t, v.Message, "see the violation at /given_name")
	}
	list = payload(t, `{"name":null,"picture":"https://example.com/p.png"}`).Validate(user.Target{Connection: user.Connection{Kind: user.Social}}).Violations
	assert.True(t, strings.HasPrefix(list[0].Message, "picture cannot be updated while the connection syncs user profile attributes at each login;"), list[0].Message)
}

// The message names the scope of the guide if the token has it.
func TestScopeOfTheGuide(t *testing.T) {
	list := payload(t, `{"user_metadata":{"a":1}}`).Validate(user.Target{Scopes: []string{"create:current_user_metadata"}}).Violations
	require.Len(t, list, 1)
	assert.Contains(t, list[0].Message, "create:current_user_metadata")
}

// The size of a profile is the size of its whole text.
func TestProfileSize(t *testing.T) {
	u := user.Profile{
		UserMetadata: metadata.MustParse(`{"a":"` + strings.Repeat("x", 5<<10) + `"}`),
		Identities:   []user.Identity{{ProfileData: metadata.MustParse(`{"a":"` + strings.Repeat("x", 6<<10) + `"}`)}},
	}
	p := payload(t, `{"blocked":true}`)
	uncapped := user.Target{Policies: rule.Policies{rule.ProfileAllowance: "uncapped"}}
	out, err := p.Apply(u, uncapped)
	require.NoError(t, err)
	assert.ErrorIs(t, out.Warnings, rule.ProfileSize)
	assert.NotErrorIs(t, out.Warnings, rule.SearchSize)
	// The limit is exactly 10 KB of text.
	for pad, large := range map[int]bool{0: false, 1: true} {
		var v user.Profile
		v.AppMetadata = metadata.MustParse(`{"a":"` + strings.Repeat("x", 10<<10-len(`{"blocked":true,"app_metadata":{"a":""}}`)+pad) + `"}`)
		out, err = p.Apply(v, uncapped)
		require.NoError(t, err)
		assert.Equal(t, large, errors.Is(out.Warnings, rule.ProfileSize), "%d bytes", len(out.Profile.AppendJSON(nil)))
	}
	// The limit for search is exactly 1 MB.
	for pad, large := range map[int]bool{0: false, 1: true} {
		v := user.Profile{UserMetadata: metadata.MustParse(`{"a":"` + strings.Repeat("x", 1<<20-len(`{"blocked":true,"user_metadata":{"a":""}}`)+pad) + `"}`)}
		out, err = p.Apply(v, uncapped)
		require.NoError(t, err)
		assert.Equal(t, large, errors.Is(out.Warnings, rule.SearchSize))
	}
	u.Identities = nil
	out, err = p.Apply(u, uncapped)
	require.NoError(t, err)
	assert.NotErrorIs(t, out.Warnings, rule.ProfileSize)
	u.AppMetadata = metadata.MustParse(`{"a":"` + strings.Repeat("x", 1<<20) + `"}`)
	out, err = p.Apply(u, uncapped)
	require.NoError(t, err)
	assert.ErrorIs(t, out.Warnings, rule.SearchSize)
	assert.ErrorIs(t, out.Warnings, rule.ProfileSize)
}

// Plans and inverses do not have a payload that a policy refuses for the user.
func TestRefusedForTheUser(t *testing.T) {
	target := user.Target{Policies: map[rule.ID]string{rule.FirstUsername: "refused"}}
	has, hasNot := user.Profile{Username: user.Set("kim"), Name: user.Set("Kim")}, user.Profile{Name: user.Set("Kim")}
	_, err := patch.Plan(hasNot, patch.Payload{Username: user.Set("kim")}, target)
	assert.ErrorIs(t, err, rule.FirstUsername)
	list, err := patch.Plan(has, patch.Payload{Username: user.Set("kit")}, target)
	require.NoError(t, err)
	assert.Len(t, list, 1)
	q, err := patch.Payload{Username: user.Null[string](), Name: user.Set("Kit")}.Inverse(has, target)
	assert.Equal(t, []string{"/username"}, metadata.Unreachable(err))
	assert.True(t, patch.Payload{Name: user.Set("Kim")}.Equal(q), q.String())
	q, err = patch.Payload{Username: user.Null[string](), Connection: user.Set("db")}.Inverse(has, target)
	assert.Equal(t, []string{"/username"}, metadata.Unreachable(err))
	assert.True(t, q.IsZero(), q.String())
}

func TestMetadataSize(t *testing.T) {
	if testing.Short() {
		t.Skip("copies megabytes, slowly under the race detector")
	}
	t.Parallel()
	uncapped := user.Target{Policies: rule.Policies{rule.ProfileAllowance: "uncapped"}}
	big := patch.Payload{UserMetadata: metadata.MustDelta(`{"a":"` + strings.Repeat("x", 16<<20) + `"}`)}
	assert.ErrorIs(t, big.Validate(uncapped).Err(), rule.MetadataSize)
	half := patch.Payload{AppMetadata: metadata.MustDelta(`{"b":"` + strings.Repeat("x", 9<<20) + `"}`)}
	out, err := half.Apply(user.Profile{AppMetadata: metadata.MustParse(`{"a":"` + strings.Repeat("x", 9<<20) + `"}`)}, uncapped)
	require.NoError(t, err)
	assert.ErrorIs(t, out.Warnings, rule.MergedMetadataSize, "both members together are too large")
	refused := user.Target{Policies: rule.Policies{rule.MergedMetadataSize: "refused", rule.ProfileAllowance: "uncapped"}}
	_, err = half.Apply(user.Profile{AppMetadata: metadata.MustParse(`{"a":"` + strings.Repeat("x", 9<<20) + `"}`)}, refused)
	assert.ErrorIs(t, err, rule.MergedMetadataSize)
	_, err = patch.Plan(user.Profile{AppMetadata: metadata.MustParse(`{"a":"` + strings.Repeat("x", 9<<20) + `"}`)}, half, refused)
	assert.ErrorIs(t, err, rule.MergedMetadataSize)
	both := user.Profile{AppMetadata: out.Profile.AppMetadata, Name: user.Set("Kim")}
	q, err := patch.Payload{AppMetadata: metadata.MustDelta(`{"b":null}`), Name: user.Set("Kit")}.Inverse(both, refused)
	assert.Equal(t, []string{"/app_metadata/b"}, metadata.Unreachable(err), "both members together are too large")
	assert.True(t, patch.Payload{Name: user.Set("Kim")}.Equal(q), q.String())
	_, err = patch.Diff(user.Profile{}, user.Profile{UserMetadata: big.UserMetadata.Object()})
	assert.Equal(t, []string{"/user_metadata/a"}, metadata.Unreachable(err))
	all := metadata.MustParse(`{"a":"` + strings.Repeat("x", limit.Metadata-metadata.MustParse(`{"a":""}`).Size()) + `"}`)
	out, err = patch.Payload{Name: user.Set("Kim"), UserMetadata: metadata.MustDelta(`{"b":null}`)}.Apply(user.Profile{UserMetadata: all}, uncapped)
	require.NoError(t, err)
	assert.NotErrorIs(t, out.Warnings, rule.MergedMetadataSize, "exactly the limit")
	out, err = half.Apply(user.Profile{AppMetadata: metadata.MustParse(`{"b":"` + strings.Repeat("x", 9<<20) + `"}`)}, uncapped)
	require.NoError(t, err)
	assert.NotErrorIs(t, out.Warnings, rule.MergedMetadataSize, "one member replaces the other")
	small := patch.Payload{UserMetadata: metadata.MustDelta(`{"a":"` + strings.Repeat("x", 16<<20-100) + `"}`)}
	assert.NoError(t, small.Validate(uncapped).Err())
}

// A payload that makes a profile beyond the allowance larger is refused, under strict
// and current; one that makes it smaller is not.
func TestProfileAllowance(t *testing.T) {
	sized := func(n int) metadata.Object { return metadata.MustParse(`{"a":  "` + strings.Repeat("x", n) + `"}`) } // n and 8 bytes
	const allowed = limit.ProfileAllowance - len(`{"a":""}`)
	for _, tt := range []struct {
		name    string
		stored  int
		payload string
		wrong   bool
		alone   bool // Validate refuses it
	}{
		{"within", limit.ProfileAllowance - len(`{"user_metadata":{"a":""},"name":"A","updated_at":"2027-04-01T00:00:00.000Z"}`), `{"name":"A"}`, false, false},
		{"beyond by a byte", limit.ProfileAllowance - len(`{"user_metadata":{"a":""},"name":"A","updated_at":"2027-04-01T00:00:00.000Z"}`), `{"name":"AB"}`, true, false},
		{"beyond before", 2 * limit.ProfileAllowance, `{"name":"A"}`, true, false},
		{"smaller", 2 * limit.ProfileAllowance, `{"user_metadata":{"a":null}}`, false, false},
		{"smaller, though larger than the allowance", 2 * limit.ProfileAllowance, `{"user_metadata":` + sized(allowed+1).String() + `}`, false, true},
		{"the same", 2 * limit.ProfileAllowance, `{"user_metadata":{}}`, false, false},
		{"metadata within", 0, `{"user_metadata":` + sized(allowed).String() + `}`, true, false}, // the profile is not
		{"metadata beyond", 0, `{"app_metadata":` + sized(allowed+1).String() + `}`, true, true},
	} {
		u, p := user.Profile{UserMetadata: sized(tt.stored), UpdatedAt: user.Set[user.Timestamp]("2026-04-01T00:00:00.000Z")}, payload(t, tt.payload)
		for at, refuses := range map[*user.Target]bool{
			{}: true, {Sources: rule.Current}: true, {Sources: rule.Lenient}: false, {Policies: rule.Policies{rule.ProfileAllowance: "uncapped"}}: false,
		} {
			now := *at
			now.Now = time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC) // has no effect
			verdict := p.Validate(now)
			assert.Equal(t, tt.alone && refuses, errors.Is(verdict.Err(), rule.ProfileAllowance), tt.name)
			assert.Equal(t, tt.alone && !refuses, errors.Is(verdict.Warnings, rule.ProfileAllowance), tt.name)
			out, err := p.Apply(u, now)
			assert.Equal(t, tt.wrong && refuses, errors.Is(err, rule.ProfileAllowance), tt.name)
			assert.Equal(t, tt.wrong && !refuses, errors.Is(out.Warnings, rule.ProfileAllowance), tt.name)
			if list := (rule.Violations)(nil); errors.As(err, &list) {
				assert.Contains(t, list[0].Message, "2026-08-04")
				assert.Contains(t, list[0].Message, "2027-03-04")
			}
			_, err = patch.Plan(u, p, now)
			assert.Equal(t, tt.wrong && refuses, errors.Is(err, rule.ProfileAllowance), tt.name)
		}
	}
	// An inverse does not restore members beyond the allowance.
	large := user.Profile{Name: user.Set("Kim"), UserMetadata: sized(2 * limit.ProfileAllowance)}
	q, err := payload(t, `{"user_metadata":{"a":null},"name":"K"}`).Inverse(large, user.Target{})
	assert.Equal(t, []string{"/user_metadata/a"}, metadata.Unreachable(err))
	assert.Equal(t, `{"name":"Kim"}`, string(q.AppendJSON(nil)))
	q, err = payload(t, `{"name":"K"}`).Inverse(large, user.Target{})
	assert.Equal(t, []string{"/name"}, metadata.Unreachable(err), "a longer name")
	assert.True(t, q.IsZero())
}

// Validate does not allocate for a payload without violations and warnings.
func TestValidateAllocations(t *testing.T) {
	for _, text := range []string{
		`{"name":"A","email":"a@example.com","picture":"https://example.com/p.png","user_metadata":{"color":"red","n":12,"l":["x","y"]},"app_metadata":{"plan":{"name":"gold"}}}`,
		`{"given_name":"Zo\u00e9","nickname":"z.$","blocked":true,"user_metadata":{"s":"a.b$c\u002e","address":{"zip":"8004","lines":["1.","2$ \"x\""],"geo":{"lat":47.3769,"lon":-8.5417,"n":[0,1e2,0.1234567890123456]}},"old":null},
			"app_metadata":{"on":[true,false,{}],"size":9007199254740992,"none":[]}}`,
		`{"email":"a@example.com","email_verified":true,"verify_email":false,"client_id":"c","connection":"members"}`,
		`{"password":"correct-horse"}`, `{"username":"ann","blocked":true}`, `{"given_name":"` + strings.Repeat("\u00e9", 150) + `"}`,
	} {
		p := payload(t, text)
		for _, c := range []user.Connection{
			{Kind: user.Database, Name: "members"},
			{Strategy: "auth0", Attributes: user.Attributes{Email: &user.Attribute{}, Username: &user.Attribute{ProfileRequired: user.Set(true), MaxLength: user.Set[int64](9)}}},
		} {
			target := user.Target{Connection: c}
			verdict := p.Validate(target)
			require.Empty(t, verdict.Violations, text)
			require.Empty(t, verdict.Warnings, text)
			if n := testing.AllocsPerRun(100, func() { p.Validate(target) }); n > 0 {
				t.Errorf("%v allocations for %s", n, text)
			}
		}
	}
}

// fuzzUsers seeds pairs of profiles.
var fuzzUsers = []string{
	`{}`, `{"email":"a@example.com","email_verified":true,"username":"ann","name":"A","blocked":false,"user_metadata":{"a":1,"b":{"x":1}},"app_metadata":{"p":null}}`,
	`{"email":"b@example.com","email_verified":false,"nickname":"n","picture":"https://example.com/p.png","user_metadata":{"a":1.0},"app_metadata":{"q":{"r":null}}}`,
	`{"username":"Bob","phone_number":"+15551230000","phone_verified":true,"given_name":"G","family_name":"F","user_metadata":{},"x":1,"locale":"de"}`,
	`{"user_metadata":"text","app_metadata":null,"email":null,"identities":[{"connection":"c"}],"logins_count":3,"updated_at":"t"}`,
	`{"name":"","email":"no address","app_metadata":{"email":1,"a.b":2}}`,
}

// fuzzTargets are targets for the laws; the first accepts every payload that any target
// accepts for a user in the Auth0 store.
var fuzzTargets = []string{
	`{"connection":{"kind":"database"},"lenient":true}`, `{}`, `{"connection":{"kind":"database","requires_username":true}}`,
	`{"connection":{"kind":"database"},"lenient":true,"policies":{"patch.email-keeps-verified":"reset","patch.block-lifted":"lifted"}}`,
	`{"connection":{"strategy":"auth0","attributes":{"email":{"profile_required":true},"username":{"validation":{"max_length":9}}}},"sources":"current"}`,
	`{"connection":{"kind":"custom-database"},"lenient":true}`, `{"connection":{"kind":"custom-database"},"migrated":true}`,
	`{"connection":{"kind":"social"}}`, `{"connection":{"kind":"enterprise","root_attributes":"never_on_login"}}`,
	`{"connection":{"kind":"passwordless-email"},"policies":{"patch.secondary-connection":"every"}}`, `{"connection":{"kind":"passwordless-sms","disabled":true},"now":"2026-03-13T08:00:00Z"}`,
}

func fuzzTarget(t *testing.T, which uint8) (at user.Target) {
	require.NoError(t, json.Unmarshal([]byte(fuzzTargets[int(which)%len(fuzzTargets)]), &at))
	return at
}

// Law 5: Apply(u, Diff(u, v)) = v, apart from the differences that the error names.
// Law 7: the payloads of a plan, each valid, lead to the goal.
func FuzzDiffAndPlan(f *testing.F) {
	for i, a := range fuzzUsers {
		for j, b := range fuzzUsers {
			f.Add([]byte(a), []byte(b), uint8(0))
			f.Add([]byte(a), []byte(b), uint8(i+j))
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte, which uint8) {
		from, err := user.Parse(a)
		if err != nil {
			return
		}
		to, err := user.Parse(b)
		if err != nil {
			return
		}
		target := fuzzTarget(t, which)
		goal, _ := patch.Diff(from, to)
		list, err := patch.PlanTo(from, to, target)
		if refused := (rule.Violations)(nil); errors.As(err, &refused) {
			if which == 0 {
				t.Fatalf("no plan from %s to %s by %s: %v", a, b, goal, err)
			}
			return // refused for the target
		}
		got := from
		for _, p := range list {
			out, err := p.Apply(got, target)
			if err != nil {
				t.Fatalf("the plan has %s, which is refused: %v", p, err)
			}
			got = out.Profile
		}
		if len(list) > 3 {
			t.Fatalf("%d payloads", len(list))
		}
		if out, err := patch.Plan(got, payloadOf(from, to), target); err == nil && len(out) > 0 {
			t.Fatalf("a second plan from %s has %s", got.AppendJSON(nil), out)
		}
		within(t, got, to, err, true)
	})
}

func payloadOf(from, to user.Profile) patch.Payload {
	p, _ := patch.Diff(from, to)
	return p
}

// within checks that the profile got equals want, apart from the differences that the
// error names, letter case in e-mail and username, timestamps, and {} for absent
// metadata.
func within(t *testing.T, got, want user.Profile, missed error, folded bool) {
	t.Helper()
	x, err := got.Object()
	require.NoError(t, err)
	y, err := want.Object()
	require.NoError(t, err)
	named := metadata.Unreachable(missed)
	for _, c := range metadata.Changes(x, y) {
		ok := c.Pointer == "/updated_at" || c.Pointer == "/last_password_reset"
		from, _ := c.From.Object()
		to, _ := c.To.Object()
		if c.Pointer == "/user_metadata" || c.Pointer == "/app_metadata" {
			ok = ok || from.Len() == 0 && to.Len() == 0 && (c.From.IsZero() || c.From.Kind() == metadata.KindObject) && (c.To.IsZero() || c.To.Kind() == metadata.KindObject)
		}
		a, _ := c.From.Str()
		b, _ := c.To.Str()
		ok = ok || folded && (c.Pointer == "/email" || c.Pointer == "/username") && a == strings.ToLower(b)
		for _, p := range named {
			ok = ok || p == c.Pointer || strings.HasPrefix(c.Pointer, p+"/") || strings.HasPrefix(p, c.Pointer+"/")
		}
		if !ok {
			t.Fatalf("%s is %s, want %s; named are %v", c.Pointer, c.From, c.To, named)
		}
	}
}

// differs checks that got and want differ at each pointer that the error names, except
// at those given.
func differs(t *testing.T, got, want user.Profile, missed error, except ...string) {
	t.Helper()
	x, err := got.Object()
	require.NoError(t, err)
	y, err := want.Object()
	require.NoError(t, err)
	for _, p := range metadata.Unreachable(missed) {
		if slices.Contains(except, p) {
			continue
		}
		path, ok := metadata.ParsePointer(p)
		require.True(t, ok, p)
		a, had := x.Get(path...)
		b, has := y.Get(path...)
		if had == has && a.Equal(b) {
			t.Fatalf("%s is named and is %s in both", p, a)
		}
	}
}

// Law 6: Apply(Apply(u, p), Inverse(p, u)) = u, apart from the differences that the
// error names.
func FuzzInverse(f *testing.F) {
	for i, a := range fuzzUsers {
		for j, b := range []string{everything, `{"name":"B"}`, `{"user_metadata":{},"app_metadata":{"p":1,"new":{"y":null}}}`, `{"email":"C@example.com","email_verified":true}`, `{"email":null,"username":"Zed"}`, `{"password":"p","blocked":true}`, `{"user_metadata":{"a":null}}`, `{"x":null,"nickname":null}`} {
			f.Add([]byte(a), []byte(b), uint8(0))
			f.Add([]byte(a), []byte(b), uint8(i+j))
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte, which uint8) {
		u, err := user.Parse(a)
		if err != nil {
			return
		}
		p, err := patch.Parse(b)
		if err != nil {
			return
		}
		target := fuzzTarget(t, which)
		out, err := p.Apply(u, target)
		if err != nil {
			return
		}
		q, missed := p.Inverse(u, target)
		undone := out.Profile
		if !q.IsZero() {
			back, err := q.Apply(out.Profile, target)
			if err != nil {
				t.Fatalf("%s of %s is undone by %s, which is refused: %v", p, a, q, err)
			}
			undone = back.Profile
		}
		// Letter case that the API folds is not restored.
		within(t, undone, u, missed, true)
	})
}

// Payloads without a conflict lead to the same user in either order, for every reading.
func FuzzConflicts(f *testing.F) {
	payloads := []string{
		everything, `{"email":"B@example.com"}`, `{"email":"b@example.com","email_verified":false}`, `{"email_verified":true,"name":"B"}`,
		`{"password":"p"}`, `{"password":"p","blocked":true}`, `{"blocked":true,"username":"Zed"}`, `{"user_metadata":{},"x":1}`,
		`{"user_metadata":{"a":null},"app_metadata":{"p":{"n":null}}}`, `{"user_metadata":{"c":1},"app_metadata":{"p":null},"x":null}`,
		`{"phone_number":null}`, `{"phone_verified":true,"user_metadata":null}`,
	}
	for i, a := range payloads {
		for j, u := range fuzzUsers {
			f.Add([]byte(u), []byte(a), []byte(payloads[(i+j)%len(payloads)]), i+j)
		}
	}
	f.Fuzz(func(t *testing.T, profile, a, b []byte, reading int) {
		u, err := user.Parse(profile)
		if err != nil {
			return
		}
		p, err := patch.Parse(a)
		if err != nil {
			return
		}
		q, err := patch.Parse(b)
		if err != nil || len(patch.Conflicts(p, q)) > 0 {
			return
		}
		target := user.Target{Connection: user.Connection{Kind: user.Database}, Sources: rule.Lenient, Policies: map[rule.ID]string{}}
		for _, r := range rule.All() {
			if r.Severity == rule.SeverityWarning && len(r.Readings) > 0 {
				target.Policies[r.ID] = r.Readings[uint(reading)%uint(len(r.Readings))].Name
				reading /= 2
			}
		}
		both := func(first, second patch.Payload) (user.Profile, bool) {
			out, err := first.Apply(u, target)
			if err != nil {
				return user.Profile{}, false
			}
			out, err = second.Apply(out.Profile, target)
			return out.Profile, err == nil
		}
		x, ok := both(p, q)
		y, too := both(q, p)
		if ok != too || !x.Equal(y) {
			t.Fatalf("%s then %s gives %s, in the other order %s", p, q, x.AppendJSON(nil), y.AppendJSON(nil))
		}
	})
}
