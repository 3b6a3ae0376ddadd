package patch

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// connection judges the attributes by the target's connection.
func (j *validator) connection() {
	for a := range attributes {
		if j.has[a].present {
			j.attribute(a)
		}
	}
	c := &j.t.Connection
	if name, ok := j.p.Connection.Get(); ok && c.Name != "" && name != c.Name {
		j.Report(rule.OtherConnection, attrConnection.pointer(), "connection is not the one that the target describes; describe the connection of the payload in the target")
	}
	if c.Disabled {
		for _, a := range [...]attribute{attrEmail, attrPassword} {
			if j.has[a].present {
				j.Report(rule.DisabledConnection, a.pointer(), a.String()+" cannot be changed in a disabled connection")
			}
		}
	}
	if j.t.Secondary || j.Reads(rule.SecondaryConnection, "every") {
		j.identity()
	}
	if c.Kind == user.KindUnknown {
		j.notJudged()
	}
}

// notJudged warns of the attributes that the kind of connection, which is unknown,
// decides on.
func (j *validator) notJudged() {
	var names []string
	for a := range attributes {
		if j.has[a].present && (a.isProfile() || a.isOfIdentity()) {
			names = append(names, a.String())
		}
	}
	derived.NotJudged(&j.Judge, names)
}

// identity judges an update of an identity that connection must name.
func (j *validator) identity() {
	for a := range attributes {
		switch {
		case !j.has[a].present:
		case j.t.Secondary && a.isProfile():
			j.Report(rule.SecondaryAttributes, a.pointer(), a.String()+" cannot be updated on a secondary identity")
		case a.isOfIdentity() && !j.has[attrConnection].present:
			j.Report(rule.SecondaryConnection, a.pointer(), "to update "+a.String()+" of this identity, send connection too")
		case (a == attrEmail || a == attrPhoneNumber) && !j.has[attrClientID].present && j.Reads(rule.SecondaryConnection, "every"):
			j.Report(rule.SecondaryConnection, a.pointer(), "to update "+a.String()+", send client_id too")
		}
	}
}

// attribute judges one attribute by the kind of the connection.
func (j *validator) attribute(a attribute) {
	switch a {
	case attrUserMetadata, attrAppMetadata, attrBlocked, attrConnection, attrClientID:
		return // on every connection
	case attrUsername:
		j.username()
	}
	c := &j.t.Connection
	if j.has[a].null && derived.Requires(c, a.String()) {
		j.Report(rule.RequiredAttribute, a.pointer(), a.String()+" cannot be removed: the connection requires it on the user profile")
	}
	if a == attrPhoneNumber || a == attrPhoneVerified {
		if phone, declares := derived.Attribute(c, attrPhoneNumber.String()); declares && phone == nil {
			j.Refuse(rule.PhoneDatabase, a.pointer(), a.String()+" is refused: the connection declares its attributes, and phone_number is none of them")
			return
		}
	}
	switch {
	case c.Kind == user.KindUnknown:
	case c.Kind == user.CustomDatabase:
		j.customDatabase(a)
	case a.isProfile() && derived.Federated(c):
		j.synced(a)
	case a.isProfile():
		if j.has[a].null {
			j.Report(rule.NullProfileAttribute, a.pointer(), a.String()+" cannot be removed on this kind of connection")
		}
	default:
		j.identifier(a)
	}
}

// identifier judges an attribute that identifies the user or proves who it is, on any
// connection but a custom database.
func (j *validator) identifier(a attribute) {
	c := &j.t.Connection
	switch a {
	case attrEmail:
		if derived.Federated(c) || c.Kind == user.PasswordlessSMS {
			j.Report(rule.EmailConnection, a.pointer(), "email can be updated only on database and passwordless e-mail connections")
		}
	case attrEmailVerified:
		switch c.Kind {
		case user.Enterprise, user.PasswordlessSMS:
			j.Report(rule.EmailVerification, a.pointer(), "email_verified cannot be updated on enterprise and SMS connections")
		case user.Social:
			j.Report(rule.EmailVerifiedFollows, a.pointer(), "the identity provider may overwrite email_verified at the next login")
		}
	case attrPassword:
		if c.Kind != user.Database {
			j.Report(rule.PasswordConnection, a.pointer(), "password can be updated only on a database connection")
		}
	case attrPhoneNumber, attrPhoneVerified:
		switch c.Kind {
		case user.PasswordlessSMS:
		case user.Database:
			if _, declares := derived.Attribute(c, attrPhoneNumber.String()); !declares {
				j.Report(rule.PhoneDatabase, a.pointer(), a.String()+" is for SMS users; flexible identifiers disagree, so describe the connection's attributes in the target")
			}
		default:
			j.Report(rule.PhoneConnection, a.pointer(), a.String()+" can be updated only for SMS users")
		}
	}
}

// username judges username by the connection's RequiresUsername.
func (j *validator) username() {
	c := &j.t.Connection
	has, known := derived.HasUsernames(c)
	declared, _ := derived.Attribute(c, attrUsername.String())
	switch {
	case known && !has:
		j.Report(rule.UsernameConnection, attrUsername.pointer(), "the connection has no usernames; leave username out")
	case has && declared == nil && j.has[attrUsername].null:
		j.Report(rule.UsernameRequired, attrUsername.pointer(), "username cannot be removed where the connection requires one")
	}
}

// synced judges a profile attribute on a connection that may set it at each login.
func (j *validator) synced(a attribute) {
	switch {
	case !derived.Syncs(&j.t.Connection):
	case !j.has[a].null:
		j.Report(rule.SyncedAttributes, a.pointer(), j.syncedMessage(a))
	case j.follows(a.String()):
		j.Report(rule.SyncedRemoval, a.pointer(), a.String()+" cannot be removed: it is set by the identity provider at each login")
	}
}

// syncedMessage names every profile attribute that is refused, as the API does. The
// message at the first of them is in full; the others refer to it.
func (j *validator) syncedMessage(at attribute) string {
	var names []string
	for a := range attributes {
		if !a.isProfile() || !j.has[a].present || j.has[a].null {
			continue
		}
		if names == nil && a != at {
			return at.String() + " cannot be updated either: see the violation at " + a.pointer()
		}
		names = append(names, a.String())
	}
	slices.Sort(names)
	connection := ""
	if n := j.t.Connection.Name; n != "" {
		connection = " (" + n + ")"
	}
	return strings.Join(names, ", ") + " cannot be updated while the connection" + connection + " syncs user profile attributes at each login; change them at the identity provider, or set the connection's set_user_root_attributes to on_first_login"
}

// follows reports whether an attribute is set by the identity provider at each login,
// so that it cannot be removed.
func (j *validator) follows(name string) bool {
	c := &j.t.Connection
	outside := derived.Federated(c) || c.Kind == user.CustomDatabase && !j.t.Migrated
	return outside && derived.Syncs(c) && !slices.Contains(c.NonPersistent, name)
}

// isRemovable reports whether the API's answers speak of removing an attribute of that
// name, and do not refuse it.
func (j *validator) isRemovable(name string) bool {
	return derived.Federated(&j.t.Connection) && !j.follows(name)
}

// customDatabase judges one attribute of a custom database's user.
func (j *validator) customDatabase(a attribute) {
	null := j.has[a].null
	switch {
	case a == attrVerifyEmail || a == attrVerifyPhoneNumber: // judged with the e-mail or phone number
	case !j.t.Migrated && !j.t.Connection.ImportMode && j.Reads(rule.CustomDatabase, "scripts"):
		j.changeScript(a)
	case !j.t.Migrated:
		message := a.String() + " can be changed only in the custom database, not through the API"
		if a == attrUsername || a.isProfile() && derived.Syncs(&j.t.Connection) || j.t.Connection.ImportMode {
			j.ReportLenient(rule.CustomDatabase, a.pointer(), message)
		} else {
			j.Report(rule.CustomDatabase, a.pointer(), message)
		}
		if a.isProfile() {
			j.synced(a)
			if null && j.t.Connection.ImportMode {
				j.Report(rule.NullProfileAttribute, a.pointer(), a.String()+" cannot be removed while the connection imports its users")
			}
		}
	case a.isProfile():
		if !j.Reads(rule.MigratedAttributes, "accepted") {
			j.Report(rule.MigratedAttributes, a.pointer(), a.String()+" of a migrated user cannot be updated; leave it out")
		}
		if null {
			j.Report(rule.NullProfileAttribute, a.pointer(), a.String()+" cannot be removed on this kind of connection")
		}
	case a == attrPhoneNumber || a == attrPhoneVerified:
		if _, declares := derived.Attribute(&j.t.Connection, attrPhoneNumber.String()); !declares {
			j.migratedCredential(a)
		}
	case a == attrUsername || a == attrPassword:
		j.migratedCredential(a)
	}
}

func (j *validator) migratedCredential(a attribute) {
	j.Report(rule.MigratedCredentials, a.pointer(), "whether "+a.String()+" of a migrated user can be updated is not documented")
}

// changeScript judges one attribute of a custom database's user who has not migrated,
// where a change script of the database, or the sync setting, decides.
func (j *validator) changeScript(a attribute) {
	switch {
	case a.isProfile():
		j.synced(a)
	case a == attrUsername:
		j.ReportLenient(rule.CustomDatabase, a.pointer(), "username can be changed only in the custom database, not through the API")
	case a == attrEmail || a == attrEmailVerified:
		j.Warn(rule.CustomDatabase, a.pointer(), "this runs the Get User and Change Email scripts of the database; without the second the API answers 400")
	case a == attrPassword:
		j.Warn(rule.CustomDatabase, a.pointer(), "this runs the Get User and Change Password scripts of the database")
	default: // the phone number
		j.Warn(rule.CustomDatabase, a.pointer(), "this runs the Get User script twice, then the Change Phone Number script of the database")
	}
}
