package hostile

import (
	"go/ast"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

const wholeProfile = `{"user_id":"auth0|1","email":"kim@example.com","email_verified":"true","username":"kim","phone_number":"+15550100","phone_verified":true,
	"name":"Kim","nickname":"k","given_name":"K","family_name":"Im","picture":"https://example.com/k.png","blocked":true,
	"identities":[{"provider":"auth0","user_id":"1","connection":"db"},{"provider":"sms","user_id":"2","connection":"sms"}],
	"user_metadata":{"a":1,"b":2},"app_metadata":{"plan":"gold"},"multifactor":["guardian"],"multifactor_last_modified":"2026-01-02T03:04:05.000Z",
	"last_ip":"::1","last_login":"2026-01-02T03:04:05.000Z","logins_count":2,"last_password_reset":"2026-01-02T03:04:05.000Z",
	"created_at":"2026-01-02T03:04:05.000Z","updated_at":"2026-01-02T03:04:05.000Z","permissions":["x"],"locale":"en"}`

// Profiles that have the same text give the same results, also where every member is
// in Extra.
func TestOperationsReadExtraAsFields(t *testing.T) {
	parsed := must(user.Parse([]byte(wholeProfile)))
	hand := user.Profile{Extra: metadata.MustParse(wholeProfile)}
	other := user.Profile{Extra: metadata.MustParse(`{"user_id":"sms|3","identities":[{"provider":"sms","user_id":"3"}],"user_metadata":{"c":3}}`)}
	p := patch.Payload{Email: user.Null[string](), Blocked: user.Set(false), UserMetadata: metadata.MustDelta(`{"b":null,"d":4}`)}
	assert.True(t, hand.Equal(parsed) && parsed.Equal(hand))
	for name, do := range map[string]func(u user.Profile) (any, error){
		"Apply":   func(u user.Profile) (any, error) { return p.Apply(u, user.Target{}) },
		"Link":    func(u user.Profile) (any, error) { return identities.Link(u, other, user.Target{}) },
		"Link to": func(u user.Profile) (any, error) { return identities.Link(other, u, user.Target{}) },
		"LinkMerging": func(u user.Profile) (any, error) {
			return identities.LinkMerging(u, other, metadata.Deep, user.Target{})
		},
		"Unlink":      func(u user.Profile) (any, error) { return identities.Unlink(u, "sms", "2") },
		"Delete":      func(u user.Profile) (any, error) { return identities.Delete(u), nil },
		"RequestFor":  func(u user.Profile) (any, error) { return identities.RequestFor(u) },
		"RulesObject": func(u user.Profile) (any, error) { return lifecycle.RulesObject(u) },
		"Exchange": func(u user.Profile) (any, error) {
			return lifecycle.Exchange(u, lifecycle.Creation{Email: user.Set("kim@example.com"), Name: user.Set("New")}, true, user.Target{})
		},
		"Import": func(u user.Profile) (any, error) {
			return lifecycle.Row{Email: user.Set("kim@example.com"), Name: user.Set("New")}.Import(u, true, "", user.Target{Connection: user.Connection{Kind: user.Database}})
		},
		"Run": func(u user.Profile) (any, error) {
			return actions.Stage{Trigger: actions.PostLogin, User: u}.Run(actions.SetUserMetadata("a", nil))
		},
	} {
		want, err := do(parsed)
		require.NoError(t, err, name)
		got, err := do(hand)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}

	to := parsed
	to.Name, to.UserMetadata = user.Set("New"), metadata.MustParse(`{"a":2}`)
	want, err := patch.Diff(parsed, to)
	require.NoError(t, err)
	for _, from := range []user.Profile{parsed, hand} {
		for _, goal := range []user.Profile{to, {Extra: must(to.Object())}} {
			got, err := patch.Diff(from, goal)
			require.NoError(t, err)
			assert.True(t, got.Equal(want), "%v", got)
		}
	}
}

// The names of internal/attrs are those of the fields of a Profile.
func TestEveryFieldIsPlaced(t *testing.T) {
	fields := 0
	for name, v := range metadata.MustParse(wholeProfile).All() {
		o := must(metadata.From(map[string]any{name: v}))
		if name == "locale" {
			assert.False(t, attrs.Hides(o))
			continue
		}
		fields++
		assert.True(t, attrs.Hides(o), name)
		assert.Zero(t, derived.Placed(user.Profile{Extra: o}).Extra.Len(), name)
	}
	assert.Equal(t, reflect.TypeFor[user.Profile]().NumField()-1, fields)

	u := must(user.Parse([]byte(wholeProfile)))
	assert.Zero(t, testing.AllocsPerRun(10, func() { u = derived.Placed(u) }))
}

// Values with the same text are equal: an empty Extra is as an absent one, and a
// member of Extra is as its field.
func TestEqualIsOfTheText(t *testing.T) {
	var with []string
	declaredTypes(t, func(name string, s *ast.TypeSpec) {
		if s, ok := s.Type.(*ast.StructType); ok && slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool { return len(f.Names) == 1 && f.Names[0].Name == "Extra" }) {
			with = append(with, name)
		}
	})
	assert.ElementsMatch(t, []string{"user.Profile", "user.Identity", "lifecycle.Creation", "lifecycle.Row", "patch.Payload"}, with, "test the others too")
	empty := metadata.MustParse(`{}`)
	email := metadata.MustParse(`{"email":"kim@example.com","x":1}`)
	x := metadata.MustParse(`{"x":1}`)
	set := user.Set("kim@example.com")
	factors := []metadata.Object{metadata.MustParse(`{"totp":{"secret":"s"}}`)}

	assert.True(t, patch.Payload{Extra: empty}.Equal(patch.Payload{}) && patch.Payload{}.Equal(patch.Payload{Extra: empty}))
	assert.True(t, patch.Payload{Extra: email}.Equal(patch.Payload{Email: set, Extra: x}))
	assert.False(t, patch.Payload{Extra: email}.Equal(patch.Payload{Email: set}))
	assert.True(t, lifecycle.Creation{Extra: empty}.Equal(lifecycle.Creation{}) && lifecycle.Creation{}.Equal(lifecycle.Creation{Extra: empty}))
	assert.True(t, lifecycle.Creation{Extra: email}.Equal(lifecycle.Creation{Email: set, Extra: x}))
	assert.False(t, lifecycle.Creation{Extra: email}.Equal(lifecycle.Creation{Extra: x}))
	assert.True(t, lifecycle.Row{Extra: empty}.Equal(lifecycle.Row{}) && lifecycle.Row{}.Equal(lifecycle.Row{Extra: empty}))
	assert.True(t, lifecycle.Row{Extra: email}.Equal(lifecycle.Row{Email: set, Extra: x}))
	assert.True(t, lifecycle.Row{Extra: metadata.MustParse(`{"mfa_factors":[{"totp":{"secret":"s"}}]}`)}.Equal(lifecycle.Row{MFAFactors: factors}))
	assert.False(t, lifecycle.Row{MFAFactors: factors}.Equal(lifecycle.Row{}))
	assert.True(t, user.Profile{Extra: empty}.Equal(user.Profile{}) && user.Profile{}.Equal(user.Profile{Extra: empty}))
	assert.True(t, user.Profile{Extra: email}.Equal(user.Profile{Email: set, Extra: x}))
	assert.True(t, user.Profile{Email: set, Extra: email}.Equal(user.Profile{Email: set, Extra: x}), "a member whose field is set is not written")
	assert.False(t, user.Profile{Extra: email}.Equal(user.Profile{}))
	odd := `{"user_id":5,"email_verified":"true","user_metadata":"text","identities":[1]}`
	assert.True(t, user.Profile{Extra: metadata.MustParse(odd)}.Equal(must(user.Parse([]byte(odd)))))
	assert.True(t, user.Identity{Extra: empty}.Equal(user.Identity{}) && user.Identity{}.Equal(user.Identity{Extra: empty}))
	assert.True(t, user.Identity{Extra: metadata.MustParse(`{"provider":"sms","x":1}`)}.Equal(user.Identity{Provider: user.Set("sms"), Extra: x}))
	assert.False(t, user.Identity{Extra: x}.Equal(user.Identity{}))

	// In all that compares them.
	hollow := user.Profile{Identities: []user.Identity{{Extra: empty}}, Extra: empty}
	bare := user.Profile{Identities: []user.Identity{{}}}
	assert.True(t, hollow.Equal(bare) && bare.Equal(hollow))
	for _, pair := range [][2]user.Profile{{hollow, bare}, {bare, hollow}} {
		assert.Empty(t, user.Changes(pair[0], pair[1]))
		p, err := patch.Diff(pair[0], pair[1])
		assert.True(t, err == nil && p.IsZero() && p.Equal(patch.Payload{}))
	}
	assert.True(t, patch.Payload{Extra: empty}.IsZero())
	assert.Empty(t, patch.Conflicts(patch.Payload{Extra: empty}, patch.Payload{}))
	assert.True(t, actions.ManagementUpdate(patch.Payload{Extra: empty}).Equal(actions.ManagementUpdate(patch.Payload{})))
	first, err := lifecycle.Login(user.Profile{Extra: empty}, user.Profile{UserID: user.Set(user.ID("1"))}, user.Target{Connection: user.Connection{Strategy: "github"}})
	require.NoError(t, err, "a profile with an empty Extra is no user")
	assert.Equal(t, "github|1", string(first.Profile.UserID.Or("")))
}

// A field that an operation sets leaves no member of its name in Extra, in the profile
// and in its identities: Equal, Changes and Diff see what is written.
func TestSetFieldsAreNotInExtra(t *testing.T) {
	other := must(user.Parse([]byte(`{"user_id":"sms|3","phone_number":"+15550100","identities":[{"provider":"sms","user_id":"3","profileData":"x"}],"user_metadata":{"c":3}}`)))
	email := patch.Payload{Email: user.Set("lee@example.com"), Connection: user.Set("google"), UserMetadata: metadata.MustDelta(`{"a":1}`), AppMetadata: metadata.MustDelta(`{"a":1}`)}
	login := must(lifecycle.ParseLogin([]byte(`{"user_id":"2","name":"Kim","user_metadata":{"a":1},"app_metadata":{"b":2}}`)))
	first := must(lifecycle.ParseLogin([]byte(`{"user_id":"1","name":"Kim","user_metadata":{"a":1},"app_metadata":{"b":2}}`)))
	google := user.Target{Connection: user.Connection{Kind: user.Social, Strategy: "google-oauth2", Name: "google"}}
	secondary := google
	secondary.Secondary, secondary.Sources = true, rule.Lenient
	checked := 0
	for _, odd := range []string{`[]`, `null`, `"x"`, `5`, `{}`, `{"email":5,"email_verified":"yes","profileData":[]}`} {
		text := `{"user_id":"google-oauth2|1","email":"kim@example.com","user_metadata":` + odd + `,"app_metadata":` + odd + `,"identities":[` +
			`{"provider":"google-oauth2","user_id":"1","connection":"g","profileData":` + odd + `},{"provider":"google-oauth2","user_id":"2","connection":"google","profileData":` + odd + `}]}`
		u := must(user.Parse([]byte(text)))
		stale := u.Clone() // by hand, with superseded members
		stale.Extra = must(stale.Extra.With("old", "email"))
		for i := range stale.Identities {
			stale.Identities[i].Extra = metadata.MustParse(`{"provider":"old","profileData":{"old":1}}`)
		}
		for name, do := range map[string]func(u user.Profile) (user.Profile, error){
			"Apply":        func(u user.Profile) (user.Profile, error) { return profileOf(email.Apply(u, user.Target{})) },
			"Apply second": func(u user.Profile) (user.Profile, error) { return profileOf(email.Apply(u, secondary)) },
			"Link":         func(u user.Profile) (user.Profile, error) { return profileOf(identities.Link(u, other, user.Target{})) },
			"Link to":      func(u user.Profile) (user.Profile, error) { return profileOf(identities.Link(other, u, user.Target{})) },
			"LinkMerging": func(u user.Profile) (user.Profile, error) {
				return profileOf(identities.LinkMerging(u, other, metadata.Deep, user.Target{}))
			},
			"Unlink": func(u user.Profile) (user.Profile, error) {
				out, err := identities.Unlink(u, "google-oauth2", "2")
				return out.Profile, err
			},
			"Detached": func(u user.Profile) (user.Profile, error) {
				out, err := identities.Unlink(u, "google-oauth2", "2")
				return out.Detached, err
			},
			"Detached after a link": func(u user.Profile) (user.Profile, error) {
				l, err := identities.Link(u, other, user.Target{})
				require.NoError(t, err)
				out, err := identities.Unlink(l.Profile, "sms", "3")
				assert.Equal(t, "+15550100", out.Detached.PhoneNumber.Or(""))
				assert.Zero(t, out.Detached.Identities[0].Extra.Len(), "the former profileData shows again")
				return out.Detached, err
			},
			"Login":        func(u user.Profile) (user.Profile, error) { return profileOf(lifecycle.Login(u, first, google)) },
			"Login second": func(u user.Profile) (user.Profile, error) { return profileOf(lifecycle.Login(u, login, google)) },
			"Exchange": func(u user.Profile) (user.Profile, error) {
				return profileOf(lifecycle.Exchange(u, lifecycle.Creation{Name: user.Set("New")}, true, user.Target{}))
			},
			"Import": func(u user.Profile) (user.Profile, error) {
				row := lifecycle.Row{Email: user.Set("kim@example.com"), UserMetadata: metadata.MustParse(`{"a":1}`), AppMetadata: metadata.MustParse(`{"a":1}`)}
				return profileOf(row.Import(u, true, "", user.Target{Connection: user.Connection{Kind: user.Database}}))
			},
			"Run": func(u user.Profile) (user.Profile, error) {
				out, err := actions.Stage{Trigger: actions.PostLogin, User: u, Target: user.Target{Sources: rule.Lenient}}.Run(actions.ManagementUpdate(patch.Payload{UserMetadata: metadata.MustDelta(`{"a":1}`), AppMetadata: metadata.MustDelta(`{"a":1}`)}), actions.SetUserMetadata("b", 1))
				return out.Profile, err
			},
		} {
			for _, u := range []user.Profile{u, stale} {
				got, err := do(u)
				if err != nil {
					continue
				}
				checked++
				for _, i := range got.Identities {
					if _, has := i.Extra.Get("profileData"); has {
						assert.True(t, i.ProfileData.IsZero(), "%s of %s: profileData is stale: %v", name, odd, i)
					}
					_, has := i.Extra.Get("provider")
					assert.False(t, has, "%s of %s: provider is stale", name, odd)
				}
				again := must(user.Parse(got.AppendJSON(nil)))
				assert.True(t, got.Equal(again) && again.Equal(got), "%s of %s", name, odd)
				assert.Empty(t, user.Changes(got, again), "%s of %s", name, odd)
				p, err := patch.Diff(got, again)
				assert.True(t, err == nil && p.IsZero(), "%s of %s: %v %v", name, odd, p, err)
				assert.Equal(t, again, got, "%s of %s is read as another", name, odd)
			}
		}
	}
	assert.Greater(t, checked, 100)
}

func profileOf(out user.Outcome, err error) (user.Profile, error) { return out.Profile, err }
