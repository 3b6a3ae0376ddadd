package user_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// everything has each attribute once, with a value of the right type.
const everything = `{"user_id":"auth0|507f","email":"a@example.com","email_verified":false,"username":"ann","phone_number":"+15559876543",
	"phone_verified":true,"name":"Ann","nickname":"an","given_name":"Ann","family_name":"Lee","picture":"https://example.com/a.png","blocked":true,
	"identities":[{"connection":"db","user_id":"507f","provider":"auth0","isSocial":false,"profileData":{"email":"a@example.com"},
		"access_token":"t","access_token_secret":"s","refresh_token":"r","unknown":[1]}],
	"user_metadata":{"color":"red"},"app_metadata":{"roles":["x"],"n":9007199254740993},"multifactor":["guardian"],
	"multifactor_last_modified":"2024-01-02T03:04:05.678Z","last_ip":"192.0.2.1","last_login":"2024-01-02T03:04:05.678Z","logins_count":3,
	"last_password_reset":"2024-01-02T03:04:05.678Z","created_at":"2024-01-02T03:04:05.678Z","updated_at":"2024-01-02T03:04:05.678Z",
	"permissions":"read","locale":"en","big":1e400,"nested":{"a":{"b":null}}}`

func roundTrip(t *testing.T, text string) user.Profile {
	t.Helper()
	p, err := user.Parse([]byte(text))
	require.NoError(t, err, text)
	back := string(p.AppendJSON(nil))
	want, err := metadata.Parse([]byte(text))
	require.NoError(t, err)
	got, err := metadata.Parse([]byte(back))
	require.NoError(t, err, back)
	if !got.Equal(want) {
		t.Errorf("%s\nis written as\n%s", text, back)
	}
	again, err := user.Parse([]byte(back))
	require.NoError(t, err)
	assert.True(t, again.Equal(p), "encode then decode is not identity: %s", text)
	marshalled, err := json.Marshal(p)
	require.NoError(t, err)
	var q user.Profile
	require.NoError(t, json.Unmarshal(marshalled, &q))
	assert.True(t, q.Equal(p))
	return p
}

// Each recorded user is read and written without loss.
func TestRecordedUsers(t *testing.T) {
	n := 0
	for id, users := range recordings.Users(t, recordings.Load(t)) {
		for _, text := range users {
			t.Run(id, func(t *testing.T) { roundTrip(t, string(text)) })
			n++
		}
	}
	if n < 100 {
		t.Errorf("only %d users", n)
	}
}

func TestRoundTrip(t *testing.T) {
	p := roundTrip(t, everything)
	assert.Equal(t, "Ann", p.GivenName.Or(""))
	assert.Equal(t, int64(3), p.LoginsCount.Or(0))
	assert.Equal(t, 3, p.Extra.Len())
	at, err := p.CreatedAt.Or("").Time()
	require.NoError(t, err)
	assert.Equal(t, p.CreatedAt.Or(""), user.TimestampOf(at))

	for _, text := range []string{
		`{}`, `{"email":null}`, `{"email":""}`, `{"user_metadata":{}}`, `{"user_metadata":null,"app_metadata":"text"}`, `{"app_metadata":[{"a":1}]}`,
		`{"email_verified":"true","phone_verified":"false"}`, `{"identities":[]}`, `{"identities":null}`, `{"identities":[{}]}`,
		`{"identities":[{"user_id":123456789012345678901234567890,"provider":"x","profileData":"y"}]}`, `{"identities":[{"connection":null}]}`,
		`{"multifactor":[{"type":"guardian"}]}`, `{"multifactor":null}`, `{"logins_count":1.0}`, `{"created_at":null}`,
		`{"x":null,"y":{},"z":[]}`, `{"email":"\u00e9\ud83d\ude00\n"}`, `{"name":"\u0000"}`, `{"user_metadata":{"a":{"b":[1.50,1e400]}}}`,
		`{"user_id":"no bar","last_login":"not a time"}`,
	} {
		roundTrip(t, text)
	}
}

// Profiles, and identities, that differ in one member are not equal.
func TestEqual(t *testing.T) {
	all := metadata.MustParse(everything)
	p, err := user.Parse([]byte(all.String()))
	require.NoError(t, err)
	for name := range all.All() {
		q, err := user.Parse([]byte(all.Without(name).String()))
		require.NoError(t, err)
		assert.False(t, p.Equal(q) || q.Equal(p), name)
	}
	v, _ := all.Get("identities")
	for e := range v.Elements() {
		o, _ := e.Object()
		for name := range o.All() {
			var i, j user.Identity
			require.NoError(t, i.UnmarshalJSON([]byte(o.String())))
			require.NoError(t, j.UnmarshalJSON([]byte(o.Without(name).String())))
			assert.False(t, i.Equal(j) || j.Equal(i), name)
			assert.True(t, j.Equal(j))
		}
	}
}

// Is compares the provider and the user_id.
func TestIdentityIs(t *testing.T) {
	i := user.Identity{Provider: user.Set("auth0"), UserID: user.Set(user.ID("1"))}
	assert.True(t, i.Is("auth0", "1"))
	assert.False(t, i.Is("auth0", "2") || i.Is("sms", "1") || i.Is("", "1") || i.Is("auth0", ""))
	assert.False(t, user.Identity{}.Is("", ""))
	assert.False(t, user.Identity{Provider: user.Set("auth0")}.Is("auth0", ""))
	assert.False(t, user.Identity{UserID: user.Set(user.ID("1"))}.Is("", "1"))

	var odd user.Identity
	require.NoError(t, odd.UnmarshalJSON([]byte(`{"user_id":true}`)))
	assert.True(t, odd.UserID.IsMistyped())
	assert.Equal(t, `{"user_id":true}`, string(odd.AppendJSON(nil)))
	assert.ErrorIs(t, new(user.Identity).UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	for text, want := range map[string]string{`123.0`: "123", `1e2`: "100", `12345678901234567890`: "12345678901234567890"} {
		require.NoError(t, i.UnmarshalJSON([]byte(`{"user_id":`+text+`}`)))
		assert.Equal(t, want, string(i.UserID.Or("")))
		assert.Equal(t, `{"user_id":`+text+`}`, string(i.AppendJSON(nil)), "it is written as it was")
	}
	require.NoError(t, i.UnmarshalJSON([]byte(`{"profileData":{"a":1}}`)))
	assert.True(t, i.Extra.IsZero())
	// A field that is set is written once, also if Extra has its name.
	i = user.Identity{Provider: user.Set("auth0"), Extra: metadata.MustParse(`{"provider":5,"x":1}`)}
	assert.Equal(t, `{"provider":"auth0","x":1}`, string(i.AppendJSON(nil)))
	i = user.Identity{Provider: user.Set("auth0"), Extra: metadata.MustParse(`{"provider":5}`)}
	assert.Equal(t, `{"provider":"auth0"}`, string(i.AppendJSON(nil)))
	p := user.Profile{Name: user.Set("Kim"), Extra: metadata.MustParse(`{"name":5}`)}
	assert.Equal(t, `{"name":"Kim"}`, string(p.AppendJSON(nil)))
	assert.Equal(t, `[{"name":"Kim"}`, string(p.AppendJSON([]byte("["))))
}

func TestToleratedForms(t *testing.T) {
	p, err := user.Parse([]byte(`{"email_verified":"true","user_metadata":"text","identities":[{"user_id":42,"provider":"p"}]}`))
	require.NoError(t, err)
	v, ok := p.EmailVerified.Get()
	assert.True(t, ok && v)
	assert.True(t, p.Identities[0].Is("p", "42"))
	assert.True(t, p.UserMetadata.IsZero())

	// A field that is set again is written as its value.
	p.EmailVerified = user.Set(true)
	p.UserMetadata = metadata.MustParse(`{"a":1}`)
	assert.JSONEq(t, `{"email_verified":true,"user_metadata":{"a":1},"identities":[{"user_id":42,"provider":"p"}]}`, string(p.AppendJSON(nil)))
}

// An attribute of the wrong type is mistyped, and written as it was read until it is
// set.
func TestParseKeepsMistypedAttributes(t *testing.T) {
	p := roundTrip(t, `{"user_id":7,"email":1,"email_verified":"yes","phone_verified":"TRUE","blocked":"true","logins_count":1.5,"name":["Kim"],"identities":[{},{"connection":[]},3],"created_at":5}`)
	assert.True(t, p.UserID.IsMistyped() && p.Email.IsMistyped() && p.EmailVerified.IsMistyped() && p.PhoneVerified.IsMistyped() && p.Blocked.IsMistyped() && p.LoginsCount.IsMistyped() && p.Name.IsMistyped() && p.CreatedAt.IsMistyped())
	_, has := p.UserID.Get()
	assert.False(t, has)
	assert.Nil(t, p.Identities)
	assert.Equal(t, 1, p.Extra.Len())
	p.Email, p.Identities = user.Set("kim@example.com"), []user.Identity{}
	assert.Contains(t, string(p.AppendJSON(nil)), `"email":"kim@example.com"`)
	assert.Contains(t, string(p.AppendJSON(nil)), `"identities":[]`)
	p = roundTrip(t, `{"identities":[{"provider":5,"isSocial":"no"}]}`)
	assert.True(t, p.Identities[0].Provider.IsMistyped() && p.Identities[0].IsSocial.IsMistyped())
	_, err := user.Parse([]byte(`{"email":"a","email":"b"}`))
	assert.ErrorIs(t, err, metadata.ErrDuplicateName)
	_, err = user.Parse([]byte(`[]`))
	assert.ErrorIs(t, err, metadata.ErrNotObject)
	assert.NoError(t, json.Unmarshal([]byte(`{"email":1}`), new(user.Profile)))
}

// Mistyped fields with equal JSON are equal.
func TestMistypedFields(t *testing.T) {
	read := func(text string) user.Field[string] {
		var f user.Field[string]
		require.NoError(t, f.UnmarshalJSON([]byte(text)))
		assert.True(t, f.IsMistyped() == (text[0] != '"'))
		return f
	}
	assert.True(t, read(`5`).Equal(read(`5.0`)))
	assert.False(t, read(`5`).Equal(read(`6`)))
	assert.False(t, read(`5`).Equal(read(`""`)) || read(`""`).Equal(read(`5`)))
	assert.Error(t, new(user.Field[string]).UnmarshalJSON([]byte(`{`)))
}

// Bytes that are not UTF-8 are replaced, as encoding/json does.
func TestFieldsAreValidUTF8(t *testing.T) {
	assert.Equal(t, "\"a\ufffdb\"", string(user.Set("a\xffb").AppendJSON(nil)))
}

func TestFieldStates(t *testing.T) {
	type s struct {
		F user.Field[string] `json:"f,omitzero"`
		P user.Field[bool]   `json:"p,omitzero"`
	}
	for text, want := range map[string]s{
		`{}`:                   {},
		`{"f":null}`:           {F: user.Null[string]()},
		`{"f":"","p":false}`:   {user.Set(""), user.Set(false)},
		`{"f":"é\n","p":true}`: {user.Set("é\n"), user.Set(true)},
	} {
		var got s
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(text, diff)
		}
		out, err := json.Marshal(want)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(out))
	}
	var got s
	require.NoError(t, json.Unmarshal([]byte(`{"f":[1],"p":null}`), &got))
	assert.True(t, got.F.IsMistyped() && !got.P.IsMistyped() && got.P.IsNull() && !got.F.IsNull())
	out, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, `{"f":[1],"p":null}`, string(out))
	assert.Equal(t, "x", user.Null[string]().Or("x"))
	var other user.Field[int64]
	require.NoError(t, json.Unmarshal([]byte(`7`), &other))
	assert.Equal(t, int64(7), other.Or(0))
}

func TestConnection(t *testing.T) {
	var c user.Connection
	require.NoError(t, json.Unmarshal([]byte(`{"name":"db","strategy":"auth0","kind":"custom-database","import_mode":true,"root_attributes":"on_each_login",
		"requires_username":false,"non_persistent_attrs":["a","b"],"disabled":true}`), &c))
	want := user.Connection{Name: "db", Strategy: "auth0", Kind: user.CustomDatabase, ImportMode: true, RequiresUsername: user.Set(false), NonPersistent: []string{"a", "b"}, Disabled: true}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	err := json.Unmarshal([]byte(`{"kind":"databse","import_mode":1,"nmae":"x","root_attributes":"never"}`), &c)
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	assert.Len(t, es, 4)
	assert.ErrorIs(t, err, user.ErrUnknownMember)
	assert.ErrorIs(t, err, user.ErrUnknownValue)
}

// Law 8 for profiles: decode then encode is lossless, without panics.
func FuzzProfile(f *testing.F) {
	f.Add([]byte(everything))
	for _, s := range []string{`{}`, `{"identities":[{"user_id":1}]}`, `{"user_metadata":null}`, `{"email_verified":"true"}`, `{"email":1,"name":[{}],"user_id":5,"blocked":"x"}`, `{"identities":{}}`, `{"identities":[{"provider":1}]}`, `{"Email":"x","user_id":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := user.Parse(text)
		if err != nil {
			return
		}
		want := metadata.MustParse(string(text))
		got, err := p.Object()
		if err != nil || !got.Equal(want) {
			t.Fatalf("%s is written as %s (%v)", want, got, err)
		}
		if q, err := user.Parse([]byte(got.String())); err != nil || !q.Equal(p) {
			t.Fatalf("%s reads back as another profile (%v)", want, err)
		}
	})
}

// Lists of faults are bounded.
func TestFaultsAreBounded(t *testing.T) {
	var unknown strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&unknown, `"x%d":1,`, i)
	}
	var c user.Connection
	for name, err := range map[string]error{
		"members of a connection": json.Unmarshal([]byte(`{`+unknown.String()+`"name":"x"}`), &c),
	} {
		var es metadata.Errors
		require.ErrorAs(t, err, &es, name)
		assert.Len(t, es, 1001, name)
		assert.ErrorIs(t, es[1000], metadata.ErrMore, name)
	}
}

// The API's schema limits the number and length of non_persistent_attrs.
func TestConnectionLimits(t *testing.T) {
	list := func(n, characters int) []byte {
		return []byte(`{"non_persistent_attrs":[` + strings.TrimSuffix(strings.Repeat(`"`+strings.Repeat("é", characters)+`",`, n), ",") + `]}`)
	}
	var c user.Connection
	require.NoError(t, json.Unmarshal(list(96, 255), &c))
	assert.Len(t, c.NonPersistent, 96)
	require.NoError(t, json.Unmarshal(list(0, 0), &c))
	require.NoError(t, json.Unmarshal(list(1, 0), &c))
	for pointer, text := range map[string][]byte{
		"/non_persistent_attrs": list(97, 1), "/non_persistent_attrs/0": list(1, 256),
	} {
		err := json.Unmarshal(text, &c)
		var es metadata.Errors
		require.ErrorAs(t, err, &es)
		require.Len(t, es, 1)
		assert.ErrorIs(t, es[0], user.ErrTooLong)
		assert.Equal(t, pointer, es[0].Pointer)
	}
	assert.Equal(t, []string{""}, c.NonPersistent, "what is refused changes nothing")
	err := json.Unmarshal([]byte(`{"non_persistent_attrs":["a",1]}`), &c)
	var es metadata.Errors
	require.ErrorAs(t, err, &es)
	assert.Equal(t, "/non_persistent_attrs/1", es[0].Pointer)
	assert.ErrorIs(t, es[0], user.ErrMistyped)
}

// Every fault of a connection is listed.
func TestConnectionFaults(t *testing.T) {
	var c user.Connection
	assert.ErrorIs(t, c.UnmarshalJSON([]byte(`[]`)), metadata.ErrNotObject)
	var es metadata.Errors
	require.ErrorAs(t, c.UnmarshalJSON([]byte(`{"name":5,"kind":true,"non_persistent_attrs":"locale","disabled":1}`)), &es)
	var pointers []string
	for _, e := range es {
		assert.Equal(t, user.ErrMistyped, e.Fault)
		pointers = append(pointers, e.Pointer)
	}
	assert.Equal(t, []string{"/name", "/kind", "/non_persistent_attrs", "/disabled"}, pointers)
}

// A profile is written whatever the sizes of its parts.
func TestAppendJSONOfLargeParts(t *testing.T) {
	large := metadata.MustParse(`{"a":"` + strings.Repeat("x", 5000) + `"}`)
	for _, p := range []user.Profile{{UserMetadata: large}, {AppMetadata: large}, {Extra: large}} {
		back, err := user.Parse(p.AppendJSON(nil))
		require.NoError(t, err)
		assert.True(t, p.Equal(back))
	}
}

// Each member of an identity has a field that decoding sets.
func TestIdentityHasFields(t *testing.T) {
	for _, name := range []string{"connection", "user_id", "provider", "isSocial", "profileData", "access_token", "access_token_secret", "refresh_token"} {
		text := `{"` + name + `":null}`
		if name == "profileData" {
			text = `{"profileData":{}}`
		}
		var i user.Identity
		require.NoError(t, i.UnmarshalJSON([]byte(text)))
		assert.True(t, i.Extra.IsZero(), name)
		assert.Equal(t, text, string(i.AppendJSON(nil)))
	}
}

// A profile with a few members in Extra takes no allocation for each.
func TestAllocationsOfMembers(t *testing.T) {
	for n := range 13 {
		text := `{"user_id":"auth0|1"`
		for i := range n {
			text += fmt.Sprintf(`,"custom_%d":%d`, i, i)
		}
		v := metadata.MustValue(text + "}")
		want := 2.0 // one table of all members, and one of those in Extra
		if n == 0 {
			want = 0
		}
		assert.LessOrEqual(t, testing.AllocsPerRun(10, func() { _, _ = user.FromValue(v) }), want, "%d members of Extra", n)
	}
}
