package patch

import (
	"slices"

	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// connection judges the attributes by the target's connection.
func (j *validator) connection() {
	j.attributes()
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
	if j.t.Secondary || j.sends(attribute.isOfIdentity) && j.Reads(rule.SecondaryConnection, "every") {
		j.identity()
	}
	if c.Kind == user.KindUnknown {
		j.notJudged()
	}
}

// attributes judges each attribute by the connection. Attributes of one group are judged
// together, at the first that the payload has.
func (j *validator) attributes() {
	if c := &j.t.Connection; c.Kind == user.CustomDatabase && c.ImportMode && !j.t.Migrated {
		free := func(a attribute) bool { return a.isOfConnection() && !j.isSynced(a) }
		j.ReportAll(rule.CustomDatabase, rule.Lenient, j.pointers(free), inDatabase)
	}
	for a := range attributes {
		if j.has[a].present {
			j.attribute(a)
		}
	}
}

// isFirst reports whether a is the first attribute of the payload in the group.
func (j *validator) isFirst(a attribute, group func(attribute) bool) bool {
	for b := a; b > 0; { // neighbours are mostly of one group
		if b--; j.has[b].present && group(b) {
			return false
		}
	}
	return true
}

// sends reports whether the payload has an attribute of the group.
func (j *validator) sends(group func(attribute) bool) bool {
	for a := range attributes {
		if j.has[a].present && group(a) {
			return true
		}
	}
	return false
}

// pointers returns the pointers of the attributes of the payload in the group.
func (j *validator) pointers(group func(attribute) bool) (list []string) {
	for a := range attributes {
		if j.has[a].present && group(a) {
			list = append(list, a.pointer())
		}
	}
	return list
}

// notJudged warns of the attributes that the kind of connection, which is unknown,
// decides on.
func (j *validator) notJudged() {
	var names []string
	for a := range attributes {
		if j.has[a].present && a.isOfConnection() {
			names = append(names, a.String())
		}
	}
	derived.NotJudged(j.Judge, names)
}

// identity judges an update of an identity that connection must name.
func (j *validator) identity() {
	if j.t.Secondary {
		j.ReportAll(rule.SecondaryAttributes, rule.Current, j.pointers(attribute.isProfile), " cannot be updated on a secondary identity")
	}
	if !j.has[attrConnection].present {
		j.ReportAll(rule.SecondaryConnection, rule.Current, j.pointers(attribute.isOfIdentity), " of this identity cannot be updated without connection; send connection too")
		return
	}
	for _, a := range [...]attribute{attrEmail, attrPhoneNumber} {
		if j.has[a].present && !j.has[attrClientID].present && j.Reads(rule.SecondaryConnection, "every") {
			j.Report(rule.SecondaryConnection, a.pointer(), "to update "+a.String()+", send client_id too")
		}
	}
}

// attribute judges one attribute by what the connection declares, and by its kind.
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
	if a == attrEmail && !j.has[a].null && derived.Undeclared(c, a.String()) {
		j.WarnAs(rule.Inferred, rule.EmailConnection, a.pointer(), "the connection declares its attributes, and email is none of them; whether the API takes it is not documented, so leave it out or declare it")
	}
	if a == attrVerifyEmail && j.p.VerifyEmail.Or(false) && (c.Kind == user.Enterprise || c.Kind == user.PasswordlessSMS) {
		j.WarnAs(rule.Inferred, rule.EmailVerification, a.pointer(), "an answer of the API says that e-mail verification is not supported for enterprise users, and SMS users have no e-mail; leave verify_email out")
	}
	if a.isPhone() && derived.Undeclared(c, attrPhoneNumber.String()) {
		j.RefuseAs(rule.Documented, rule.PhoneDatabase, a.pointer(), a.String()+" is refused: the connection declares its attributes, and phone_number is none of them")
		return
	}
	switch {
	case c.Kind == user.KindUnknown:
	case a.isProfile():
		if j.isFirst(a, attribute.isProfile) {
			j.profile()
		}
	case c.Kind == user.CustomDatabase:
		j.customDatabase(a)
	default:
		j.identifier(a)
	}
}

// profile judges the profile attributes on a connection of a known kind.
func (j *validator) profile() {
	c := &j.t.Connection
	switch {
	case derived.Federated(c):
		j.synced()
	case c.Kind == user.CustomDatabase && !j.t.Migrated:
		j.databaseProfile()
	default:
		if c.Kind == user.CustomDatabase && j.Reads(rule.MigratedAttributes, "strict") {
			j.ReportAll(rule.MigratedAttributes, rule.Current, j.pointers(attribute.isProfile), " of a migrated user cannot be updated")
		}
		j.ReportAll(rule.NullProfileAttribute, rule.Current, j.pointers(j.isRemoved), " cannot be removed on this kind of connection")
	}
}

// databaseProfile judges the profile attributes of a custom database's user who has not
// migrated. What the connection syncs is refused for that alone.
func (j *validator) databaseProfile() {
	c := &j.t.Connection
	j.synced()
	free := func(a attribute) bool { return a.isProfile() && !j.isSynced(a) }
	switch {
	case c.ImportMode:
		removed := func(a attribute) bool { return j.isRemoved(a) && !j.isSynced(a) }
		j.ReportAll(rule.NullProfileAttribute, rule.Current, j.pointers(removed), " cannot be removed while the connection imports its users")
	case j.Reads(rule.CustomDatabase, "strict"):
		j.ReportAll(rule.CustomDatabase, rule.Current, j.pointers(free), inDatabase)
	}
}

// isSynced reports whether the connection syncs a profile attribute at each login, so that
// the payload cannot set or remove it.
func (j *validator) isSynced(a attribute) bool {
	return derived.Syncs(&j.t.Connection) && (j.isSet(a) || j.isRemoved(a) && j.follows(a.String()))
}

// isRemoved reports whether a is a profile attribute that is null.
func (j *validator) isRemoved(a attribute) bool { return a.isProfile() && j.has[a].null }

// isSet reports whether a is a profile attribute that is not null.
func (j *validator) isSet(a attribute) bool { return a.isProfile() && !j.has[a].null }

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
		if j.isFirst(a, attribute.isPhone) {
			j.phone()
		}
	}
}

// phone judges phone_number and phone_verified of any user but one whom a custom database
// keeps.
func (j *validator) phone() {
	c := &j.t.Connection
	switch c.Kind {
	case user.PasswordlessSMS:
	case user.Database:
		if _, declares := derived.Attribute(c, attrPhoneNumber.String()); !declares {
			j.ReportAll(rule.PhoneDatabase, rule.Current, j.pointers(attribute.isPhone), ": for SMS users only; flexible identifiers disagree, so describe the connection's attributes in the target")
		}
	default:
		j.ReportAll(rule.PhoneConnection, rule.Current, j.pointers(attribute.isPhone), " cannot be updated on social, enterprise and passwordless e-mail connections")
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

// synced judges the profile attributes on a connection that may set them at each login.
func (j *validator) synced() {
	c := &j.t.Connection
	if !derived.Syncs(c) {
		return
	}
	if set := j.pointers(j.isSet); set != nil {
		connection, remedy := "", "change them at the identity provider, or set the connection's set_user_root_attributes to on_first_login"
		if c.Name != "" {
			connection = " (" + c.Name + ")"
		}
		switch {
		case c.Kind == user.CustomDatabase && c.ImportMode:
			remedy = "change them in the database"
		case c.Kind == user.CustomDatabase:
			remedy = "change them in the database, or set the connection's set_user_root_attributes to on_first_login"
		}
		j.ReportAll(rule.SyncedAttributes, rule.Current, set, " cannot be updated while the connection"+connection+" syncs user profile attributes at each login; "+remedy)
	}
	removed := func(a attribute) bool { return j.isRemoved(a) && j.follows(a.String()) }
	j.ReportAll(rule.SyncedRemoval, rule.Current, j.pointers(removed), " cannot be removed: set by the identity provider at each login")
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

// inDatabase is the end of the message about attributes that an update cannot change.
const inDatabase = " can be changed only in the custom database, not through the API"

// customDatabase judges one attribute of a custom database's user, other than a profile
// attribute.
func (j *validator) customDatabase(a attribute) {
	c := &j.t.Connection
	_, declares := derived.Attribute(c, attrPhoneNumber.String())
	switch {
	case !a.isOfIdentity(): // verify_email and verify_phone_number: judged with the e-mail or phone number
	case !j.t.Migrated && c.ImportMode: // judged by attributes
	case !j.t.Migrated:
		j.changeScript(a)
	case a == attrUsername, a == attrPassword, a.isPhone() && !declares:
		j.Report(rule.MigratedCredentials, a.pointer(), "whether "+a.String()+" of a migrated user can be updated is not documented")
	}
}

// changeScripts are the scripts that change a user in a custom database. The first
// attribute is the one that a connection declares. The second is its flag, or the same
// attribute if it has none. The table is never changed.
var changeScripts = [...]struct {
	attrs    [2]attribute
	kind     user.EffectKind
	evidence rule.Evidence
	message  string
}{
	{[2]attribute{attrEmail, attrEmailVerified}, user.ChangeEmailScript, rule.Documented,
		`this runs the Get User and Change Email scripts of the database; without the second the API answers 400, "change_email script does not exist"`},
	{[2]attribute{attrPassword, attrPassword}, user.ChangePasswordScript, rule.Documented,
		"this runs the Get User and Change Password scripts of the database"},
	{[2]attribute{attrPhoneNumber, attrPhoneVerified}, user.ChangePhoneScript, rule.Observed,
		"this runs the Get User script twice, then the Change Phone Number script of the database"},
	{[2]attribute{attrUsername, attrUsername}, user.ChangeUsernameScript, rule.Inferred,
		"this is taken to run the Get User and Change Username scripts of the database"},
}

// changeScript judges one attribute of a custom database's user who has not migrated,
// with the import mode off: a change script of the database, if any, applies it.
func (j *validator) changeScript(a attribute) {
	for _, x := range changeScripts {
		group := func(b attribute) bool { return b == x.attrs[0] || b == x.attrs[1] }
		if !group(a) || !j.isFirst(a, group) {
			continue
		}
		list := j.pointers(group)
		declared, _ := derived.Attribute(&j.t.Connection, x.attrs[0].String())
		switch {
		case declared != nil: // what the connection declares beats every source
			j.WarnAll(x.evidence, rule.CustomDatabase, list, x.message)
		case a == attrUsername:
			j.ReportAll(rule.CustomDatabase, rule.Lenient, list, inDatabase)
		case j.Refuses(rule.CustomDatabase) && !j.Reads(rule.CustomDatabase, "scripts"):
			j.ReportAll(rule.CustomDatabase, rule.Current, list, inDatabase)
		default:
			j.AcceptAll(rule.CustomDatabase, list, x.message)
		}
	}
}
