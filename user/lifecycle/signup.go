package lifecycle

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// signUpMembers are the members of a sign-up that a creation has too; client_id and
// organization are the others. It is never changed.
var signUpMembers = []string{
	"email", "phone_number", "user_metadata", "given_name", "family_name", "name", "nickname", "picture", "connection", "password", "username",
}

// SignUp judges c as the body of POST /dbconnections/signup, which [ParseCreation]
// reads too: client_id and organization are in its Extra. The rules, in order:
//
//  1. connection and password are required. Each attribute has its type and form, and
//     none is null. Members that the reference does not list are a warning, as are
//     lengths that a creation could not have: the reference states none.
//  2. user_metadata has at most ten members. Each name has at most 100 characters,
//     each value is a string of at most 500; an older page excludes 100 and 500.
//  3. The connection is a database. Its kind decides which attributes are allowed and
//     required, as in a creation, but no identifier is required unless the connection
//     declares it so: none at all is a warning.
//  4. The profile that the sign-up makes, without user_id, is not larger than the
//     allowance ([rule.ProfileAllowance]).
//
// The zero Creation is refused. At most 1,000 violations are listed; then the last is
// [rule.More].
//
// Sources: Authentication API, Create a new user (1 to 3); Custom Signup (2).
func SignUp(c Creation, t user.Target) rule.Verdict {
	c = c.placed()
	o := begin(&t)
	o.judgeKind()
	o.unstated, o.needs = true, []string{"connection", "password"}
	var unknown []string
	var clientID, organization user.Field[string]
	table := []attrs.Attr{{Name: "client_id", Field: &clientID}, {Name: "organization", Field: &organization}}
	for _, a := range c.attributes() {
		if slices.Contains(signUpMembers, a.Name) {
			table = append(table, a)
		} else if !a.Field.IsZero() {
			unknown = append(unknown, a.Name)
		}
	}
	known := c.Extra.Select(func(name string, v metadata.Value) bool {
		f := attrs.Find(table, name)
		if f == nil {
			unknown = append(unknown, name)
		}
		return f != nil && (name == "user_metadata" || !f.Assign(v)) // metadata that is not an object
	})
	check.Unknown(unknown, namesOf(table), "its effect in a sign-up is not documented; leave it out", func(pointers []string, advice string) {
		o.WarnAll(rule.Inferred, rule.SignUpMember, pointers, advice)
	})
	o.members(table, known)
	for _, required := range []struct {
		name  string
		field attrs.Field
	}{{"connection", &c.Connection}, {"password", &c.Password}} {
		if required.field.IsZero() {
			o.Report(rule.SignUpRequired, "", required.name+" is required")
		}
	}
	o.signUpMetadata(c.UserMetadata)
	o.signUpConnection(&c)
	if !o.Valid() {
		return o.Verdict()
	}
	o.signUpSize(c)
	v := o.Verdict()
	v.Warnings = slices.DeleteFunc(v.Warnings, func(w rule.Violation) bool { return w.Rule == rule.LargeMetadata }) // see signUpSize
	return v
}

// signUpSize judges the size of the profile that the sign-up makes. Members that the
// reference does not list do not count.
func (o *operation) signUpSize(c Creation) {
	made := begin(o.target) // its warnings are those of a creation
	c.AppMetadata = metadata.Object{}
	p := made.create(&c, "")
	derived.JudgeSize(&o.Judge, &user.Profile{}, &p)
}

// signUpConnection judges whether users can sign up on the connection, and which
// attributes it allows and requires.
func (o *operation) signUpConnection(c *Creation) {
	on := &o.target.Connection
	if name, ok := c.Connection.Get(); ok && on.Name != "" && name != on.Name {
		o.Report(rule.CreationOtherConnection, "/connection", "the sign-up names another connection than the target, which it is judged by; describe the connection that it names")
	}
	if on.Disabled {
		o.Report(rule.CreationDisabled, "/connection", answer(rule.CreationDisabled))
	}
	switch on.Kind {
	case user.KindUnknown, user.Database, user.CustomDatabase:
	default:
		o.Report(rule.SignUpConnection, "/connection", "users can sign up on a database connection only; name a database")
		return
	}
	table := c.attributes()
	for _, name := range []string{"email", "phone_number", "username"} {
		if a, _ := derived.Attribute(on, name); a != nil && a.SignUp.Or("") == "required" && attrs.Find(table[:], name).IsZero() {
			o.Report(rule.RequiredAttribute, "", name+" is missing: the connection requires it at sign-up")
		}
	}
	judged := *c // without what is reported here and above
	if on.Kind != user.KindUnknown && c.Email.IsZero() && c.PhoneNumber.IsZero() && c.Username.IsZero() {
		o.WarnAs(rule.Inferred, rule.IdentifierRequired, "", "the sign-up has no email, username or phone_number; the connection decides which it requires, so describe the connection's attributes in the target")
		judged.Email = user.Set("")
	}
	if c.Password.IsZero() {
		judged.Password = user.Set(user.Secret{})
	}
	o.allowed(&judged)
}

// signUpMetadata judges the user_metadata of a sign-up.
func (o *operation) signUpMetadata(m metadata.Object) {
	if n := m.Len(); n > limit.SignUpFields {
		o.Report(rule.SignUpFields, "/user_metadata", "user_metadata has "+strconv.Itoa(n)+" members; a sign-up takes at most "+strconv.Itoa(limit.SignUpFields))
	}
	characters := func(id rule.ID, what, pointer string, n, most int) {
		switch message := what + " has " + strconv.Itoa(n) + " characters; "; {
		case n == most:
			o.Report(id, pointer, message+"shorten it")
		case n > most:
			o.RefuseAs(rule.Documented, id, pointer, message+"a sign-up takes at most "+strconv.Itoa(most))
		}
	}
	for name, v := range m.All() {
		if o.FullOf(rule.SignUpText) {
			break
		}
		pointer := metadata.Pointer("user_metadata", name)
		characters(rule.SignUpName, "the name", pointer, utf8.RuneCountInString(name), limit.SignUpName)
		if s, ok := v.Str(); ok {
			characters(rule.SignUpLength, "the string", pointer, utf8.RuneCountInString(s), limit.SignUpText)
		} else {
			o.Report(rule.SignUpText, pointer, "the value must be a string")
		}
	}
}
