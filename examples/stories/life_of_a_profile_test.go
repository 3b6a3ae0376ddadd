package stories

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// Follow one user from creation in a custom database to unlinking. After each step,
// compare the profile that GET returns. The function is long because the steps are one
// story in sequence.
func TestLifeOfAProfile(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	hour := 0
	at := user.Target{Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.CustomDatabase}}
	tick := func() user.Target {
		at.Now = noon.Add(time.Duration(hour) * time.Hour)
		hour++
		return at
	}
	shows := func(u user.Profile, want string) {
		t.Helper()
		assert.JSONEq(t, want, string(u.AppendJSON(nil)))
	}

	// 12:00. An administrator creates the user. The Create script writes it to the
	// database.
	c := lifecycle.Creation{Connection: user.Set("members"), Email: user.Set("kim@example.com"), Password: user.Set(user.NewSecret("correct-horse"))}
	u, made, err := lifecycle.DatabaseUser{}.Create(c, "7", tick())
	require.NoError(t, err)
	assert.Equal(t, []user.EffectKind{user.GetUserScript, user.CreateScript, user.LoginScript, user.VerificationEmail}, kindsOf(made.Effects))
	shows(u.Profile, `{
		"user_id": "auth0|7", "email": "kim@example.com", "email_verified": false, "name": "kim@example.com", "nickname": "kim",
		"picture": "https://s.gravatar.com/avatar/669f75780c0de8df09debe82d62aa397?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fki.png",
		"identities": [{"connection": "members", "provider": "auth0", "user_id": "7", "isSocial": false}],
		"created_at": "2026-03-01T12:00:00.000Z", "updated_at": "2026-03-01T12:00:00.000Z"}`)

	// 13:00. The user completes the profile in the database and logs in: the cached copy
	// takes the attributes that the Login script returns.
	database := user.Profile{
		UserID: user.Set(user.ID("7")), Email: user.Set("kim@example.com"), EmailVerified: user.Set(true),
		Name: user.Set("Kim Lee"), Nickname: user.Set("kimmy"), Picture: user.Set("https://example.com/kim.png"),
		Extra: metadata.MustParse(`{"branch":"Leeds"}`),
	}
	u, r, err := u.Change(database).Login(tick())
	require.NoError(t, err)
	assert.Equal(t, []user.EffectKind{user.LoginScript}, kindsOf(r.Effects))
	shows(u.Profile, `{
		"user_id": "auth0|7", "email": "kim@example.com", "email_verified": true, "name": "Kim Lee", "nickname": "kimmy",
		"picture": "https://example.com/kim.png", "branch": "Leeds",
		"identities": [{"connection": "members", "provider": "auth0", "user_id": "7", "isSocial": false}],
		"created_at": "2026-03-01T12:00:00.000Z", "updated_at": "2026-03-01T13:00:00.000Z", "last_login": "2026-03-01T13:00:00.000Z"}`)

	// The Management API can change metadata, but not the name, which follows the database.
	target := user.Target{Connection: at.Connection}
	assert.ErrorIs(t, patch.Payload{Name: user.Set("Kim Park")}.Validate(target).Err(), rule.SyncedAttributes)
	color, err := patch.Payload{UserMetadata: metadata.DeltaOf(metadata.MustParse(`{"color":"green"}`))}.Apply(u.Profile, target)
	require.NoError(t, err)
	u = u.Update(color.Profile)

	// The name changes in the database instead. GET does not show it yet.
	database.Name, database.Extra = user.Set("Kim Park"), metadata.Object{}
	u = u.Change(database)
	assert.Equal(t, "Kim Lee", u.Profile.Name.Or(""))

	// 14:00. The next login updates the name and removes branch, which the database no
	// longer has. The metadata stays.
	u, r, err = u.Login(tick())
	require.NoError(t, err)
	assert.Equal(t, lifecycle.Cached, u.State)
	assert.Equal(t, []string{"replaced /name", "replaced /last_login", "replaced /updated_at", "removed /branch"}, listed(r.Changes()))
	assert.Equal(t, `{"color":"green"}`, u.Profile.UserMetadata.String())

	// 15:00. Import mode is turned on: the next login moves the user to Auth0.
	at.Connection.ImportMode = true
	u, r, err = u.Login(tick())
	require.NoError(t, err)
	assert.Contains(t, kindsOf(r.Effects), user.Migrated)
	assert.Equal(t, lifecycle.Migrated, u.State)

	// 16:00. Later changes in the database never reach Auth0.
	database.Name = user.Set("Kim Gone")
	u, r, err = u.Change(database).Login(tick())
	require.NoError(t, err)
	assert.Empty(t, r.Effects, "a script ran")
	assert.Equal(t, "Kim Park", u.Profile.Name.Or(""))
	assert.Equal(t, []string{"replaced /last_login", "replaced /updated_at"}, listed(r.Changes()))

	// The Management API can change the e-mail now.
	target = user.Target{Connection: at.Connection, Migrated: true}
	moved, err := patch.Payload{Email: user.Set("Kim@Example.org"), EmailVerified: user.Set(true)}.Apply(u.Profile, target)
	require.NoError(t, err)
	u = u.Update(moved.Profile)
	assert.Equal(t, "kim@example.org", u.Profile.Email.Or(""))

	// The user also has a Google account, which is linked. Its metadata is lost.
	social := user.Target{Connection: user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social}}
	google, err := lifecycle.Login(user.Profile{}, user.Profile{UserID: user.Set(user.ID("1002")), Email: user.Set("kim@gmail.example"), EmailVerified: user.Set(true), GivenName: user.Set("Kim")}, social)
	require.NoError(t, err)
	second := google.Profile
	second.UserMetadata = metadata.MustParse(`{"color":"red","language":"es"}`)
	linked, err := identities.Link(u.Profile, second, target)
	require.NoError(t, err)
	require.Len(t, linked.Warnings, 2)
	assert.ErrorIs(t, linked.Warnings, rule.MetadataDropped)
	assert.ErrorIs(t, linked.Warnings, rule.PrimaryProfileData)
	u = u.Update(linked.Profile)
	assert.Equal(t, `{"color":"green"}`, u.Profile.UserMetadata.String())
	require.Len(t, u.Profile.Identities, 2)
	assert.JSONEq(t, `{"email":"kim@example.org","email_verified":true,"name":"Kim Park","nickname":"kimmy","picture":"https://example.com/kim.png"}`, u.Profile.Identities[0].ProfileData.String())
	assert.JSONEq(t, `{"email":"kim@gmail.example","email_verified":true,"given_name":"Kim"}`, u.Profile.Identities[1].ProfileData.String())

	// Actions stage metadata. Auth0 writes it before the redirect and at the end of the
	// trigger; values that are stored already are not written.
	run, err := actions.Stage{Trigger: actions.PostLogin, User: u.Profile, Target: target}.Run(
		actions.SetUserMetadata("color", "green"),
		actions.SetAppMetadata("plan", map[string]any{"name": "gold", "seats": 3}),
		actions.NextAction(),
		actions.Redirect(),
		actions.SetAppMetadata("terms", "2026-03"),
	)
	require.NoError(t, err)
	var bodies []string
	for _, p := range run.Writes.Payloads() {
		bodies = append(bodies, p.String())
	}
	assert.Equal(t, []string{`{"app_metadata":{"plan":{"name":"gold","seats":3}}}`, `{"app_metadata":{"terms":"2026-03"}}`}, bodies)
	var plans []string
	for e := range run.EventUsers() {
		v, _ := e.Get("app_metadata")
		plans = append(plans, v.String())
	}
	assert.Equal(t, []string{`{}`, `{"plan":{"name":"gold","seats":3}}`}, plans)
	u = u.Update(run.Profile)

	// An unlink with the prefixed id is answered 200 and changes nothing. With the id
	// alone, the Google account becomes a user again, without metadata.
	same, err := identities.Unlink(u.Profile, "google-oauth2", "google-oauth2|1002")
	require.NoError(t, err)
	assert.ErrorIs(t, same.Warnings, rule.NothingUnlinked)
	assert.True(t, same.Profile.Equal(u.Profile))
	apart, err := identities.Unlink(u.Profile, "google-oauth2", "1002")
	require.NoError(t, err)
	u = u.Update(apart.Profile)
	shows(apart.Detached, `{
		"user_id": "google-oauth2|1002", "email": "kim@gmail.example", "email_verified": true, "given_name": "Kim",
		"name": "kim@gmail.example", "nickname": "kim",
		"picture": "https://s.gravatar.com/avatar/01af456219e8ee8bdc3aa9f3b4f10d2b?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2Fki.png",
		"identities": [{"connection": "google-oauth2", "provider": "google-oauth2", "user_id": "1002", "isSocial": true}]}`)
	shows(u.Profile, `{
		"user_id": "auth0|7", "email": "kim@example.org", "email_verified": true, "name": "Kim Park", "nickname": "kimmy",
		"picture": "https://example.com/kim.png",
		"identities": [{"connection": "members", "provider": "auth0", "user_id": "7", "isSocial": false, "profileData": {
			"email": "kim@example.org", "email_verified": true, "name": "Kim Park", "nickname": "kimmy", "picture": "https://example.com/kim.png"}}],
		"user_metadata": {"color": "green"}, "app_metadata": {"plan": {"name": "gold", "seats": 3}, "terms": "2026-03"},
		"created_at": "2026-03-01T12:00:00.000Z", "updated_at": "2026-03-01T16:00:00.000Z", "last_login": "2026-03-01T16:00:00.000Z"}`)
}

func kindsOf(effects []user.Effect) (kinds []user.EffectKind) {
	for _, e := range effects {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func listed(changes []metadata.Change) (list []string) {
	for _, c := range changes {
		list = append(list, c.String())
	}
	return list
}
