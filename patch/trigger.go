package patch

import "slices"

// Trigger is the moment in a user's life at which Actions run. The zero Trigger is
// none, and no Stage runs on it.
type Trigger string

// The triggers, by the names that the API gives them.
const (
	PostLogin                  Trigger = "post-login"
	PreUserRegistration        Trigger = "pre-user-registration"
	PostUserRegistration       Trigger = "post-user-registration"
	PostChangePassword         Trigger = "post-change-password"
	PasswordResetPostChallenge Trigger = "password-reset-post-challenge"
	CredentialsExchange        Trigger = "credentials-exchange"
	CustomTokenExchange        Trigger = "custom-token-exchange"
	SendPhoneMessage           Trigger = "send-phone-message"
	CustomPhoneProvider        Trigger = "custom-phone-provider"
	CustomEmailProvider        Trigger = "custom-email-provider"
	EventStream                Trigger = "event-stream"
)

// trigger is what the reference of a trigger says of it.
type trigger struct {
	name     Trigger
	setters  bool // api.user.setUserMetadata and setAppMetadata
	redirect bool // api.redirect.sendUserTo
	deny     bool // api.access.deny
	primary  bool // api.authentication.setPrimaryUser
	user     []string
	always   bool // event.user has both metadata, empty where the user has none
}

// What several triggers show of the user.
var (
	shown = []string{
		"app_metadata", "created_at", "email", "email_verified", "family_name", "given_name", "last_password_reset", "name",
		"nickname", "phone_number", "phone_verified", "picture", "updated_at", "user_id", "user_metadata", "username",
	}
	shownToPhone = append([]string{"identities"}, shown...)
)

// triggers lists them all. It is never changed.
//
// Source: Auth0 docs, Actions Triggers, the event and API objects of each.
var triggers = []trigger{
	{name: PostLogin, setters: true, redirect: true, deny: true, primary: true, always: true,
		user: append([]string{"enrolledFactors", "multifactor", "identities"}, shown...)},
	{name: PreUserRegistration, setters: true, deny: true,
		user: []string{"app_metadata", "email", "family_name", "given_name", "name", "nickname", "phone_number", "picture", "user_metadata", "username"}},
	{name: PostUserRegistration, always: true, user: shown},
	{name: PostChangePassword,
		user: []string{"email", "email_verified", "last_password_reset", "phone_number", "phone_verified", "user_id", "username"}},
	{name: PasswordResetPostChallenge, redirect: true, deny: true, always: true,
		user: append([]string{"enrolledFactors", "identities"}, shown...)},
	{name: CredentialsExchange, deny: true},
	{name: CustomTokenExchange, setters: true, deny: true},
	{name: SendPhoneMessage, always: true, user: shownToPhone},
	{name: CustomPhoneProvider, always: true, user: shownToPhone},
	{name: CustomEmailProvider, always: true,
		user: []string{"app_metadata", "email", "email_verified", "family_name", "given_name", "name", "nickname", "picture", "user_id", "user_metadata", "username"}},
	{name: EventStream},
}

func (t Trigger) facts() (trigger, bool) {
	i := slices.IndexFunc(triggers, func(f trigger) bool { return f.name == t })
	if i < 0 {
		return trigger{}, false
	}
	return triggers[i], true
}

// Triggers returns every trigger that is known.
func Triggers() []Trigger {
	list := make([]Trigger, len(triggers))
	for i, f := range triggers {
		list[i] = f.name
	}
	return list
}

// EventUser returns the names of the attributes that event.user can have, in no
// order that means anything; nil where there is no event.user.
func (t Trigger) EventUser() []string { f, _ := t.facts(); return slices.Clone(f.user) }
