package patch

import (
	"slices"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Validate judges p as a body for the target. It lists every violation and warning in
// the order of the catalogue, those of one rule on attributes in the order of the
// schema. At most 1,000 of each are listed; then the last is [rule.More]. The rules, in
// order:
//
//  1. A member that is not in the schema is a warning; a read-only one is refused.
//  2. The scopes of the token cover the attributes.
//  3. Each attribute has the type, length and form of the schema; only text
//     attributes can be null; there is something to update.
//  4. Metadata has names, a size and a depth that can be stored; a wipe is a warning.
//  5. Some attributes exclude each other.
//  6. The connection, and the identity on it, decide which attributes can be updated.
//     The attributes that the connection declares beat every source. Where the kind of
//     connection is unknown, one warning lists the attributes that it would decide on.
//
// Only the API knows whether an e-mail is taken, a password is strong enough or a
// script exists. [Payload.Apply] adds the warnings that depend on the user. It judges
// the size of the profile ([rule.ProfileAllowance]), of which Validate sees only the
// metadata in p.
//
// Validate does not allocate if there is nothing to list and Extra is empty.
func (p Payload) Validate(t user.Target) rule.Verdict { return p.validate(&t, false) }

// validate is Validate. If known, the size of the profile is judged elsewhere. It resolves
// the kind of t's connection, and makes it unknown if it is refused.
func (p *Payload) validate(t *user.Target, known bool) rule.Verdict {
	if p.Extra.Len() > 0 {
		placed := p.placed()
		p = &placed
	}
	found := judge.New(t.Sources, t.Policies)
	j := validator{Judge: &found, p: p, t: t, known: known}
	p.setMembers(&j.has)
	derived.Resolve(&j.t.Connection)
	derived.JudgeKind(j.Judge, &j.t.Connection)
	j.unknown()
	j.scopes()
	j.shape()
	j.metadata()
	j.pairs()
	j.connection()
	return j.Verdict()
}

// validator judges one payload.
type validator struct {
	*judge.Judge
	p     *Payload
	t     *user.Target
	known bool // the profile is known
	has   [attributes]member
}

// unknown judges the members that the schema does not know, and metadata that is
// not an object.
func (j *validator) unknown() {
	if j.p.Extra.IsZero() {
		return
	}
	var managed, unknown []string
	for name, v := range j.p.Extra.All() {
		pointer := metadata.Pointer(name)
		switch a, known := find(name); {
		case known: // metadata
			j.has[a] = member{present: true, null: v.IsNull(), mistyped: !v.IsNull()}
		case limit.IsManaged(name):
			managed = append(managed, pointer)
		case v.IsNull() && j.follows(name):
			j.Report(rule.SyncedRemoval, pointer, name+" cannot be removed: it is set by the identity provider at each login")
		default:
			unknown = append(unknown, name)
		}
	}
	check.Unknown(unknown, names[:], "store it in metadata", func(pointers []string, advice string) {
		j.WarnAll(rule.Disputed, rule.UnknownAttribute, pointers, advice)
	})
	j.ReportAll(rule.ReadOnly, rule.Current, managed, ": read-only, since Auth0 manages it; leave it out (Payload.Sendable does)")
}

// scopes judges whether the caller's token covers the attributes.
func (j *validator) scopes() {
	scopes := j.t.Scopes
	if scopes == nil || slices.Contains(scopes, "update:users") {
		return
	}
	app := slices.Contains(scopes, "update:users_app_metadata")
	own := slices.Contains(scopes, "update:current_user_metadata")
	guide := ""
	if slices.Contains(scopes, "create:current_user_metadata") {
		guide = "; a guide lists create:current_user_metadata for updates too, but the API's schema does not"
	}
	if !app && !own {
		j.Report(rule.Scope, "", "the token has none of the scopes update:users, update:users_app_metadata, update:current_user_metadata"+guide)
		return
	}
	var pointers []string
	for a := range attributes {
		covered := app && (a == attrAppMetadata || a == attrConnection || a == attrClientID) || own && a == attrUserMetadata
		if j.has[a].present && !covered {
			pointers = append(pointers, a.pointer())
		}
	}
	for name := range j.p.Extra.All() {
		if _, known := find(name); !known {
			pointers = append(pointers, metadata.Pointer(name))
		}
	}
	j.ReportAll(rule.Scope, rule.Current, pointers, ": not covered by the token's scopes; update:users covers every attribute"+guide)
}

// isOwn reports whether the token is a user's own, which covers user_metadata alone.
func isOwn(scopes []string) bool {
	return slices.Contains(scopes, "update:current_user_metadata") &&
		!slices.Contains(scopes, "update:users") && !slices.Contains(scopes, "update:users_app_metadata")
}

// shape judges each attribute by itself.
func (j *validator) shape() {
	updates := false
	for a := range attributes {
		if j.has[a].present {
			updates = updates || a.isUpdatable()
			j.value(a)
		}
	}
	if b, ok := j.p.Blocked.Get(); ok && !b {
		j.Report(rule.BruteForceBlock, attrBlocked.pointer(), "this does not remove a block that wrong passwords caused")
	}
	if j.has[attrClientID].present && !j.has[attrEmail].present && !j.has[attrPhoneNumber].present {
		j.Report(rule.ClientID, attrClientID.pointer(), "client_id has no effect without email or phone_number")
	}
	kind, phone := j.t.Connection.Kind, j.has[attrPhoneNumber]
	if kind == user.PasswordlessEmail && j.has[attrEmail].null {
		j.Report(rule.OnlyIdentifier, attrEmail.pointer(), "email is the only identifier of a passwordless e-mail user; the API probably refuses to remove it")
	}
	if kind == user.PasswordlessSMS && phone.null {
		j.Report(rule.OnlyIdentifier, attrPhoneNumber.pointer(), "phone_number is the only identifier of an SMS user; the API probably refuses to remove it")
	}
	if j.has[attrVerifyPhoneNumber].present {
		j.verifyPhone()
	}
	switch {
	case updates, j.Reads(rule.UnknownAttribute, "stored") && j.hasUnknown(func(string, metadata.Value) bool { return true }):
	case j.has[attrClientID].present || j.has[attrVerifyPhoneNumber].present:
		j.Report(rule.NothingToUpdate, "", "client_id and verify_phone_number alone update nothing")
	case j.hasUnknown(func(name string, v metadata.Value) bool { return v.IsNull() && j.isRemovable(name) }):
	case j.hasUnknown(func(_ string, v metadata.Value) bool { return v.IsNull() }):
		j.Report(rule.NothingToUpdate, "", "the payload has none of the attributes that can be updated")
	default:
		evidence := rule.Inferred // from the answer to an empty payload
		if j.p.IsZero() {
			evidence = rule.Observed
		}
		j.RefuseAs(evidence, rule.NothingToUpdate, "", "the payload has nothing to update; add an attribute, or do not send it")
	}
}

// verifyPhone judges verify_phone_number, which is present.
func (j *validator) verifyPhone() {
	at, phone := attrVerifyPhoneNumber.pointer(), j.has[attrPhoneNumber]
	switch j.t.Connection.Kind {
	case user.Database, user.CustomDatabase:
		if phone.present && !phone.null {
			j.WarnAs(rule.Inferred, rule.VerifyPhoneNumber, at, "verify_phone_number is documented for SMS users only; whether it sends a text message to a database user is not")
			return
		}
	case user.KindUnknown, user.PasswordlessSMS:
		if phone.present && !phone.null {
			return
		}
	}
	j.Report(rule.VerifyPhoneNumber, at, "verify_phone_number has an effect only with a new phone_number of an SMS user")
}

// value judges the type, length and form of one attribute.
func (j *validator) value(a attribute) {
	switch m := &j.has[a]; {
	case m.null && a.isMetadata():
		if !j.Refuses(rule.MetadataNull) {
			j.Report(rule.MetadataWipe, a.pointer(), "read leniently, null removes everything in "+a.String())
		}
		j.Report(rule.MetadataNull, a.pointer(), "a metadata object cannot be null; send null for single members, or {} to remove all")
	case m.null && !a.isNullable():
		j.Report(rule.Null, a.pointer(), a.String()+" cannot be null; leave it out to keep it")
	case m.mistyped:
		j.Report(rule.Type, a.pointer(), a.String()+" must be "+a.typeName())
	case m.null && a == attrPassword:
		j.Report(rule.PasswordNull, a.pointer(), "null removes the password; check that the connection supports users without a password (authentication_methods.password.api_behavior)")
	case m.null:
	default:
		check.Text(a.String(), m.text, func(id rule.ID, message string) { j.Report(id, a.pointer(), message) })
		if a == attrUsername {
			derived.JudgeUsername(j.Judge, &j.t.Connection, j.t.Migrated, m.text)
		}
	}
}

// hasUnknown reports whether the payload has an unknown attribute for which is returns
// true.
func (j *validator) hasUnknown(is func(name string, v metadata.Value) bool) bool {
	for name, v := range j.p.Extra.All() {
		if _, known := find(name); !known && !limit.IsManaged(name) && is(name, v) {
			return true
		}
	}
	return false
}

// metadata judges the content of both metadata objects.
func (j *validator) metadata() {
	for _, a := range [...]attribute{attrUserMetadata, attrAppMetadata} {
		d := *j.p.delta(a)
		if d.IsWipe() {
			j.Report(rule.MetadataWipe, a.pointer(), "{} removes everything in "+a.String()+"; leave it out to change nothing")
		}
		check.Metadata(d.Object(), a.String(), rule.NestedNull, func(id rule.ID, message string, path ...string) bool {
			return j.known && (id == rule.ProfileAllowance || id == rule.LargeMetadata) || j.ReportPath(id, message, path...)
		})
	}
}

// exclusive are the pairs that cannot be in one payload, in the order in which the
// API's message names them.
var exclusive = [...][2]attribute{
	{attrPassword, attrEmail}, {attrPassword, attrEmailVerified}, {attrUsername, attrEmail}, {attrUsername, attrEmailVerified},
	{attrUsername, attrPassword},
}

// pairs judges attributes that are sent together.
func (j *validator) pairs() {
	for _, pair := range exclusive {
		if j.has[pair[0]].present && j.has[pair[1]].present {
			j.Report(rule.ExclusiveAttributes, pair[0].pointer(), "cannot update "+pair[0].String()+" and "+pair[1].String()+" simultaneously; send two payloads, see Plan")
		}
	}
	for _, a := range [...]attribute{attrPhoneNumber, attrPhoneVerified} {
		if j.has[a].present && (j.has[attrEmail].present || j.has[attrUsername].present || j.has[attrPassword].present) {
			j.Report(rule.PhoneTogether, a.pointer(), a.String()+" together with email, username or password is not documented")
		}
	}
}
