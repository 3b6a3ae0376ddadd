package lifecycle_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// The profile of each recorded creation is the recorded answer, apart from updated_at,
// which is once a millisecond later than created_at.
func TestRecordedCreations(t *testing.T) {
	n := 0
	for _, x := range recordings.Of(t, "create") {
		n++
		t.Run(x.ID, func(t *testing.T) {
			c, err := lifecycle.ParseCreation(x.Request)
			require.NoError(t, err)
			want, err := user.Parse(x.Response)
			require.NoError(t, err)
			now, err := want.CreatedAt.Or("").Time()
			require.NoError(t, err)
			updated, err := want.UpdatedAt.Or("").Time()
			require.NoError(t, err)
			require.Less(t, updated.Sub(now).Milliseconds(), int64(2))
			want.UpdatedAt = want.CreatedAt
			for _, target := range []user.Target{
				{Connection: user.Connection{Kind: user.Database}}, {}, {Connection: user.Connection{Strategy: "auth0"}, Sources: rule.Current}, {Sources: rule.Current},
			} {
				target.Now = now
				got, err := c.Create(string(want.Identities[0].UserID.Or("")), target)
				require.NoError(t, err)
				if !got.Profile.Equal(want) {
					t.Errorf("%v: the profile is\n%s\nand was\n%s", target, got.Profile.AppendJSON(nil), x.Response)
				}
			}
		})
	}
	assert.Equal(t, 58, n)
}

func TestCreationRoundTrip(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"email":"a@example.com","phone_number":"+15559876543","user_metadata":{},"blocked":false,"email_verified":true,"phone_verified":false,"app_metadata":{"a":[1.50]},"given_name":"G","family_name":"F","name":"N","nickname":"n","picture":"https://example.com/p.png","user_id":"1","connection":"db","password":"p","verify_email":false,"username":"u"}`,
		`{"email":null,"blocked":"yes","user_metadata":null,"app_metadata":[1],"x":{"y":null},"client_id":1e400}`,
	} {
		var c, d lifecycle.Creation
		require.NoError(t, json.Unmarshal([]byte(text), &c))
		out, err := json.Marshal(c)
		require.NoError(t, err)
		assert.True(t, metadata.MustParse(string(out)).Equal(metadata.MustParse(text)), "%s is written as %s", text, out)
		require.NoError(t, json.Unmarshal(out, &d))
		assert.True(t, c.Equal(d))
		assert.Equal(t, text == `{}`, c.Equal(lifecycle.Creation{}))
	}
	all := metadata.MustParse(`{"email":"a@example.com","phone_number":"+15559876543","user_metadata":{},"blocked":false,"email_verified":true,"phone_verified":false,"app_metadata":{"a":1},"given_name":"G","family_name":"F","name":"N","nickname":"n","picture":"p","user_id":"1","connection":"db","password":"p","verify_email":false,"username":"u","x":1}`)
	for name := range all.All() { // Equal compares each member
		c, err := lifecycle.ParseCreation([]byte(all.String()))
		require.NoError(t, err)
		d, err := lifecycle.ParseCreation([]byte(all.Without(name).String()))
		require.NoError(t, err)
		assert.False(t, c.Equal(d) || d.Equal(c), name)
	}
	assert.ErrorIs(t, new(lifecycle.Creation).UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	c, err := lifecycle.ParseCreation([]byte(`{"user_metadata":{"a":1}}`))
	require.NoError(t, err)
	assert.True(t, c.Extra.IsZero())
	_, err = lifecycle.ParseCreation([]byte(`{"email":"a","email":"b","x":{"y":1,"y":2}}`))
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	assert.Len(t, es, 2)
}

// A literal with known members in Extra is equal to the creation that is parsed from its
// text.
func TestKnownMembersOfExtraOfACreation(t *testing.T) {
	target := user.Target{Connection: user.Connection{Kind: user.Database}}
	hand := lifecycle.Creation{Connection: user.Set("c"), Name: user.Set("Kim"), Extra: metadata.MustParse(`{"email":"kim@example.com","password":"p","name":5,"user_metadata":{"a":1}}`)}
	read, err := lifecycle.ParseCreation(hand.AppendJSON(nil))
	require.NoError(t, err)
	assert.Equal(t, read.Validate(target), hand.Validate(target))
	a, err := hand.Create("1", target)
	require.NoError(t, err)
	b, err := read.Create("1", target)
	require.NoError(t, err)
	assert.True(t, a.Profile.Equal(b.Profile))
	assert.Equal(t, "kim@example.com", a.Profile.Email.Or(""))
	hand = lifecycle.Creation{Extra: metadata.MustParse(`{"name":"Lee","email":"lee@example.com"}`)}
	_, err = lifecycle.Exchange(a.Profile, hand, true, target)
	assert.ErrorIs(t, err, rule.ExchangeMatch)
	hand = lifecycle.Creation{Extra: metadata.MustParse(`{"name":"Lee"}`)}
	r, err := lifecycle.Exchange(a.Profile, hand, true, user.Target{Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	require.NoError(t, err)
	assert.Equal(t, "Lee", r.Profile.Name.Or(""))
	assert.Equal(t, user.Timestamp("2026-01-02T03:04:05.000Z"), r.Profile.UpdatedAt.Or(""))
	assert.Len(t, r.Changes(), 2)
	_, err = lifecycle.Exchange(a.Profile, lifecycle.Creation{Email: user.Set("kim@example.com"), GivenName: user.Set("")}, true, target)
	assert.ErrorIs(t, err, rule.Length)
	absent := a.Profile
	absent.EmailVerified = user.Field[bool]{}
	_, err = lifecycle.Exchange(absent, lifecycle.Creation{EmailVerified: user.Set(false)}, true, target)
	assert.NoError(t, err, "what is absent is false")
	_, err = lifecycle.Exchange(absent, lifecycle.Creation{EmailVerified: user.Set(true)}, true, target)
	assert.ErrorIs(t, err, rule.ExchangeMatch)
	assert.ErrorIs(t, lifecycle.Creation{Name: user.Set("\xff")}.Validate(target).Err(), rule.Type)
}

// Validate lists every violation, in the order of the catalogue, without values.
func TestCreationListsEveryViolation(t *testing.T) {
	c, err := lifecycle.ParseCreation([]byte(`{"email":"nobody","blocked":null,"email_verified":"secret","user_metadata":null,"app_metadata":{"a.b":1,"email":2},
		"given_name":"","picture":"secret","user_id":"a b","password":"sécret","client_id":"c","phone_number":"1"}`))
	require.NoError(t, err)
	v := c.Validate(user.Target{})
	var got []string
	for _, x := range v.Violations {
		got = append(got, string(x.Rule)+" "+x.Pointer)
		assert.NotContains(t, x.Error(), "cret")
	}
	assert.Equal(t, []string{
		"value.type /email_verified", "value.length /given_name", "value.email-format /email", "value.phone-format /phone_number",
		"value.picture-format /picture", "value.password-characters /password", "value.metadata-name /app_metadata/a.b",
		"value.reserved-name /app_metadata/email", "value.phone-database /phone_number", "user.null /user_metadata", "user.null /blocked",
		"user.unknown-member /client_id", "user.connection-required ", "user.id-format /user_id",
	}, got)
	assert.ErrorIs(t, v.Err(), rule.CreationNull)
	var one rule.Violation
	assert.ErrorAs(t, v.Err(), &one)
	out, err := c.Create("1", user.Target{})
	assert.Equal(t, v.Err(), err)
	assert.Equal(t, user.Outcome{}, out)
}

// Where the connection declares its attributes, it settles whether users have a phone
// number.
func TestDeclaredAttributesAreDocumented(t *testing.T) {
	target := user.Target{Connection: user.Connection{Kind: user.Database, Attributes: user.Attributes{Email: &user.Attribute{}}}}
	number := user.Set("+15551234567")
	creation := lifecycle.Creation{Connection: user.Set("members"), PhoneNumber: number}.Validate(target)
	row := lifecycle.Row{Email: user.Set("kim@example.com"), PhoneNumber: number}.Validate(target)
	for _, verdict := range []rule.Verdict{creation, row} {
		found := false
		for _, v := range verdict.Violations {
			if v.Rule == rule.PhoneDatabase {
				found = true
				assert.Equal(t, rule.Documented, v.Evidence)
			}
		}
		assert.True(t, found, "%v", verdict)
	}
}

// Sources disagree on a name of 100 characters in a sign-up; all refuse one of 101.
func TestSignUpLengthsThatAllRefuseAreDocumented(t *testing.T) {
	for n, want := range map[int]rule.Evidence{100: rule.Disputed, 101: rule.Documented} {
		m, err := metadata.From(map[string]string{strings.Repeat("n", n): "x"})
		require.NoError(t, err)
		v := lifecycle.SignUp(lifecycle.Creation{UserMetadata: m}, user.Target{})
		found := false
		for _, x := range v.Violations {
			if x.Rule == rule.SignUpName {
				found = true
				assert.Equal(t, want, x.Evidence, n)
			}
		}
		assert.True(t, found, n)
	}
}
