package patch

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Validate judges p as a body for the target. It lists everything: violations and
// warnings come in the order of [Rules], those of one rule in the order of the
// schema, unknown members last. Of more than a thousand the last says so.
//
// What it cannot know it does not judge: whether an e-mail is taken, a password
// is strong enough, a script exists. Steps that nobody documents and that depend
// on the user are warnings of [Payload.Apply].
//
// It does not allocate where there is nothing to list and Extra is empty.
func (p Payload) Validate(t Target) user.Verdict {
	p = p.normal()
	j := judge{p: p, t: t}
	for a := range attributes {
		j.has[a] = p.member(a)
	}
	j.unknown()
	j.scopes()
	j.shape()
	j.metadata()
	j.pairs()
	j.connection()
	return user.Verdict{Violations: inOrder(j.verdict.Violations), Warnings: inOrder(j.verdict.Warnings)}
}

// judge collects what is wrong with one payload.
type judge struct {
	p       Payload
	t       Target
	has     [attributes]member
	verdict user.Verdict

	violations, warnings check.Bound // of the verdict's lists
}

// report notes that the rule is broken at pointer. The reading that the target
// chooses decides whether that is a violation or a warning.
func (j *judge) report(id RuleID, pointer, message string) {
	v := violationOf(id, pointer, message)
	switch reading := j.t.reading(id); {
	case v.Severity == user.Error && reading == lenient:
		v.Severity = user.Warning
	case v.Severity == user.Warning && reading == refused:
		v.Severity = user.Error
	}
	if v.Severity == user.Error {
		add(&j.violations, &j.verdict.Violations, v)
	} else {
		add(&j.warnings, &j.verdict.Warnings, v)
	}
}

// add adds v to the list, or, where that is full, that there is more.
func add(b *check.Bound, list *user.Violations, v Violation) {
	if b.Full {
		return
	}
	if !b.Takes(len(*list), v.Pointer) {
		more := violationOf(RuleMore, "", "there is more, which is not listed")
		more.Severity = v.Severity
		v = more
	}
	*list = append(*list, v)
}

// readOnly are the attributes that Auth0 keeps itself.
var readOnly = []string{
	"user_id", "identities", "created_at", "updated_at", "last_ip", "last_login", "logins_count",
	"last_password_reset", "multifactor", "multifactor_last_modified", "permissions",
}

// unknown judges the members that the schema does not know, and metadata that is
// not an object.
func (j *judge) unknown() {
	for name, v := range j.p.Extra.All() {
		pointer := metadata.Pointer(name)
		switch a, known := attributeOf(name); {
		case known: // metadata
			j.has[a] = member{present: true, null: v.IsNull(), mistyped: true}
		case slices.Contains(readOnly, name):
			j.report(RuleReadOnly, pointer, "this attribute is kept by Auth0 itself")
		case v.IsNull() && j.follows(name):
			j.report(RuleSyncedRemoval, pointer, "this attribute follows the identity provider at each login")
		default:
			j.report(RuleUnknown, pointer, "the API's schema does not know this attribute")
		}
	}
}

// follows reports whether an attribute follows the identity provider at each login,
// so that it cannot be removed.
func (j *judge) follows(name string) bool {
	outside := j.federated() || j.t.Connection.Kind == user.CustomDatabase && !j.t.Migrated
	return outside && j.synced() && !slices.Contains(j.t.Connection.NonPersistent, name)
}

// federated reports whether an identity provider keeps the user.
func (j *judge) federated() bool {
	return j.t.Connection.Kind == user.Social || j.t.Connection.Kind == user.Enterprise
}

// synced reports whether the five are taken over at each login.
func (j *judge) synced() bool {
	return j.t.Connection.RootAttributes.String() == user.OnEachLogin.String()
}

// scopes judges what the caller's token lets it update.
func (j *judge) scopes() {
	if j.t.Scopes == nil || slices.Contains(j.t.Scopes, "update:users") {
		return
	}
	app := slices.Contains(j.t.Scopes, "update:users_app_metadata")
	own := slices.Contains(j.t.Scopes, "update:current_user_metadata")
	if !app && !own {
		j.report(RuleScope, "", "the token has none of update:users, update:users_app_metadata, update:current_user_metadata")
		return
	}
	for a := range attributes {
		if j.has[a].present && a != connection && a != clientID && (!app || a != appMetadata) && (!own || a != userMetadata) {
			j.report(RuleScope, a.pointer(), "the token's scopes do not cover "+a.String())
		}
	}
	for name := range j.p.Extra.All() {
		if _, known := attributeOf(name); !known {
			j.report(RuleScope, metadata.Pointer(name), "the token's scopes cover metadata only")
		}
	}
}

// shape judges each attribute by itself.
func (j *judge) shape() {
	updates := false
	for a := range attributes {
		m := &j.has[a]
		if !m.present {
			continue
		}
		updates = updates || a.isUpdatable()
		switch {
		case m.mistyped && m.null && a.isMetadata():
			if j.t.reading(RuleMetadataNull) == lenient {
				j.report(RuleWipe, a.pointer(), "read leniently, null removes everything in "+a.String())
				j.report(RuleMetadataNull, a.pointer(), "the schema has no null for metadata as a whole; read leniently it is taken for {}")
			} else {
				j.report(RuleMetadataNull, a.pointer(), "metadata as a whole cannot be null; null removes single members, {} removes all")
			}
		case m.mistyped && m.null:
			j.report(RuleNull, a.pointer(), a.String()+" cannot be null")
		case m.mistyped:
			j.report(RuleType, a.pointer(), a.String()+" has the wrong type")
		case m.null && a == password:
			j.report(RulePasswordNull, a.pointer(), "the schema has null for password; what it does is not documented")
		case m.null:
		default:
			check.Text(a.String(), m.text, func(f check.Finding, message string) { j.report(findings[f], a.pointer(), message) })
		}
	}
	if b, ok := j.p.Blocked.Get(); ok && !b {
		j.report(RuleBruteForce, blocked.pointer(), "a block that wrong passwords caused stays")
	}
	if j.has[clientID].present && !j.has[email].present && !j.has[phoneNumber].present {
		j.report(RuleClientID, clientID.pointer(), "client_id says nothing without email or phone_number")
	}
	kind := j.t.Connection.Kind
	if j.has[verifyPhoneNumber].present && (!j.has[phoneNumber].present || j.has[phoneNumber].null || kind != user.KindUnknown && kind != user.PasswordlessSMS) {
		j.report(RuleVerifyPhone, verifyPhoneNumber.pointer(), "verify_phone_number says nothing but where the phone number of an SMS user changes")
	}
	switch {
	case updates:
	case j.has[clientID].present || j.has[verifyPhoneNumber].present:
		j.report(RuleNothingToUpdate, "", "client_id and verify_phone_number by themselves update nothing")
	case j.removes(j.canGo):
	case j.removes(func(string) bool { return true }):
		j.report(RuleNothingToUpdate, "", "nothing in this payload is among the attributes that can be updated")
	default:
		j.refuse(RuleNothingToUpdate, "", "nothing in this payload can be updated")
	}
}

// removes reports whether an attribute that the schema does not know, and of which
// is holds, is removed.
func (j *judge) removes(is func(name string) bool) bool {
	for name, v := range j.p.Extra.All() {
		if _, known := attributeOf(name); !known && v.IsNull() && !slices.Contains(readOnly, name) && is(name) {
			return true
		}
	}
	return false
}

// canGo reports whether the API has words for removing an attribute of that name,
// and none against it.
func (j *judge) canGo(name string) bool {
	return j.federated() && !j.follows(name)
}

// metadata judges what is in both metadata and what it does.
func (j *judge) metadata() {
	for _, a := range []attribute{userMetadata, appMetadata} {
		d := *j.p.delta(a)
		if d.IsWipe() {
			j.report(RuleWipe, a.pointer(), "{} removes everything in "+a.String())
		}
		check.Metadata(d.Object(), a.String(), j.found)
	}
}

// findings are the rules that a finding is about; a payload has no user_id.
var findings = [check.Findings]RuleID{
	check.Name: RuleMetadataName, check.NestedName: RuleNestedMetadataName, check.ReservedName: RuleReservedName,
	check.Authorization: RuleAuthorization, check.Number: RuleNumber, check.NestedNull: RuleNestedNull,
	check.TooLarge: RuleMetadataSize, check.Large: RuleLargeMetadata, check.Depth: RuleType,
	check.Length: RuleLength, check.Encoding: RuleType, check.EmailFormat: RuleEmailFormat, check.PhoneFormat: RulePhoneFormat,
	check.PhoneLength: RulePhoneLength, check.PictureFormat: RulePictureFormat, check.NameLength: RuleNameLength,
	check.PasswordBytes: RulePasswordBytes, check.PasswordCharacters: RulePasswordCharacters, check.UsernameCharacters: RuleUsernameCharacters,
}

// found reports a finding in metadata. It reports false where both lists are full.
func (j *judge) found(f check.Finding, path ...string) bool {
	id := findings[f]
	full := j.violations.Full
	if rule(id).Severity == user.Warning {
		full = j.warnings.Full
	}
	if !full {
		j.report(id, metadata.Pointer(path...), f.Message())
	}
	return !j.violations.Full || !j.warnings.Full
}

// exclusive are the pairs that cannot be in one payload, first the attribute
// that the API's message names first.
var exclusive = [...][2]attribute{
	{password, email}, {password, emailVerified}, {username, email}, {username, emailVerified}, {username, password},
}

func (j *judge) pairs() {
	for _, pair := range exclusive {
		if j.has[pair[0]].present && j.has[pair[1]].present {
			j.report(RuleExclusive, pair[0].pointer(), "cannot update "+pair[0].String()+" and "+pair[1].String()+" simultaneously")
		}
	}
	for _, a := range []attribute{phoneNumber, phoneVerified} {
		if j.has[a].present && (j.has[email].present || j.has[username].present || j.has[password].present) {
			j.report(RulePhoneTogether, a.pointer(), "nobody documents "+a.String()+" together with email, username or password")
		}
	}
}

// connection judges what the target's connection forbids.
func (j *judge) connection() {
	for a := range attributes {
		if j.has[a].present {
			j.attribute(a)
		}
	}
	c := &j.t.Connection
	if on, ok := j.p.Connection.Get(); ok && c.Name != "" && on != c.Name {
		j.report(RuleOtherConnection, connection.pointer(), "connection is not the one that the target describes")
	}
	if c.Disabled {
		for _, a := range []attribute{email, password} {
			if j.has[a].present {
				j.report(RuleDisabled, a.pointer(), a.String()+" cannot be changed in a disabled connection")
			}
		}
	}
	if j.t.Secondary || len(j.t.Policies) > 0 && j.t.reading(RuleSecondary) == everyIdentity {
		j.identity()
	}
}

// identity judges an update of an identity that connection has to name.
func (j *judge) identity() {
	for a := range attributes {
		switch {
		case !j.has[a].present:
		case j.t.Secondary && a.isOneOfTheFive():
			j.report(RuleSecondaryFive, a.pointer(), a.String()+" cannot be updated on a secondary identity")
		case a.isOfIdentity() && !j.has[connection].present:
			j.report(RuleSecondary, a.pointer(), a.String()+" of this identity needs connection")
		case (a == email || a == phoneNumber) && !j.has[clientID].present && j.t.reading(RuleSecondary) == everyIdentity:
			j.report(RuleSecondary, a.pointer(), a.String()+" needs client_id too")
		}
	}
}

// isOfIdentity reports whether a belongs to one identity and not to the user as
// a whole.
func (a attribute) isOfIdentity() bool {
	switch a {
	case email, emailVerified, phoneNumber, phoneVerified, username, password:
		return true
	}
	return false
}

// attribute judges one attribute by the kind of the connection.
func (j *judge) attribute(a attribute) {
	c := &j.t.Connection
	switch a {
	case userMetadata, appMetadata, blocked, connection, clientID:
		return // on every connection
	}
	if a == username {
		j.username()
	}
	switch c.Kind {
	case user.KindUnknown:
		return
	case user.CustomDatabase:
		j.customDatabase(a)
		return
	}
	switch {
	case a.isOneOfTheFive() && j.federated():
		j.ofTheFive(a)
	case a.isOneOfTheFive():
		if j.has[a].null {
			j.report(RuleNullOfTheFive, a.pointer(), a.String()+" cannot be removed on this kind of connection")
		}
	case a == email:
		if j.federated() || c.Kind == user.PasswordlessSMS {
			j.report(RuleEmailConnection, a.pointer(), "email cannot be updated on this kind of connection")
		}
	case a == emailVerified:
		if c.Kind == user.Enterprise || c.Kind == user.PasswordlessSMS {
			j.report(RuleEmailVerification, a.pointer(), "email_verified cannot be updated on this kind of connection")
		}
		if c.Kind == user.Social {
			j.report(RuleVerifiedFollows, a.pointer(), "the identity provider may overwrite email_verified")
		}
	case a == password:
		if c.Kind != user.Database {
			j.report(RulePassword, a.pointer(), "password can only be updated on a database connection")
		}
	case a == phoneNumber || a == phoneVerified:
		switch c.Kind {
		case user.PasswordlessSMS:
		case user.Database:
			j.report(RulePhoneDatabase, a.pointer(), a.String()+" is for SMS users; flexible identifiers disagree")
		default:
			j.report(RulePhone, a.pointer(), a.String()+" cannot be updated on this kind of connection")
		}
	}
}

// username judges username by what the connection requires, where that is known.
func (j *judge) username() {
	c := &j.t.Connection
	required, known := c.RequiresUsername.Get()
	switch c.Kind {
	case user.KindUnknown, user.Database, user.CustomDatabase:
	default:
		required, known = false, true
	}
	switch {
	case known && !required:
		j.report(RuleUsername, username.pointer(), "the connection has no usernames")
	case required && j.has[username].null:
		j.report(RuleUsernameRequired, username.pointer(), "username cannot be removed where the connection requires one")
	}
}

// ofTheFive judges one of the five on a connection from which they may be taken
// over.
func (j *judge) ofTheFive(a attribute) {
	switch {
	case !j.synced():
	case !j.has[a].null:
		j.report(RuleSynced, a.pointer(), j.syncedMessage())
	case j.follows(a.String()):
		j.report(RuleSyncedRemoval, a.pointer(), a.String()+" follows the identity provider at each login")
	}
}

// syncedMessage says in the API's words what follows the identity provider.
func (j *judge) syncedMessage() string {
	var names []string
	for a := range attributes {
		if a.isOneOfTheFive() && j.has[a].present && !j.has[a].null {
			names = append(names, a.String())
		}
	}
	slices.Sort(names)
	connection := ""
	if n := j.t.Connection.Name; n != "" {
		connection = " (" + n + ")"
	}
	return "the following user attributes cannot be updated: " + strings.Join(names, ", ") + "; the connection" + connection +
		" has not disabled 'Sync user profile attributes at each login'"
}

// refuse reports a violation that no reading turns into a warning.
func (j *judge) refuse(id RuleID, pointer, message string) {
	add(&j.violations, &j.verdict.Violations, violationOf(id, pointer, message))
}

// customDatabase judges one attribute of a custom database's user.
func (j *judge) customDatabase(a attribute) {
	switch {
	case !j.t.Migrated:
		j.report(RuleCustomDatabase, a.pointer(), a.String()+" is changed in the database")
		if a.isOneOfTheFive() {
			j.ofTheFive(a)
			if j.has[a].null && j.t.Connection.ImportMode {
				j.report(RuleNullOfTheFive, a.pointer(), a.String()+" cannot be removed where the connection imports its users")
			}
		}
	case a.isOneOfTheFive():
		j.report(RuleMigrated, a.pointer(), a.String()+" of a migrated user cannot be updated")
		if j.has[a].null {
			j.report(RuleNullOfTheFive, a.pointer(), a.String()+" cannot be removed on this kind of connection")
		}
	case a == username || a == password || a == phoneNumber || a == phoneVerified:
		j.report(RuleMigratedLogin, a.pointer(), "nobody documents whether "+a.String()+" of a migrated user can be updated")
	}
}
