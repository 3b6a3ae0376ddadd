package lifecycle

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Validate judges c as a body for POST /api/v2/users. It lists every violation and
// warning in the order of [rule.All], those of one rule in the order of the schema,
// unknown members last. At most 1,000 of each are listed; then the last is
// [rule.More]. The rules, in order:
//
//  1. Each attribute has the type of the schema, none is null, no member is unknown,
//     and connection is there.
//  2. Each text has its length and form, each metadata object names and a size that
//     are allowed.
//  3. The connection is enabled, and of a kind that takes creations.
//  4. The kind decides which attributes are allowed and which are required.
//
// Only the API knows whether the connection exists, the e-mail is taken or the
// password is strong enough; [rule.Match] recognises its answers. [Creation.Create]
// judges the size of the profile, of which Validate sees only the metadata.
//
// Sources: Auth0 Management API, CreateUserRequestContent (1, 2) and responses (3);
// the workflow card Create User (4).
func (c Creation) Validate(t user.Target) rule.Verdict {
	c = c.placed()
	o := begin(&t)
	o.judgeKind()
	o.needs = []string{"connection"}
	table := c.attributes()
	o.members(table[:], c.Extra)
	o.required(table[:], "email", "phone_number", "username")
	if c.Connection.IsZero() {
		o.Report(rule.ConnectionRequired, "", "connection is required; name the connection to create the user in")
	}
	o.connection(&c)
	o.allowed(&c)
	return o.Verdict()
}

// members judges each member of a payload by itself.
func (o *operation) members(table []attrs.Attr, extra metadata.Object) {
	for _, a := range table {
		switch f := a.Field.(type) {
		case *user.Field[string]:
			if s, ok := f.Get(); ok {
				o.text(a.Name, s)
			}
			o.typed(a.Name, f.IsNull(), f.IsMistyped(), "a string")
		case *user.Field[user.Secret]:
			if s, ok := f.Get(); ok {
				o.text(a.Name, s.Reveal())
			}
			o.typed(a.Name, f.IsNull(), f.IsMistyped(), "a string")
		case *user.Field[bool]:
			o.typed(a.Name, f.IsNull(), f.IsMistyped(), "true or false")
		case attrs.Object:
			v, has := extra.Get(a.Name)
			o.typed(a.Name, v.IsNull(), has, "an object")
			o.metadata(a.Name, *f.At)
		case attrs.List:
			v, has := extra.Get(a.Name)
			o.typed(a.Name, v.IsNull(), has, "a list of objects")
		}
	}
	var unknown []string
	for name := range extra.All() {
		switch {
		case attrs.Find(table, name) != nil:
		case name == "password": // of an import
			o.Report(rule.UnknownMember, "/password", "an import takes no password; send password_hash or custom_password_hash")
		default:
			unknown = append(unknown, name)
		}
	}
	check.Unknown(unknown, namesOf(table), "store it in user_metadata or app_metadata", func(pointers []string, advice string) {
		o.ReportAll(rule.UnknownMember, rule.Current, pointers, ": "+advice)
	})
}

// namesOf returns the names of the attributes in a table.
func namesOf(table []attrs.Attr) []string {
	list := make([]string, len(table))
	for i, a := range table {
		list[i] = a.Name
	}
	return list
}

// typed judges the type of a member.
func (o *operation) typed(name string, null, mistyped bool, want string) {
	switch {
	case null:
		advice := "leave it out"
		if slices.Contains(o.needs, name) {
			advice = "it is required, so give it a value"
		}
		o.Report(rule.CreationNull, metadata.Pointer(name), name+" cannot be null; "+advice)
	case mistyped:
		o.Report(rule.Type, metadata.Pointer(name), name+" must be "+want)
	}
}

// text judges the text of an attribute.
func (o *operation) text(name, s string) {
	check.Text(name, s, func(id rule.ID, message string) {
		if id == rule.Length && o.unstated && name != "password" && name != "connection" && name != "username" {
			id = rule.UnstatedLength
			has, allowed, _ := strings.Cut(message, "; allowed: ")
			message = has + "; the schema states no length here, so this is taken to be accepted, but a creation allows " + allowed
		}
		o.Report(id, metadata.Pointer(name), message)
	})
	if on := &o.target.Connection; name == "username" {
		derived.JudgeUsername(&o.Judge, on, on.ImportMode, s)
	}
}

// required judges whether a new user has those of the named attributes that the connection
// requires on the user profile.
func (o *operation) required(table []attrs.Attr, names ...string) {
	for _, name := range names {
		if derived.Requires(&o.target.Connection, name) && attrs.Find(table, name).IsZero() {
			o.Report(rule.RequiredAttribute, "", name+" is missing: the connection requires it on the user profile")
		}
	}
}

// metadata judges a metadata object.
func (o *operation) metadata(name string, m metadata.Object) {
	check.Metadata(m, name, rule.CreationNestedNull, func(id rule.ID, message string, path ...string) bool {
		return o.known && isOfMetadata(id) || o.ReportPath(id, message, path...)
	})
	for member, v := range m.All() {
		if v.IsNull() {
			o.ReportPath(rule.NullInNewMetadata, "the effect of a null in new metadata is not documented; leave the member out", name, member)
		}
	}
}

// connection judges whether users can be created in the connection.
func (o *operation) connection(c *Creation) {
	on := &o.target.Connection
	if name, ok := c.Connection.Get(); ok && on.Name != "" && name != on.Name {
		o.Report(rule.CreationOtherConnection, "/connection", "the creation names another connection than the target, which it is judged by; describe the connection that it names")
	}
	if on.Disabled {
		o.Report(rule.CreationDisabled, "/connection", answer(rule.CreationDisabled))
	}
	if derived.Federated(on) {
		o.Report(rule.CreationConnection, "/connection", answer(rule.CreationConnection))
	}
}

// answer returns the API's message where a creation breaks the rule.
func answer(id rule.ID) string {
	_, message, _ := rule.AnswerTo(rule.EndpointCreate, id)
	return message
}

// allowed judges which attributes the kind of connection allows and requires.
func (o *operation) allowed(c *Creation) {
	on := &o.target.Connection
	switch on.Kind {
	case user.Social, user.Enterprise:
		return
	case user.Database, user.CustomDatabase:
		o.database(c)
	case user.KindUnknown:
		table := c.attributes()
		o.notJudged(table[:], "email", "phone_number", "phone_verified", "password", "username")
		_, declares := derived.Attribute(on, "phone_number")
		switch {
		case declares:
			o.databasePhone(c)
		case !c.PhoneNumber.IsZero() && (!c.Email.IsZero() || !c.Username.IsZero() || !c.Password.IsZero()):
			o.Report(rule.PhoneDatabase, "/phone_number", "SMS users have only a phone number, and sources disagree whether database users can have one; leave it out, or describe the connection's attributes in the target")
		}
	case user.PasswordlessEmail:
		if c.Email.IsZero() {
			o.Report(rule.IdentifierRequired, "", "a passwordless e-mail user needs email")
		}
		o.ReportAll(rule.CreationPhone, rule.Current, phone(c.PhoneNumber, c.PhoneVerified), " cannot be set on a passwordless e-mail connection")
	case user.PasswordlessSMS:
		if c.PhoneNumber.IsZero() {
			o.Report(rule.IdentifierRequired, "", "an SMS user needs phone_number")
		}
		if !c.Email.IsZero() {
			o.Report(rule.CreationEmail, "/email", "email cannot be set on a passwordless SMS connection; leave it out")
		}
	}
	other := on.Kind != user.KindUnknown && on.Kind != user.Database && on.Kind != user.CustomDatabase
	if has, known := derived.HasUsernames(on); !c.Username.IsZero() && known && !has {
		message := answer(rule.CreationUsername)
		if derived.Undeclared(on, "username") {
			message = "the connection declares its attributes, and username is none of them; leave it out"
		}
		o.Report(rule.CreationUsername, "/username", message)
	}
	o.undeclaredEmail(!c.Email.IsZero())
	if !c.Password.IsZero() && other {
		o.Report(rule.CreationPassword, "/password", "password can be set on a database connection only; leave it out")
	}
}

// database judges the attributes of a database user.
func (o *operation) database(c *Creation) {
	if c.Email.IsZero() && c.Username.IsZero() && c.PhoneNumber.IsZero() {
		o.Report(rule.IdentifierRequired, "", "a database user needs email, username or phone_number")
	}
	o.databasePhone(c)
	if c.Password.IsZero() {
		o.Report(rule.PasswordMissing, "", "a database user needs a password, unless the connection supports users without a password; send password")
	}
	on := &o.target.Connection
	if declared, _ := derived.Attribute(on, "username"); declared == nil && on.RequiresUsername.Or(false) && c.Username.IsZero() {
		o.Report(rule.UsernameMissing, "", "the connection requires a username; send username")
	}
}

// databasePhone judges phone_number and phone_verified of a database user.
func (o *operation) databasePhone(c *Creation) {
	declared, declares := derived.Attribute(&o.target.Connection, "phone_number")
	switch {
	case !declares:
		o.ReportAll(rule.PhoneDatabase, rule.Current, phone(c.PhoneNumber, c.PhoneVerified), ": for SMS users only; leave it out, or describe the connection's attributes in the target")
	case declared == nil:
		o.undeclaredPhone(phone(c.PhoneNumber, c.PhoneVerified))
	}
}

// undeclaredEmail warns of an e-mail, if the body has one, on a connection that declares
// its attributes without email.
func (o *operation) undeclaredEmail(has bool) {
	if has && derived.Undeclared(&o.target.Connection, "email") {
		o.WarnAs(rule.Inferred, rule.CreationEmail, "/email", "the connection declares its attributes, and email is none of them; whether the API takes it is not documented, so leave it out or declare it")
	}
}

// undeclaredPhone refuses phone_number and phone_verified, at the pointers, on a
// connection that declares its attributes without phone_number.
func (o *operation) undeclaredPhone(pointers []string) {
	for _, p := range pointers {
		o.RefuseAs(rule.Documented, rule.PhoneDatabase, p, p[1:]+" is refused: the connection declares its attributes, and phone_number is none of them")
	}
}

// notJudged warns of the attributes of those names that the kind of connection, which
// is unknown, decides on.
func (o *operation) notJudged(table []attrs.Attr, names ...string) {
	derived.NotJudged(&o.Judge, slices.DeleteFunc(names, func(name string) bool { return attrs.Find(table, name).IsZero() }))
}

// phone returns the pointers of phone_number and phone_verified where they are present.
func phone(number user.Field[string], verified user.Field[bool]) (pointers []string) {
	if !number.IsZero() {
		pointers = append(pointers, "/phone_number")
	}
	if !verified.IsZero() {
		pointers = append(pointers, "/phone_verified")
	}
	return pointers
}
