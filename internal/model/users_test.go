package model

import (
	"encoding/json"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// connections are the connections of random identities, one of each kind.
var connections = []struct{ name, kind, provider string }{
	{"Users", "database", "auth0"},
	{"Legacy", "custom-database", "auth0"},
	{"google-oauth2", "social", "google-oauth2"},
	{"corp", "enterprise", "samlp"},
	{"email", "passwordless-email", "email"},
	{"sms", "passwordless-sms", "sms"},
}

var (
	emails   = []string{"ann@x.co", "bo@y.org", "Ann@X.co"}
	phones   = []string{"+491511234567", "+12025550123"}
	labels   = []string{"Ann", "Bo", "Ann Lee", "ann"}
	pictures = []string{"https://x.co/a.png", "https://x.co/b.png"}
	users    = []string{"ann", "bo", "Ann"}
	times    = []string{"2026-01-02T03:04:05.000Z", "2026-05-06T07:08:09.123Z"}

	// metadataNames are names that the API takes.
	metadataNames = []string{"a", "b", "c", "d", "a/b", "m~n", "é", "\"", "😀"}

	// otherPolicies are readings that are not the first of their rule.
	otherPolicies = []Member{
		{"patch.metadata-wipe", "both-empty"},
		{"patch.last-member", "empty"},
		{"patch.nested-null", "stripped"},
		{"patch.metadata-no-object", "kept"},
		{"patch.email-keeps-verified", "reset"},
		{"patch.block-lifted", "stays"},
		{"patch.unknown-attribute", "stored"},
		{"patch.secondary-effect", "nowhere"},
		{"patch.phone-together", "refused"},
		{"patch.migrated-attributes", "lenient"},
		{"patch.custom-database", "scripts"},
		{"patch.null-of-the-five", "lenient"},
		{"value.phone-database", "lenient"},
		{"user.database-password-reset", "script"},
		{"identities.primary-profile-data", "hidden"},
		{"patch.denied-write", "dropped"},
		{"patch.direct-update", "unseen"},
		{"patch.primary-user-earlier", "new-primary"},
	}
)

// attribute returns a random value of a root attribute.
func (r *random) attribute(name string) any {
	switch name {
	case "email":
		return pick(r, emails...)
	case "phone_number":
		return pick(r, phones...)
	case "username":
		return pick(r, users...)
	case "picture":
		return pick(r, pictures...)
	case "password":
		return pick(r, "Correct-Horse-1", "another one 2")
	case "client_id":
		return "client"
	case "user_metadata", "app_metadata":
		return r.metadata()
	case "name", "nickname", "given_name", "family_name":
		return pick(r, labels...)
	}
	return r.percent(50)
}

// metadata returns a metadata object that the API takes.
func (r *random) metadata() Object {
	defer func(names []string) { r.names = names }(r.names)
	r.names = metadataNames
	return r.object(3)
}

// user returns a profile of 1 to 4 identities.
func (r *random) user() Object {
	u := Object{}
	var identities []any
	for i := range 1 + r.IntN(4) {
		c := pick(r, connections...)
		identity := r.identity(c.name, c.provider, "id"+string(rune('0'+i)))
		if i > 0 && r.percent(60) {
			identity = identity.With("profileData", r.attributes(ofIdentity, 40))
		}
		identities = append(identities, identity)
		if i == 0 {
			u = u.With("user_id", c.provider+"|id0")
		}
	}
	u = append(u, r.attributes(texts, 50)...)
	u = append(u, r.attributes(booleans, 40)...)
	u = u.With("identities", identities)
	for _, name := range metadataObjects {
		if r.percent(60) {
			u = u.With(name, r.metadata())
		}
	}
	if r.percent(6) {
		m := pick(r, oddities...)
		u = u.With(m.Name, m.Value)
	}
	return append(u, r.managed()...)
}

// oddities are members that real profiles have and the schema of the API does not allow
// (user.Parse).
var oddities = []Member{
	{"user_metadata", "[object Object]"}, {"app_metadata", nil}, {"app_metadata", []any{}},
	{"name", nil}, {"email_verified", "true"}, {"picture", ""}, {"blocked", nil}, {"nickname", json.Number("1.0")},
}

func (r *random) identity(connection, provider, id string) Object {
	return Object{
		{"connection", connection}, {"user_id", id}, {"provider", provider},
		{"isSocial", provider == "google-oauth2"},
	}
}

// attributes returns each attribute with the given probability in percent.
func (r *random) attributes(list []string, probability int) Object {
	o := Object{}
	for _, name := range list {
		if r.percent(probability) {
			o = o.With(name, r.attribute(name))
		}
	}
	return o
}

// managed returns members that Auth0 or an identity provider sets.
func (r *random) managed() Object {
	o := Object{}
	for _, m := range []Member{
		{"created_at", times[0]}, {"updated_at", pick(r, times...)}, {"last_password_reset", times[0]},
		{"logins_count", json.Number("3")}, {"last_ip", "192.0.2.1"}, {"locale", "de"}, {"hd", Object{{"a", nil}}},
		{"blocked_for", []any{}},
	} {
		if r.percent(30) {
			o = append(o, m)
		}
	}
	return o
}

// target returns the description of one identity of u, and of how sources are read.
func (r *random) target(u Object) Object {
	identities, _ := u.Get("identities")
	i := max(0, r.IntN(8)-4) % len(identities.([]any))
	connection := identities.([]any)[i].(Object).Text("connection")
	t := Object{{"connection", r.connection(connection)}}
	if i > 0 {
		t = t.With("secondary", true)
	}
	if kind(t) == "custom-database" && r.percent(50) {
		t = t.With("migrated", true)
	}
	if r.percent(60) {
		t = t.With("sources", pick(r, "strict", "current", "lenient"))
	}
	if r.percent(70) {
		t = t.With("now", pick(r, "2026-11-27T12:00:00Z", "2026-11-27T12:00:00.5+02:00"))
	}
	return t.With("policies", r.policies())
}

func (r *random) connection(name string) Object {
	for _, c := range connections {
		if c.name != name {
			continue
		}
		o := Object{{"name", c.name}, {"kind", c.kind}, {"root_attributes", pick(r, "on_each_login", "never_on_login")}}
		if c.kind != "custom-database" && r.percent(30) { // the strategy implies it
			o = o.Without("kind").With("strategy", c.provider)
		}
		if c.kind == "database" && r.percent(70) {
			o = o.With("requires_username", true)
		}
		if c.kind == "custom-database" && r.percent(40) {
			o = o.With("import_mode", true)
		}
		return o
	}
	panic("unknown connection")
}

func (r *random) policies() Object {
	o := Object{}
	for range r.IntN(4) {
		m := pick(r, otherPolicies...)
		o = o.With(m.Name, m.Value)
	}
	return o
}

// accepted are the attributes that an update takes on each kind of connection, mostly.
var accepted = map[string][]string{
	"database":           {"email", "email_verified", "username", "password", "name", "nickname", "picture", "phone_number"},
	"custom-database":    {"email", "email_verified", "name", "given_name", "password", "phone_number"},
	"social":             {"email_verified", "name", "nickname", "given_name", "picture"},
	"enterprise":         {"name", "nickname", "family_name", "picture"},
	"passwordless-email": {"email", "email_verified", "name", "nickname", "picture"},
	"passwordless-sms":   {"phone_number", "phone_verified", "name", "nickname"},
}

// payload returns an update for the target.
func (r *random) payload(target Object) Object {
	list := append([]string{"blocked", "verify_email"}, accepted[kind(target)]...)
	if target.True("secondary") {
		list = []string{"blocked", "email", "email_verified", "phone_number", "username", "password"}
	}
	p := Object{}
	for range r.IntN(4) {
		name := pick(r, list...)
		if r.percent(8) {
			name = pick(r, updatable...)
		}
		p = p.With(name, r.sent(name))
	}
	for _, name := range metadataObjects {
		if r.percent(45) {
			p = p.With(name, r.metadata())
		}
	}
	if r.percent(6) {
		p = p.With("locale", pick[any](r, "fr", nil))
	}
	if target.True("secondary") || r.percent(10) {
		p = p.With("connection", target.Object("connection").Text("name"))
	}
	return p
}

// sent returns a value for an attribute of an update: null for one of six texts.
func (r *random) sent(name string) any {
	v := r.attribute(name)
	if _, ok := v.(string); ok && r.percent(16) {
		return nil
	}
	return v
}

// editedUser returns u with some attributes and some metadata changed.
func (r *random) editedUser(u Object) Object {
	for range r.IntN(4) {
		name := pick(r, updatable...)
		switch {
		case r.percent(20):
			u = u.Without(name)
		case name == "user_metadata" || name == "app_metadata":
			r.names = metadataNames
			u = u.With(name, r.related(u.Object(name), 3).present())
			r.names = anyNames
		case u.Has(name) || r.percent(70):
			u = u.With(name, r.attribute(name))
		}
	}
	if r.percent(10) {
		u = u.With(pick(r, "user_id", "last_ip", "locale", "updated_at"), "changed")
	}
	return u.Without(unstored...)
}

func libraryUser(o Object) user.Profile {
	u, err := user.Parse(spelled(o))
	if err != nil {
		panic(err)
	}
	return u
}

func libraryPayload(o Object) patch.Payload {
	p, err := patch.Parse(spelled(o))
	if err != nil {
		panic(err)
	}
	return p
}

func libraryTarget(o Object) user.Target {
	var t user.Target
	if err := t.UnmarshalJSON([]byte(Encode(o))); err != nil {
		panic(err)
	}
	return t
}

func modelUser(u user.Profile) Object { return modelObject(string(u.AppendJSON(nil))) }

func modelPayload(p patch.Payload) Object { return modelObject(string(p.AppendJSON(nil))) }
