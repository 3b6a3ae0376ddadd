package model

import (
	"slices"
	"strings"
	"time"
)

// A profile, a payload and a target are Objects: the JSON text of user.Profile,
// patch.Payload and user.Target.

// The attributes of an update (patch.Payload), by what an update does with them.
var (
	profileAttributes = []string{"name", "nickname", "given_name", "family_name", "picture"}
	texts             = append([]string{"email", "phone_number", "username"}, profileAttributes...)
	booleans          = []string{"blocked", "email_verified", "phone_verified"}
	metadataObjects   = []string{"user_metadata", "app_metadata"}
	unstored          = []string{"password", "connection", "client_id", "verify_email", "verify_phone_number"}
	updatable         = slices.Concat(texts, booleans, metadataObjects, unstored)
	ofIdentity        = []string{"email", "email_verified", "phone_number", "phone_verified", "username"}
)

// readOnly are the attributes that Auth0 manages (RULES.md, patch.read-only).
var readOnly = []string{
	"user_id", "identities", "created_at", "updated_at", "last_ip", "last_login", "logins_count", "last_password_reset",
	"multifactor", "multifactor_last_modified", "permissions", "blocked_for", "guardian_authenticators",
	"guardian_enrollments", "passkeys", "enrolledFactors",
}

// readings has the readings of each rule that decides an outcome: the first one, and
// those that hold under sources current and lenient if they are other ones (RULES.md).
var readings = map[string]struct{ strict, current, lenient string }{
	"patch.metadata-wipe":             {strict: "app-metadata-absent"},
	"patch.last-member":               {strict: "wiped"},
	"patch.nested-null":               {strict: "stored"},
	"patch.metadata-no-object":        {strict: "replaced"},
	"patch.email-keeps-verified":      {strict: "kept"},
	"patch.block-lifted":              {strict: "lifted"},
	"patch.unknown-attribute":         {strict: "ignored"},
	"patch.secondary-effect":          {strict: "profile-data"},
	"patch.phone-together":            {strict: "accepted"},
	"user.database-password-reset":    {strict: "set", current: "script", lenient: "script"},
	"identities.primary-profile-data": {strict: "shown"},
	"patch.denied-write":              {strict: "kept"},
	"patch.direct-update":             {strict: "seen"},
	"patch.primary-user-earlier":      {strict: "former"},
	"patch.action-user-metadata":      {strict: "strict", lenient: "lenient"},
}

// reading returns the reading of a rule that holds for the target: the one of its
// policies, or else the one of its sources (rule.Policies.Reading).
func reading(target Object, id string) string {
	r, name := readings[id], target.Object("policies").Text(id)
	switch sources := target.Text("sources"); {
	case name != "":
		return name
	case sources == "current" && r.current != "":
		return r.current
	case sources == "lenient" && r.lenient != "":
		return r.lenient
	}
	return r.strict
}

// kind returns the kind of the target's connection, which the strategy implies if it is
// not set (user.Connection).
func kind(target Object) string {
	connection := target.Object("connection")
	if k := connection.Text("kind"); k != "" {
		return k
	}
	return map[string]string{
		"auth0": "database", "email": "passwordless-email", "sms": "passwordless-sms",
		"google-oauth2": "social", "samlp": "enterprise",
	}[connection.Text("strategy")]
}

// inAuth0Store reports whether the target's user is in the user database of Auth0: on a
// database connection, or migrated there from a custom database (RULES.md, Terms).
func inAuth0Store(target Object) bool {
	switch kind(target) {
	case "database":
		return true
	case "custom-database":
		return target.True("migrated")
	}
	return false
}

// timestamp returns the target's time as the API writes it, or "" if it has none
// (user.TimestampOf).
func timestamp(target Object) string {
	t, err := time.Parse(time.RFC3339, target.Text("now"))
	if err != nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// Apply returns the profile after a valid payload (patch.Payload.Apply).
func Apply(u, payload, target Object) Object {
	result := u
	for _, m := range payload {
		switch {
		case slices.Contains(metadataObjects, m.Name):
			result = applyMetadata(result, m.Name, m.Value, target)
		case target.True("secondary") && slices.Contains(ofIdentity, m.Name):
			result = applyToIdentity(result, payload.Text("connection"), m, target)
		case slices.Contains(texts, m.Name), slices.Contains(booleans, m.Name):
			result = setRoot(result, m.Name, folded(m.Name, m.Value, target))
		case slices.Contains(unstored, m.Name), slices.Contains(readOnly, m.Name):
		case m.Value == nil, reading(target, "patch.unknown-attribute") == "stored":
			result = setRoot(result, m.Name, m.Value)
		}
	}
	return stamped(implied(u, result, payload, target), payload, target)
}

// setRoot returns u with a root attribute; null removes it (rule 2).
func setRoot(u Object, name string, v any) Object {
	if v == nil {
		return u.Without(name)
	}
	return u.With(name, v)
}

// folded returns v in lower case if the Auth0 store keeps it so (rule 3).
func folded(name string, v any, target Object) any {
	if s, ok := v.(string); ok && inAuth0Store(target) && (name == "email" || name == "username") {
		return strings.ToLower(s)
	}
	return v
}

// applyMetadata merges one metadata object at the first level (rule 4; RULES.md,
// patch.metadata-wipe, patch.last-member, patch.nested-null, patch.metadata-no-object).
func applyMetadata(u Object, name string, v any, target Object) Object {
	delta, _ := v.(Object) // null empties the object under lenient sources
	delta = delta.present()
	stored, had := u.Get(name)
	base, isObject := stored.(Object)
	if had && !isObject && reading(target, "patch.metadata-no-object") == "kept" {
		return u
	}
	mode := FirstLevel
	mode.StripNulls = reading(target, "patch.nested-null") == "stripped"
	merged := mode.Merge(base, delta)
	if len(merged) > 0 {
		return u.With(name, merged)
	}
	bothEmpty := reading(target, "patch.metadata-wipe") == "both-empty"
	if len(delta) > 0 { // nulls, which remove the last member if there is one
		bothEmpty = len(base) > 0 && reading(target, "patch.last-member") == "empty"
	}
	if had && (name == "user_metadata" || bothEmpty) {
		return u.With(name, Object{})
	}
	return u.Without(name)
}

// applyToIdentity updates the profileData of the secondary identity on the connection
// (rule 7; RULES.md, patch.secondary-effect).
func applyToIdentity(u Object, connection string, m Member, target Object) Object {
	if reading(target, "patch.secondary-effect") == "nowhere" {
		return u
	}
	v, _ := u.Get("identities")
	identities, _ := v.([]any)
	for i, identity := range identities {
		id, _ := identity.(Object)
		if i == 0 || id.Text("connection") != connection {
			continue
		}
		data := setRoot(id.Object("profileData").present(), m.Name, folded(m.Name, m.Value, target))
		identities = slices.Clone(identities)
		identities[i] = id.With("profileData", data)
		return u.With("identities", identities)
	}
	return u
}

// implied returns the profile with the changes that the payload does not name: a new
// e-mail may reset email_verified, and a new password may remove a block (RULES.md,
// patch.email-keeps-verified and patch.block-lifted).
func implied(before, u, payload, target Object) Object {
	newEmail := !target.True("secondary") && u.Text("email") != "" && u.Text("email") != before.Text("email")
	if newEmail && !payload.Has("email_verified") && reading(target, "patch.email-keeps-verified") == "reset" {
		u = u.With("email_verified", false)
	}
	if payload.Text("password") != "" && u.True("blocked") && !payload.Has("blocked") && reading(target, "patch.block-lifted") == "lifted" {
		u = u.With("blocked", false)
	}
	return u
}

// stamped returns the profile with the timestamps that an update sets (rules 5 and 6;
// RULES.md, user.database-password-reset). With the import mode on, the password is
// stored in Auth0 and no script runs (lifecycle.State.Scripts).
func stamped(u, payload, target Object) Object {
	now := timestamp(target)
	if now == "" {
		return u
	}
	inScript := kind(target) == "custom-database" && !inAuth0Store(target) && !target.Object("connection").True("import_mode") &&
		reading(target, "user.database-password-reset") == "script"
	if payload.Text("password") != "" && !target.True("secondary") && !inScript {
		u = u.With("last_password_reset", now)
	}
	return u.With("updated_at", now)
}

// DiffProfiles returns the smallest payload that turns the user from into to, and the
// pointers of what no payload can change (patch.Diff).
func DiffProfiles(from, to Object) (payload Object, missed []string) {
	from, to, payload = typed(from), typed(to), Object{}
	for _, name := range names(from, to) {
		old, had := from.Get(name)
		v, has := to.Get(name)
		switch {
		case had == has && Equal(old, v):
		case slices.Contains(metadataObjects, name):
			delta, lost := diffMetadata(old, had, v, has)
			if delta != nil {
				payload = payload.With(name, delta)
			}
			for _, p := range lost {
				missed = append(missed, pointerTo("", name)+p)
			}
		case name == "updated_at", name == "last_password_reset":
		case !has && slices.Contains(texts, name):
			payload = payload.With(name, nil)
		case has && sendable(name, v):
			payload = payload.With(name, v)
		default:
			missed = append(missed, pointerTo("", name))
		}
	}
	return payload, missed
}

// typed returns a copy of u with the flags that are texts as booleans, which they equal
// (user.Parse).
func typed(u Object) Object {
	result := append(Object{}, u...)
	for _, name := range []string{"email_verified", "phone_verified"} {
		if s := u.Text(name); s == "true" || s == "false" {
			result = result.With(name, s == "true")
		}
	}
	return result
}

// diffMetadata compares a metadata object. One that is not an object can be replaced by
// one that has members, but not made.
func diffMetadata(old any, had bool, v any, has bool) (delta Object, missed []string) {
	from, wasObject := old.(Object)
	to, isObject := v.(Object)
	if has && !isObject || had && !wasObject && len(to) == 0 {
		return nil, []string{""}
	}
	delta, missed = FirstLevel.Diff(from, to)
	if had && !wasObject && delta == nil {
		missed = append(missed, "")
	}
	return delta, missed
}

// sendable reports whether the API takes v for the attribute, as far as random profiles
// need it: a boolean, or a text that is not empty (RULES.md, value.type, value.length).
func sendable(name string, v any) bool {
	switch v := v.(type) {
	case bool:
		return slices.Contains(booleans, name)
	case string:
		return slices.Contains(texts, name) && v != ""
	}
	return false
}

// exclusive are the pairs that one payload cannot have (package patch, Pairs).
var exclusive = [][2]string{
	{"password", "email"}, {"password", "email_verified"}, {"password", "username"},
	{"username", "email"}, {"username", "email_verified"},
}

// breaksPair reports whether a payload has two attributes that exclude each other.
func breaksPair(payload Object) bool {
	return slices.ContainsFunc(exclusive, func(pair [2]string) bool {
		return payload.Has(pair[0]) && payload.Has(pair[1])
	})
}

// Conflicts returns the pointers at which two payloads that are prepared from one read
// of a user would overwrite each other (patch.Conflicts).
func Conflicts(a, b Object) []string {
	var conflicts []string
	for _, name := range names(a, b) {
		if slices.Contains(metadataObjects, name) {
			conflicts = append(conflicts, metadataConflicts(name, a, b)...)
			continue
		}
		x, inA := a.Get(name)
		y, inB := b.Get(name)
		stays := name == "password" || !slices.Contains(unstored, name) // else there is nothing to overwrite
		if stays && inA && inB && !Equal(x, y) || resets(name, a, b) || resets(name, b, a) {
			conflicts = append(conflicts, pointerTo("", name))
		}
	}
	return conflicts
}

// metadataConflicts returns the members that both change, to different values; a wipe
// conflicts with any other change (rule 1).
func metadataConflicts(name string, a, b Object) []string {
	x, y := a.Object(name), b.Object(name)
	switch {
	case x == nil || y == nil || Equal(x, y):
		return nil
	case len(x) == 0 || len(y) == 0:
		return []string{pointerTo("", name)}
	}
	var conflicts []string
	for _, m := range x {
		if v, ok := y.Get(m.Name); ok && !Equal(m.Value, v) {
			conflicts = append(conflicts, pointerTo(pointerTo("", name), m.Name))
		}
	}
	return conflicts
}

// resets reports whether the payload b may undo the attribute of that name in a, which
// was read before b (rules 2 and 3).
func resets(name string, a, b Object) bool {
	switch name {
	case "email_verified":
		return a.Has(name) && changesAlone("email", name, a, b)
	case "phone_verified":
		return a.Has(name) && changesAlone("phone_number", name, a, b)
	case "blocked":
		bothInBoth := a.Has("password") && b.Has(name)
		return a.True(name) && b.Text("password") != "" && !bothInBoth
	}
	return false
}

// changesAlone reports whether b has an address, or its removal, that a does not have, and
// does not have the flag.
func changesAlone(address, flag string, a, b Object) bool {
	same := a.Has(address) && Equal(a.slot(address), b.slot(address))
	return b.Has(address) && !same && !b.Has(flag)
}
