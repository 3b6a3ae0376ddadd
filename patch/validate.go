package patch

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Verdict is the judgement of a payload.
type Verdict struct {
	Violations user.Violations // why it is refused
	Warnings   user.Violations // what deserves a look
}

// Valid reports whether the payload is accepted.
func (v Verdict) Valid() bool { return len(v.Violations) == 0 }

// Err returns the violations as an error, or nil where there are none. errors.Is
// finds each rule in it, errors.As each [Violation].
func (v Verdict) Err() error {
	if v.Valid() {
		return nil
	}
	return v.Violations
}

// Validate judges p as a body for the target. It lists everything: violations and
// warnings come in the order of [Rules], those of one rule in the order of the
// schema, unknown members last. Of more than a thousand the last says so.
//
// What it cannot know it does not judge: whether an e-mail is taken, a password
// is strong enough, a script exists. Steps that nobody documents and that depend
// on the user are warnings of [Payload.Apply].
//
// It does not allocate where there is nothing to list and Extra is empty.
func (p Payload) Validate(t Target) Verdict {
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
	if len(j.verdict.Violations) > 0 || len(j.verdict.Warnings) > 0 {
		j.verdict.Violations, j.verdict.Warnings = inOrder(j.verdict.Violations), inOrder(j.verdict.Warnings)
	}
	return j.verdict
}

func place(id RuleID) int {
	return slices.IndexFunc(catalogue, func(r Rule) bool { return r.ID == id })
}

// judge collects what is wrong with one payload.
type judge struct {
	p       Payload
	t       Target
	has     [attributes]member
	verdict Verdict

	violations, warnings bound // of the verdict's lists
}

// report notes that the rule is broken at pointer. The reading that the target
// chooses decides whether that is a violation or a warning.
func (j *judge) report(id RuleID, pointer, message string) {
	r := rule(id)
	v := Violation{Rule: id, Pointer: pointer, Severity: r.Severity, Evidence: r.Evidence, Message: message}
	if r.Severity == user.Error && j.t.reading(id) == lenient {
		v.Severity = user.Warning
	}
	if v.Severity == user.Error {
		j.violations.add(&j.verdict.Violations, v)
	} else {
		j.warnings.add(&j.verdict.Warnings, v)
	}
}

// bound keeps a list from growing without end: metadata can have as many faults
// as names, each with a pointer as long as it is deep.
type bound struct {
	pointers int // bytes
	full     bool
}

// The most entries of a list, and the most bytes of their pointers.
const (
	mostEntries = 1000
	mostBytes   = 1 << 20
)

func (b *bound) add(list *user.Violations, v Violation) {
	if b.full {
		return
	}
	b.pointers += len(v.Pointer)
	if len(*list) == mostEntries || b.pointers > mostBytes {
		b.full = true
		r := rule(RuleMore)
		v = Violation{Rule: RuleMore, Severity: v.Severity, Evidence: r.Evidence, Message: "there is more, which is not listed"}
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
		j.depth(pointer, v)
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

// follows reports whether an attribute that has no field follows the identity
// provider at each login.
func (j *judge) follows(name string) bool {
	c := &j.t.Connection
	switch c.Kind {
	case user.Social, user.Enterprise:
	case user.CustomDatabase:
		if j.t.Migrated {
			return false
		}
	default:
		return false
	}
	return c.RootAttributes.String() == user.OnEachLogin.String() && !slices.Contains(c.NonPersistent, name)
}

// depth judges how deep a member's value is.
func (j *judge) depth(pointer string, v metadata.Value) {
	if !v.Fits(metadata.MaxLevels - 1) {
		j.refuse(RuleType, pointer, "this is nested deeper than the "+strconv.Itoa(metadata.MaxLevels)+" levels that a body can have")
	}
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
		if j.has[a].present && a != connection && a != clientID && !(app && a == appMetadata) && !(own && a == userMetadata) {
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
			j.text(a, m.text)
		}
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
	case j.removes() && (kind == user.Social || kind == user.Enterprise) && j.t.Connection.RootAttributes.String() != user.OnEachLogin.String():
	case j.removes():
		j.report(RuleNothingToUpdate, "", "nothing in this payload is among the attributes that can be updated")
	default:
		j.refuse(RuleNothingToUpdate, "", "nothing in this payload can be updated")
	}
}

// removes reports whether an attribute that the schema does not know is removed.
func (j *judge) removes() bool {
	for name, v := range j.p.Extra.All() {
		if _, known := attributeOf(name); !known && v.IsNull() && !slices.Contains(readOnly, name) {
			return true
		}
	}
	return false
}

// text judges the text of a, which is set; of other types there is nothing to say.
func (j *judge) text(a attribute, s string) {
	least, most := a.limits()
	if n := utf8.RuneCountInString(s); n < least || most > 0 && n > most {
		j.report(RuleLength, a.pointer(), a.String()+" has "+strconv.Itoa(n)+" characters; allowed are "+limitText(least, most))
	}
	if !utf8.ValidString(s) {
		j.report(RuleType, a.pointer(), a.String()+" is not valid UTF-8")
	}
	switch a {
	case email:
		if !isEmail(s) {
			j.report(RuleEmailFormat, a.pointer(), "email is not an e-mail address")
		}
	case name:
		if n := utf8.RuneCountInString(s); n > 150 && n <= 300 {
			j.report(RuleNameLength, a.pointer(), "name has "+strconv.Itoa(n)+" characters, and 150 at most in the profile's page")
		}
	case password:
		if len(s) > 72 {
			j.report(RulePasswordBytes, a.pointer(), "password has more than 72 bytes")
		}
		if strings.ContainsFunc(s, func(r rune) bool { return r < 33 || r > 126 }) {
			j.report(RulePasswordCharacters, a.pointer(), "password has characters other than printable ASCII")
		}
	case username:
		if strings.ContainsFunc(s, func(r rune) bool { return r < 33 || r > 126 }) {
			j.report(RuleUsernameCharacters, a.pointer(), "username has characters other than printable ASCII")
		}
	case phoneNumber:
		if !isPhone(s) {
			j.report(RulePhoneFormat, a.pointer(), "phone_number is not a plus sign and 1 to 15 digits")
		} else if len(s) != 12 {
			j.report(RulePhoneLength, a.pointer(), "phone_number has "+strconv.Itoa(len(s))+" characters, and 12 in the workflow card")
		}
	case picture:
		if !isURI(s) {
			j.report(RulePictureFormat, a.pointer(), "picture is not an absolute http, https or ftp URI")
		}
	}
}

func limitText(least, most int) string {
	if most == 0 {
		return strconv.Itoa(least) + " or more"
	}
	return strconv.Itoa(least) + " to " + strconv.Itoa(most)
}

// isEmail reports whether s is an address as the API's schema and profile page
// have it: a dot-atom, an at sign, and a domain of at least two labels.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 {
		return false
	}
	local, domain := s[:at], s[at+1:]
	for i := range len(local) {
		c := local[i]
		switch {
		case isAlnum(c) || c >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+/=?^_`{|}~-", c) >= 0:
		case c == '.' && i > 0 && i < len(local)-1 && local[i-1] != '.':
		default:
			return false
		}
	}
	label, labels := 0, 0 // the length of the label at hand, how many are complete
	for i := range len(domain) {
		c := domain[i]
		switch {
		case isAlnum(c) || c >= utf8.RuneSelf:
			label++
		case c == '-' && label > 0 && i+1 < len(domain) && domain[i+1] != '.':
			label++
		case c == '.' && label > 0:
			label, labels = 0, labels+1
		default:
			return false
		}
		if label > 63 {
			return false
		}
	}
	return labels > 0 && label > 1
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// isPhone reports whether s matches the schema's pattern ^\+[0-9]{1,15}$.
func isPhone(s string) bool {
	if len(s) < 2 || len(s) > 16 || s[0] != '+' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isURI reports whether s is an absolute URI of the web: http, https or ftp, with
// a host.
func isURI(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f || strings.IndexByte("<>\"\\^`{|}", s[i]) >= 0 {
			return false
		}
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !(strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "ftp")) {
		return false
	}
	for i := range len(rest) { // a percent sign is followed by two hexadecimal digits
		if rest[i] == '%' && (i+2 >= len(rest) || !isHex(rest[i+1]) || !isHex(rest[i+2])) {
			return false
		}
	}
	host := rest
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		for _, c := range []byte(host[i+1:]) {
			if c < '0' || c > '9' {
				return false
			}
		}
		host = host[:i]
	}
	return host != "" && host != "[]"
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// reserved are the names that app_metadata cannot have at its first level.
var reserved = []string{
	"__tenant", "_id", "blocked", "clientID", "created_at", "email", "email_verified", "globalClientID", "global_client_id",
	"identities", "lastIP", "lastLogin", "loginsCount", "metadata", "multifactor", "multifactor_last_modified", "updated_at", "user_id",
}

// metadata judges the names in both metadata and what they do.
func (j *judge) metadata() {
	for _, a := range []attribute{userMetadata, appMetadata} {
		d := *j.p.delta(a)
		j.size(a, d.Object())
		if d.IsWipe() {
			j.report(RuleWipe, a.pointer(), "{} removes everything in "+a.String())
		}
		for name, v := range d.Object().All() {
			if strings.ContainsAny(name, ".$") {
				j.report(RuleMetadataName, metadata.Pointer(a.String(), name), "a name in metadata cannot have a dot or a dollar sign")
			}
			j.depthWithin(a, name, v)
			if a == appMetadata && slices.Contains(reserved, name) {
				j.report(RuleReservedName, metadata.Pointer(a.String(), name), "this name is reserved in app_metadata")
			}
			if a == userMetadata && isAuthorization(name) && !v.IsNull() {
				j.report(RuleAuthorization, metadata.Pointer(a.String(), name), "this looks like authorization, and the user can change user_metadata; it belongs in app_metadata")
			}
			j.nested(v, a.String(), name)
		}
	}
}

// The sizes, in bytes of JSON text, from which metadata is too large and large.
const (
	tooLarge = 16 << 20
	large    = 10 << 10
)

func (j *judge) size(a attribute, o metadata.Object) {
	switch n := o.Size(); {
	case n > tooLarge:
		j.report(RuleMetadataSize, a.pointer(), a.String()+" has more than 16 MB")
	case n > large:
		j.report(RuleLargeMetadata, a.pointer(), a.String()+" has more than 10 KB")
	}
}

// isAuthorization reports whether a name in metadata is one of those that say what
// a user may do.
func isAuthorization(name string) bool {
	if len(name) > 32 {
		return false
	}
	var room [32]byte
	plain := room[:0] // without case, underscores and hyphens
	for _, c := range []byte(name) {
		if c != '_' && c != '-' {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			plain = append(plain, c)
		}
	}
	switch string(plain) {
	case "role", "roles", "group", "groups", "permission", "permissions", "department", "departments", "jobcode", "jobcodes", "scope", "scopes", "isadmin", "admin":
		return true
	}
	return false
}

// exact reports whether JavaScript writes the number as one of the same value.
func exact(n string) bool {
	if len(n) <= 15 && !strings.ContainsAny(n, "eE") {
		return true
	}
	f, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return false
	}
	var room [32]byte
	return jsonscan.Equal(strconv.AppendFloat(room[:0], f, 'g', -1, 64), []byte(n))
}

func (j *judge) number(v metadata.Value, path ...string) {
	if v.Kind() == metadata.Number && !exact(v.String()) {
		j.report(RuleNumber, metadata.Pointer(path...), "JavaScript does not hold this number exactly")
	}
}

// depthWithin judges how deep a member of metadata is.
func (j *judge) depthWithin(a attribute, name string, v metadata.Value) {
	if !v.Fits(metadata.MaxLevels - 2) {
		j.refuse(RuleType, metadata.Pointer(a.String(), name), "this is nested deeper than the "+strconv.Itoa(metadata.MaxLevels)+" levels that a body can have")
	}
}

// nested judges the names and nulls inside v.
func (j *judge) nested(v metadata.Value, path ...string) {
	if k := v.Kind(); k != metadata.JSONObject && k != metadata.Array {
		j.number(v, path...)
		return
	}
	if plain(v.String()) {
		return
	}
	for path, v := range metadata.Walk(v, path...) {
		if j.violations.full && j.warnings.full {
			return
		}
		if v.InObject && strings.ContainsAny(path[len(path)-1], ".$") && !j.violations.full {
			j.report(RuleNestedMetadataName, metadata.Pointer(path...), "a name in metadata cannot have a dot or a dollar sign")
		}
		if j.warnings.full {
			continue
		}
		j.number(v.Value, path...)
		if v.IsNull() {
			j.report(RuleNestedNull, metadata.Pointer(path...), "nobody documents what a null below the first level does")
		}
	}
}

// plain reports whether in the JSON text of a value no name may have a dot or a
// dollar sign, no value is null and no number inexact. It does not allocate.
func plain(text string) bool {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			end, escaped := jsonscan.String([]byte(text), i)
			s := text[i:end]
			i = jsonscan.Space([]byte(text), end)
			isName := i < len(text) && text[i] == ':'
			if isName && (escaped || strings.ContainsAny(s, ".$")) { // an escape may hide one
				return false
			}
		case c == 'n':
			return false
		case c == '-' || '0' <= c && c <= '9':
			end := jsonscan.Number([]byte(text), i)
			if !exact(text[i:end]) {
				return false
			}
			i = end
		default: // punctuation, white space, the letters of true and false
			i++
		}
	}
	return true
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
	if j.t.Secondary {
		for a := range attributes {
			switch {
			case !j.has[a].present:
			case a.isOneOfTheFive():
				j.report(RuleSecondaryFive, a.pointer(), a.String()+" cannot be updated on a secondary identity")
			case a.isOfIdentity() && !j.has[connection].present:
				j.report(RuleSecondary, a.pointer(), a.String()+" of a secondary identity needs connection")
			}
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
	if c.Kind == user.CustomDatabase {
		j.customDatabase(a)
		return
	}
	if c.Kind == user.KindUnknown {
		if a == username && !c.RequiresUsername.Or(true) {
			j.report(RuleUsername, a.pointer(), "the connection has no usernames")
		}
		return
	}
	federated := c.Kind == user.Social || c.Kind == user.Enterprise
	switch {
	case a.isOneOfTheFive() && federated:
		if c.RootAttributes.String() == user.OnEachLogin.String() {
			j.report(RuleSynced, a.pointer(), a.String()+" follows the identity provider at each login")
		}
	case a.isOneOfTheFive():
		if j.has[a].null {
			j.report(RuleNullOfTheFive, a.pointer(), a.String()+" cannot be removed on this kind of connection")
		}
	case a == email:
		if federated || c.Kind == user.PasswordlessSMS {
			j.report(RuleEmailConnection, a.pointer(), "email cannot be updated on this kind of connection")
		}
	case a == emailVerified:
		if c.Kind == user.Enterprise || c.Kind == user.PasswordlessSMS {
			j.report(RuleEmailVerification, a.pointer(), "email_verified cannot be updated on this kind of connection")
		}
		if c.Kind == user.Social {
			j.report(RuleVerifiedFollows, a.pointer(), "the identity provider may overwrite email_verified")
		}
	case a == username:
		if c.Kind != user.Database || !c.RequiresUsername.Or(true) {
			j.report(RuleUsername, a.pointer(), "the connection has no usernames")
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

// refuse reports a violation that no reading turns into a warning.
func (j *judge) refuse(id RuleID, pointer, message string) {
	j.violations.add(&j.verdict.Violations, Violation{Rule: id, Pointer: pointer, Severity: user.Error, Evidence: rule(id).Evidence, Message: message})
}

// customDatabase judges one attribute of a custom database's user.
func (j *judge) customDatabase(a attribute) {
	c := &j.t.Connection
	switch {
	case !j.t.Migrated:
		j.report(RuleCustomDatabase, a.pointer(), a.String()+" is changed in the database")
		if a.isOneOfTheFive() && c.RootAttributes.String() == user.OnEachLogin.String() {
			j.report(RuleSynced, a.pointer(), a.String()+" follows the database at each login")
		}
	case a.isOneOfTheFive():
		j.report(RuleMigrated, a.pointer(), a.String()+" of a migrated user cannot be updated")
		if j.has[a].null {
			j.report(RuleNullOfTheFive, a.pointer(), a.String()+" cannot be removed on this kind of connection")
		}
	case a == username && !c.RequiresUsername.Or(true):
		j.report(RuleUsername, a.pointer(), "the connection has no usernames")
	case a == username || a == password || a == phoneNumber || a == phoneVerified:
		j.report(RuleMigratedLogin, a.pointer(), "nobody documents whether "+a.String()+" of a migrated user can be updated")
	}
}
