package actions

import "slices"

// Trigger is the moment at which Actions run. No Stage runs on the zero Trigger.
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

// reference is the documented reference of a trigger.
type reference struct {
	name        Trigger
	setters     bool     // api.user.setUserMetadata and setAppMetadata
	redirect    bool     // api.redirect.sendUserTo
	deny        bool     // api.access.deny
	primary     bool     // api.authentication.setPrimaryUser
	user        []string // the attributes of event.user
	passesOn    bool     // event.user may have attributes of the identity provider
	hasMetadata bool     // event.user always has both metadata objects, {} if the user has none
}

// The attributes that several triggers have in event.user.
var (
	common = []string{
		"app_metadata", "created_at", "email", "email_verified", "family_name", "given_name", "last_password_reset", "name",
		"nickname", "phone_number", "phone_verified", "picture", "updated_at", "user_id", "user_metadata", "username",
	}
	commonToPhone = append([]string{"identities"}, common...)
)

// references lists all triggers. It is never changed.
//
// Source: Auth0 docs, Actions Triggers, the event and API objects of each.
var references = []reference{
	{name: PostLogin, setters: true, redirect: true, deny: true, primary: true, passesOn: true, hasMetadata: true,
		user: append([]string{"enrolledFactors", "multifactor", "identities"}, common...)},
	{name: PreUserRegistration, setters: true, deny: true,
		user: []string{"app_metadata", "email", "family_name", "given_name", "name", "nickname", "phone_number", "picture", "user_metadata", "username"}},
	{name: PostUserRegistration, hasMetadata: true, user: common},
	{name: PostChangePassword,
		user: []string{"email", "email_verified", "last_password_reset", "phone_number", "phone_verified", "user_id", "username"}},
	{name: PasswordResetPostChallenge, redirect: true, deny: true, hasMetadata: true,
		user: append([]string{"enrolledFactors", "identities"}, common...)},
	{name: CredentialsExchange, deny: true},
	{name: CustomTokenExchange, setters: true, deny: true},
	{name: SendPhoneMessage, hasMetadata: true, user: commonToPhone},
	{name: CustomPhoneProvider, hasMetadata: true, user: commonToPhone},
	{name: CustomEmailProvider, hasMetadata: true,
		user: []string{"app_metadata", "email", "email_verified", "family_name", "given_name", "name", "nickname", "picture", "user_id", "user_metadata", "username"}},
	{name: EventStream},
}

// reference returns the reference of t. It reports false for an unknown trigger.
func (t Trigger) reference() (reference, bool) {
	for _, ref := range references {
		if ref.name == t {
			return ref, true
		}
	}
	return reference{}, false
}

// Triggers returns all triggers.
func Triggers() []Trigger {
	list := make([]Trigger, len(references))
	for i, ref := range references {
		list[i] = ref.name
	}
	return list
}

// EventUser returns the names of the attributes that the reference of the trigger lists
// for event.user, in no particular order; nil if the trigger has no event.user, and for an unknown
// trigger. The caller may change the slice.
func (t Trigger) EventUser() []string {
	ref, _ := t.reference()
	return slices.Clone(ref.user)
}

// shows reports whether event.user can have the attribute.
func (ref *reference) shows(attribute string) bool { return slices.Contains(ref.user, attribute) }
