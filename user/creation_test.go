package user_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Every recorded creation gives the recorded answer, but for updated_at, which in
// one of them is a millisecond later than created_at.
func TestRecordedCreations(t *testing.T) {
	n := 0
	for _, x := range recordings.Of(t, "create") {
		n++
		t.Run(x.ID, func(t *testing.T) {
			c, err := user.ParseCreation(x.Request)
			require.NoError(t, err)
			want, err := user.Parse(x.Response)
			require.NoError(t, err)
			now, err := want.CreatedAt.Or("").Time()
			require.NoError(t, err)
			updated, err := want.UpdatedAt.Or("").Time()
			require.NoError(t, err)
			require.Less(t, updated.Sub(now).Milliseconds(), int64(2))
			want.UpdatedAt = want.CreatedAt
			for _, kind := range []user.Kind{user.Database, user.KindUnknown} {
				at := user.Circumstances{Connection: user.Connection{Kind: kind}, Now: now}
				got, err := user.New(c, want.Identities[0].UserID.Or(""), at)
				require.NoError(t, err)
				if !got.Profile.Equal(want) {
					t.Errorf("kind %q: the profile is\n%s\nand was\n%s", kind, got.Profile.AppendJSON(nil), x.Response)
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
		var c, d user.Creation
		require.NoError(t, json.Unmarshal([]byte(text), &c))
		out, err := json.Marshal(c)
		require.NoError(t, err)
		assert.True(t, metadata.MustParse(string(out)).Equal(metadata.MustParse(text)), "%s is written as %s", text, out)
		require.NoError(t, json.Unmarshal(out, &d))
		assert.True(t, c.Equal(d))
		assert.Equal(t, text == `{}`, c.Equal(user.Creation{}))
	}
	all := metadata.MustParse(`{"email":"a@example.com","phone_number":"+15559876543","user_metadata":{},"blocked":false,"email_verified":true,"phone_verified":false,"app_metadata":{"a":1},"given_name":"G","family_name":"F","name":"N","nickname":"n","picture":"p","user_id":"1","connection":"db","password":"p","verify_email":false,"username":"u","x":1}`)
	for name := range all.All() { // each counts
		c, err := user.ParseCreation([]byte(all.String()))
		require.NoError(t, err)
		d, err := user.ParseCreation([]byte(all.Without(name).String()))
		require.NoError(t, err)
		assert.False(t, c.Equal(d) || d.Equal(c), name)
	}
	assert.ErrorIs(t, new(user.Creation).UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	c, err := user.ParseCreation([]byte(`{"user_metadata":{"a":1}}`))
	require.NoError(t, err)
	assert.True(t, c.Extra.IsZero())
	_, err = user.ParseCreation([]byte(`{"email":"a","email":"b","x":{"y":1,"y":2}}`))
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	assert.Len(t, es, 2)
}

// Known members in Extra of a literal count, as they are written.
func TestKnownMembersOfExtraOfACreation(t *testing.T) {
	at := user.Circumstances{Connection: user.Connection{Kind: user.Database}}
	hand := user.Creation{Connection: user.Value("c"), Name: user.Value("Kim"), Extra: metadata.MustParse(`{"email":"kim@example.com","password":"p","name":5,"user_metadata":{"a":1}}`)}
	read, err := user.ParseCreation(hand.AppendJSON(nil))
	require.NoError(t, err)
	assert.Equal(t, read.Validate(at), hand.Validate(at))
	a, err := user.New(hand, "1", at)
	require.NoError(t, err)
	b, err := user.New(read, "1", at)
	require.NoError(t, err)
	assert.True(t, a.Profile.Equal(b.Profile))
	assert.Equal(t, "kim@example.com", a.Profile.Email.Or(""))
	hand = user.Creation{Extra: metadata.MustParse(`{"name":"Lee","email":"lee@example.com"}`)}
	_, err = user.Exchange(a.Profile, hand, true, at)
	assert.ErrorIs(t, err, user.RuleExchangeMatch)
	hand = user.Creation{Extra: metadata.MustParse(`{"name":"Lee"}`)}
	r, err := user.Exchange(a.Profile, hand, true, user.Circumstances{Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	require.NoError(t, err)
	assert.Equal(t, "Lee", r.Profile.Name.Or(""))
	assert.Equal(t, user.Timestamp("2026-01-02T03:04:05.000Z"), r.Profile.UpdatedAt.Or(""))
	assert.Len(t, r.Changes, 2)
	_, err = user.Exchange(a.Profile, user.Creation{Email: user.Value("kim@example.com"), GivenName: user.Value("")}, true, at)
	assert.ErrorIs(t, err, user.RuleLength)
	absent := a.Profile
	absent.EmailVerified = user.Field[bool]{}
	_, err = user.Exchange(absent, user.Creation{EmailVerified: user.Value(false)}, true, at)
	assert.NoError(t, err, "what is absent is false")
	_, err = user.Exchange(absent, user.Creation{EmailVerified: user.Value(true)}, true, at)
	assert.ErrorIs(t, err, user.RuleExchangeMatch)
	assert.ErrorIs(t, user.Creation{Name: user.Value("\xff")}.Validate(at).Err(), user.RuleType)
}

// All faults are listed, in the order of the catalogue, without the values.
func TestCreationListsEveryFault(t *testing.T) {
	c, err := user.ParseCreation([]byte(`{"email":"nobody","blocked":null,"email_verified":"secret","user_metadata":null,"app_metadata":{"a.b":1,"email":2},
		"given_name":"","picture":"secret","user_id":"a b","password":"sécret","client_id":"c","phone_number":"1"}`))
	require.NoError(t, err)
	v := c.Validate(user.Circumstances{})
	var got []string
	for _, x := range v.Violations {
		got = append(got, string(x.Rule)+" "+x.Pointer)
		assert.NotContains(t, x.Error(), "cret")
	}
	assert.Equal(t, []string{
		"user.type /email_verified", "user.null /user_metadata", "user.null /blocked", "user.unknown-member /client_id", "user.connection-required ",
		"user.length /given_name", "user.email-format /email", "user.phone-format /phone_number", "user.picture-format /picture", "user.id-format /user_id",
		"user.metadata-name /app_metadata/a.b", "user.reserved-name /app_metadata/email", "user.password-characters /password", "user.phone-database /phone_number",
	}, got)
	assert.ErrorIs(t, v.Err(), user.RuleNull)
	var one user.Violation
	assert.ErrorAs(t, v.Err(), &one)
	out, err := user.New(c, "1", user.Circumstances{})
	assert.Equal(t, v.Err(), err)
	assert.Equal(t, user.Created{}, out)
}
