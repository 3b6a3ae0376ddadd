package lifecycle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// part is an object inside a row that is judged by a rule of its own.
type part struct {
	*operation
	rule rule.ID
	path []string // of the object
	metadata.Object
}

// fail reports the object.
func (p part) fail(message string) { p.ReportPath(p.rule, message, p.path...) }

// failAt reports a member of the object.
func (p part) failAt(name, message string) {
	p.ReportPath(p.rule, message, append(slices.Clone(p.path), name)...)
}

// only reports the members of other names.
func (p part) only(names ...string) {
	for name := range p.All() {
		if !slices.Contains(names, name) {
			p.failAt(name, "the schema has no such member; leave it out")
		}
	}
}

// get returns the member of that name, and reports whether it is there. It reports one
// that is required and absent.
func (p part) get(name string, required bool) (metadata.Value, bool) {
	v, ok := p.Get(name)
	if !ok && required {
		p.fail(name + " is required")
	}
	return v, ok
}

// text returns the text of a member, one of those allowed if there are any.
func (p part) text(name string, required bool, allowed ...string) string {
	v, ok := p.get(name, required)
	s, is := v.Str()
	switch {
	case !ok:
	case !is:
		p.failAt(name, name+" must be a string")
	case len(allowed) > 0 && !slices.Contains(allowed, s):
		p.failAt(name, name+" must be one of "+strings.Join(allowed, ", "))
	}
	return s
}

// object returns a member that is an object.
func (p part) object(name string, required bool) (part, bool) {
	v, ok := p.get(name, required)
	o, is := v.Object()
	if ok && !is {
		p.failAt(name, name+" must be an object")
	}
	return part{p.operation, p.rule, append(slices.Clone(p.path), name), o}, is
}

// number judges a member that is a whole number above zero.
func (p part) number(name string, required bool) int64 {
	v, ok := p.get(name, required)
	n, is := v.Int64()
	if ok && (!is || n < 1) {
		p.failAt(name, name+" must be a whole number greater than zero")
	}
	return n
}

// algorithm is a supported hash algorithm.
type algorithm struct {
	name   string
	binary bool     // the hash is in hex or base64, otherwise in utf8
	noSalt bool     // the hash has the salt in it, if any
	starts []string // how the hash begins, where that is given
}

// algorithms lists the supported algorithms. It is never changed.
var algorithms = []algorithm{
	{name: "argon2", noSalt: true, starts: []string{"$argon2"}},
	{name: "bcrypt", starts: []string{"$2a$", "$2b$", "$2y$"}},
	{name: "hmac", binary: true},
	{name: "ldap", noSalt: true, starts: []string{"{md5}", "{smd5}", "{sha", "{ssha"}},
	{name: "md4", binary: true},
	{name: "md5", binary: true},
	{name: "sha1", binary: true},
	{name: "sha256", binary: true},
	{name: "sha512", binary: true},
	{name: "pbkdf2", noSalt: true, starts: []string{"$pbkdf2-"}},
	{name: "scrypt", binary: true},
}

var (
	encodings = []string{"base64", "hex", "utf8"}
	digests   = []string{"md4", "md5", "ripemd160", "sha1", "sha224", "sha256", "sha384", "sha512", "whirlpool"}
	passwords = []string{"ascii", "utf8", "utf16le", "ucs2", "latin1", "binary"} // encodings of passwords
)

// passwordHash judges custom_password_hash.
//
// Source: Bulk User Import Database Schema and Examples.
func (o *operation) passwordHash(h metadata.Object) {
	if h.IsZero() {
		return
	}
	p := part{o, rule.ImportHash, []string{"custom_password_hash"}, h}
	p.only("algorithm", "hash", "salt", "password", "keylen", "cost", "blockSize", "parallelization")
	names := make([]string, len(algorithms))
	for i, a := range algorithms {
		names[i] = a.name
	}
	name := p.text("algorithm", true, names...)
	at := slices.Index(names, name)
	if hash, ok := p.object("hash", true); ok {
		hash.hash(at)
	}
	if salt, ok := p.object("salt", false); ok {
		salt.text("value", true)
		salt.text("encoding", false, encodings...)
		salt.text("position", false, "prefix", "suffix")
		if at >= 0 && algorithms[at].noSalt {
			p.failAt("salt", name+" takes no salt; leave it out")
		}
	}
	if password, ok := p.object("password", false); ok {
		password.text("encoding", false, passwords...)
	}
	p.number("keylen", name == "scrypt")
	if n := p.number("cost", false); n == 1 || n > 1 && n&(n-1) != 0 {
		p.failAt("cost", "cost must be a power of two greater than one")
	}
	p.number("blockSize", false)
	p.number("parallelization", false)
}

// hash judges the hash of the algorithm at the index, which is negative if the
// algorithm is not known.
func (p part) hash(at int) {
	value := p.text("value", true)
	var a algorithm
	allowed := encodings
	if at >= 0 {
		a = algorithms[at]
		if allowed = []string{"utf8"}; a.binary {
			allowed = []string{"hex", "base64"}
		}
	}
	p.text("encoding", a.binary, allowed...)
	if _, ok := p.Get("salt"); ok && a.noSalt {
		p.failAt("salt", a.name+" takes no salt; leave it out")
	}
	p.text("digest", a.name == "hmac", digests...)
	if key, ok := p.object("key", a.name == "hmac"); ok {
		key.text("value", true)
		key.text("encoding", false, encodings...)
	}
	v, _ := p.Get("value")
	begins := func(start string) bool { return strings.HasPrefix(strings.ToLower(value), start) }
	if _, ok := v.Str(); ok && a.starts != nil && !slices.ContainsFunc(a.starts, begins) {
		p.failAt("value", "the value of a hash by "+a.name+" must begin with "+strings.Join(a.starts, " or "))
	}
}

// factors judges mfa_factors.
//
// Source: Bulk User Import Database Schema and Examples.
func (o *operation) factors(list []metadata.Object) {
	all := part{o, rule.ImportFactors, []string{"mfa_factors"}, metadata.Object{}}
	if n := len(list); list != nil && n < 1 || n > limit.Factors {
		all.fail("mfa_factors has " + strconv.Itoa(n) + " factors; allowed: 1 to " + strconv.Itoa(limit.Factors))
	}
	for i, f := range list {
		if o.FullOf(rule.ImportFactors) {
			return
		}
		part{o, rule.ImportFactors, []string{"mfa_factors", strconv.Itoa(i)}, f}.factor()
	}
}

// factor judges one factor.
func (p part) factor() {
	p.only("totp", "phone", "email")
	n := 0
	for _, x := range [...]struct{ name, member, attribute string }{
		{"totp", "secret", ""}, {"phone", "value", "phone_number"}, {"email", "value", "email"},
	} {
		if _, ok := p.Get(x.name); ok {
			n++
		}
		f, ok := p.object(x.name, false)
		if !ok {
			continue
		}
		f.only(x.member)
		s := f.text(x.member, true)
		if v, _ := f.Get(x.member); v.Kind() != metadata.KindString {
			continue
		}
		switch {
		case x.attribute != "":
			check.Text(x.attribute, s, func(id rule.ID, message string) {
				if id == rule.EmailFormat || id == rule.PhoneFormat {
					f.failAt(x.member, strings.Replace(message, x.attribute, x.member, 1))
				}
			})
		case s == "" || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "":
			f.failAt(x.member, "secret must be Base32 in upper case, without padding")
		}
	}
	if n != 1 {
		p.fail("a factor must have exactly one of totp, phone and email")
	}
}
