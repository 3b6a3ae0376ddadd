package user_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

var changed = []string{
	`{}`,
	`{"permissions":{"a":1,"c":{"d":1}},"multifactor":{"x":1}}`,
	`{"permissions":{"a":2,"b":3,"c":{"d":2}},"multifactor":[1]}`,
	`{"":{"a":1},"z":1}`,
	`{"":{"a":1,"b":2},"y":2}`,
	`{"user_id":"a|1","email":"a@example.com","email_verified":"true","identities":[{"user_id":1}],"user_metadata":{"a":{"b":1,"c":[1]},"d":null},"x":{"y":1}}`,
	`{"user_id":"a|1","email":null,"email_verified":true,"identities":[{"user_id":"1"}],"user_metadata":{"a":{"b":2,"c":[1.0],"n/~":0}},"x":{"y":2},"z":1}`,
	`{"x":{"y":1.0},"app_metadata":{},"logins_count":1e0,"multifactor":["guardian"],"permissions":{"a":1},"identities":[]}`,
	`{"logins_count":1,"app_metadata":{"p":{}},"multifactor":null,"permissions":{"a":2,"b":3},"identities":null,"user_metadata":"text"}`,
	`{"user_metadata":{},"identities":[{"user_id":1.0,"profileData":{"a":1}},{}],"updated_at":"t","blocked":false}`,
	`{"name":["a"],"user_id":5,"identities":{"a":1},"email_verified":"yes"}`,
	`{"name":["b"],"user_id":5.0,"identities":{"a":2},"email_verified":"Yes","created_at":{"a":1}}`,
	`{"identities":[{"user_id":1,"profileData":{"a":2}},{"x":1}],"blocked":true,"created_at":null,"user_metadata":{"":{"":0}}}`,
}

// Changes returns the changes of the objects of the profiles, in the same order.
func TestChanges(t *testing.T) {
	for _, a := range changed {
		for _, b := range changed {
			sameChanges(t, []byte(a), []byte(b))
		}
	}
	// Each attribute is removed, added and replaced.
	all := metadata.MustParse(everything)
	for name := range all.All() {
		other, err := all.With(nil, name)
		require.NoError(t, err)
		for _, o := range []metadata.Object{all.Without(name), other} {
			sameChanges(t, []byte(everything), []byte(o.String()))
			sameChanges(t, []byte(o.String()), []byte(everything))
		}
	}
	ids, _ := all.Get("identities", "0")
	one, _ := ids.Object()
	for name := range one.All() { // each member of an identity is removed
		other, err := all.With([]any{one.Without(name)}, "identities")
		require.NoError(t, err)
		sameChanges(t, []byte(everything), []byte(other.String()))
	}
	hidden := user.Profile{Extra: metadata.MustParse(`{"email":"hidden","x":1}`)}
	shown := hidden
	hidden.Email = user.Set("a@example.com")
	list := user.Changes(hidden, shown)
	require.Len(t, list, 1)
	assert.Equal(t, "replaced /email", list[0].String())

	deep := metadata.MustParse(strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1))
	whole, _ := deep.Get()
	for _, p := range []user.Profile{
		{Name: user.FieldOf[string](whole)}, {Identities: []user.Identity{{Provider: user.FieldOf[string](whole)}}},
		{UserMetadata: deep}, {AppMetadata: deep}, {Identities: []user.Identity{{ProfileData: deep}}}, {Identities: []user.Identity{{Extra: deep}}},
	} {
		assert.NotEmpty(t, user.Changes(p, user.Profile{}))
		assert.NotEmpty(t, user.Changes(user.Profile{}, p))
		assert.Empty(t, user.Changes(p, p))
	}
}

func FuzzChanges(f *testing.F) {
	for i, a := range changed {
		f.Add([]byte(a), []byte(changed[(i+1)%len(changed)]))
	}
	f.Fuzz(sameChanges)
}

func sameChanges(t *testing.T, a, b []byte) {
	from, err := user.Parse(a)
	if err != nil {
		return
	}
	to, err := user.Parse(b)
	if err != nil {
		return
	}
	x, err := from.Object()
	require.NoError(t, err)
	y, err := to.Object()
	require.NoError(t, err)
	got := user.Changes(from, to)
	var want, have []string
	for _, c := range metadata.Changes(x, y) {
		c = mask.Change(c)
		want = append(want, c.String()+" "+c.From.String()+" "+c.To.String())
	}
	for _, c := range got {
		have = append(have, c.String()+" "+c.From.String()+" "+c.To.String())
	}
	assert.Equal(t, want, have)
}

// Each part of an identity is compared, and a profile that is nested too deep too.
func TestChangesOfIdentities(t *testing.T) {
	identity := user.Identity{UserID: user.Set[user.ID]("1"), ProfileData: metadata.MustParse(`{"a":1}`), Extra: metadata.MustParse(`{"x":1}`)}
	from := user.Profile{Identities: []user.Identity{identity}}
	data, extra := identity, identity
	data.ProfileData = metadata.MustParse(`{"a":2}`)
	extra.Extra = metadata.MustParse(`{"x":2}`)
	for _, to := range []user.Identity{data, extra} {
		assert.Len(t, user.Outcome{Before: from, Profile: user.Profile{Identities: []user.Identity{to}}}.Changes(), 1)
	}
	deep := strings.Repeat(`{"a":`, metadata.MaxLevels-1) + "{}" + strings.Repeat("}", metadata.MaxLevels-1)
	x := user.Profile{UserMetadata: metadata.MustParse(deep), Extra: metadata.MustParse(`{"email":"a"}`)}
	y := user.Profile{UserMetadata: x.UserMetadata, Extra: metadata.MustParse(`{"email":"b"}`)}
	y.UserMetadata = metadata.Object{}
	for _, out := range []user.Outcome{{Before: x, Profile: y}, {Before: y, Profile: x}} {
		got := out.Changes()
		assert.Len(t, got, 2)
		assert.Contains(t, []string{got[0].String(), got[1].String()}, "replaced /email")
	}
}

// Equal leaves identities as they are, also if their Extra has names of attributes.
func TestEqualLeavesIdentities(t *testing.T) {
	build := func(text string) user.Profile {
		return user.Profile{Identities: []user.Identity{{Extra: metadata.MustParse(text)}}}
	}
	x, y := build(`{"provider":"auth0"}`), build(`{"provider":"auth0"}`)
	assert.True(t, x.Equal(y))
	assert.False(t, x.Equal(build(`{"provider":"sms"}`)))
	for _, p := range []user.Profile{x, y} {
		assert.True(t, p.Identities[0].Provider.IsZero())
		assert.Equal(t, 1, p.Identities[0].Extra.Len())
	}
}
