package identities

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Request is the body of POST /api/v2/users/{id}/identities. It has one of two forms:
// the identity of the secondary, or an ID token of the secondary. The zero Request
// has neither, and no JSON text. A Request is immutable.
//
// Source: Auth0 Management API, LinkUserIdentityRequestContent.
type Request struct {
	provider     string
	userID       metadata.Value // a text or a whole number; absent in the form with a token
	connectionID string         // empty: not sent
	linkWith     user.Secret
}

// ByIdentity returns the request that names an identity of the secondary by its
// provider and the id at the provider. Sources disagree on whether the API
// accepts an id with its prefix; see [rule.LinkPrefixedID].
func ByIdentity(provider string, id user.ID) Request {
	v, err := metadata.ValueOf(string(id))
	if err != nil { // not valid UTF-8; Validate refuses what is empty
		v, _ = metadata.ValueOf("")
	}
	return Request{provider: provider, userID: v}
}

// On returns r with the id of the connection, for a tenant with several databases. A
// request with a token does not change.
func (r Request) On(connectionID string) Request {
	if !r.userID.IsZero() {
		r.connectionID = connectionID
	}
	return r
}

// ByToken returns the request with an ID token of the secondary.
func ByToken(token string) Request { return Request{linkWith: user.NewSecret(token)} }

// RequestFor returns the request that links the user u by its primary identity. It
// does not use the user_id of u, which is opaque. The error is a [rule.Violations] if
// u has no such identity.
func RequestFor(u user.Profile) (Request, error) {
	main, ok := Primary(u)
	provider, has := main.Provider.Get()
	id := main.UserID.Value()
	if !ok || !has || main.UserID.IsMistyped() || id.IsZero() || id.IsNull() {
		return Request{}, rule.Violations{judge.Violation(rule.NoIdentity, "/identities", "the user shows no identity that a request could name; read it with its identities")}
	}
	return Request{provider: provider, userID: id}, nil
}

// ParseRequest returns the request whose JSON text is given. It copies the text.
//
// The error is a [metadata.Errors] if the text is not a JSON object. Otherwise it is
// a [rule.Violations] that lists why the text has neither form: members of both
// forms, or members that are missing, unknown or of the wrong type.
func ParseRequest(text []byte) (Request, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Request{}, err
	}
	f := form{o: o}
	_, f.token = o.Get("link_with")
	for name, v := range o.All() {
		f.member(name, v)
	}
	if !f.token {
		for _, name := range [...]string{"provider", "user_id"} {
			if _, ok := o.Get(name); !ok {
				f.fault(name, "without link_with the request needs "+name)
			}
		}
	}
	if !f.Valid() {
		return Request{}, f.Unsorted().Violations
	}
	return f.r, nil
}

// form reads a request.
type form struct {
	judge.Judge
	o     metadata.Object
	token bool // the request has the form with a token
	r     Request
}

func (f *form) fault(name, message string) {
	f.Report(rule.LinkRequest, metadata.Pointer(name), message)
}

// member reads one member.
func (f *form) member(name string, v metadata.Value) {
	switch name {
	case "provider", "user_id", "connection_id":
		if f.token {
			f.fault(name, name+" cannot be sent together with link_with")
			return
		}
	}
	switch name {
	case "link_with":
		f.r.linkWith = user.NewSecret(f.text(name, v))
	case "provider":
		f.r.provider = f.text(name, v)
	case "connection_id":
		f.r.connectionID = f.text(name, v)
	case "user_id":
		f.r.userID = v
		if s, isText := v.Str(); !isText && !isWhole(v) || isText && s == "" {
			f.fault(name, "user_id must be a text that is not empty, or a whole number")
		}
	default:
		f.fault(name, "the request has no member of this name")
	}
}

// text returns the text in v.
func (f *form) text(name string, v metadata.Value) string {
	s, ok := v.Str()
	if !ok || s == "" {
		f.fault(name, name+" must be a text that is not empty")
	}
	return s
}

// isWhole reports whether v is a whole number: digits, or a number that an int64
// holds.
func isWhole(v metadata.Value) bool {
	n, ok := v.Number()
	if !ok {
		return false
	}
	if _, ok := v.Int64(); ok {
		return true
	}
	return !strings.ContainsAny(n.String(), ".eE")
}

// IsZero reports whether r is the zero Request.
func (r Request) IsZero() bool { return r.linkWith.Reveal() == "" && r.userID.IsZero() }

// Token returns the token, and reports whether r has one.
func (r Request) Token() (token user.Secret, ok bool) {
	return r.linkWith, r.linkWith.Reveal() != ""
}

// Identity returns the provider and the id, a number as its digits, and reports
// whether r names an identity.
func (r Request) Identity() (provider string, id user.ID, ok bool) {
	if r.userID.IsZero() {
		return "", "", false
	}
	return r.provider, user.FieldOf[user.ID](r.userID).Or(""), true
}

// Equal reports whether r and s are the same request.
func (r Request) Equal(s Request) bool {
	return r.provider == s.provider && r.connectionID == s.connectionID && r.linkWith.Equal(s.linkWith) && r.userID.Equal(s.userID)
}

// MarshalJSON returns the body to send. For the zero Request it returns a
// [rule.Violations].
func (r Request) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, rule.Violations{judge.Violation(rule.LinkRequest, "", "the request is empty")}
	}
	return r.appendJSON(nil), nil
}

func (r Request) appendJSON(dst []byte) []byte {
	if token, ok := r.Token(); ok {
		return append(user.Set(token).AppendJSON(append(dst, `{"link_with":`...)), '}')
	}
	dst = user.Set(r.provider).AppendJSON(append(dst, `{"provider":`...))
	dst = append(append(dst, `,"user_id":`...), r.userID.String()...)
	if r.connectionID != "" {
		dst = user.Set(r.connectionID).AppendJSON(append(dst, `,"connection_id":`...))
	}
	return append(dst, '}')
}

// UnmarshalJSON sets r to the request in text, as [ParseRequest] does.
func (r *Request) UnmarshalJSON(text []byte) error {
	return attrs.Unmarshal(r, text, ParseRequest)
}

// Caller describes the token with which a request is sent. For the zero Caller only
// the request itself is judged.
type Caller struct {
	Scopes  []string // nil: not judged
	User    user.ID  // the id in the path of the request
	Subject user.ID  // the token's sub, where it is a user's
	Issuer  string   // the token's iss
	Party   string   // the token's azp
}

// isConnectionID reports whether s matches the schema's pattern
// ^con_[A-Za-z0-9]{16}$.
func isConnectionID(s string) bool {
	rest, ok := strings.CutPrefix(s, "con_")
	return ok && len(rest) == 16 && !strings.ContainsFunc(rest, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// Validate judges the request. It lists every violation in the order of the
// catalogue. The rules, in order:
//
//  1. The caller's token has a scope, update:users or update:current_user_identities.
//     With the second alone it can only link to its own user.
//  2. A request with an identity has a provider that the API knows, a user_id, and a
//     connection_id of the right form, if any. A user_id that begins with the provider
//     is a warning.
//  3. A request with a token has a JSON Web Token signed with RS256, from the
//     caller's issuer, for the application in the caller's azp, with a sub. Its
//     signature and its times are not judged.
//
// The messages are the API's if they are known. Only the API knows whether the
// connection is configured and whether the identity exists or is linked; [rule.Match]
// recognises its answers.
//
// Source: Auth0 Management API, POST /api/v2/users/{id}/identities, and its
// responses.
func (r Request) Validate(c Caller) rule.Verdict {
	var j judge.Judge
	report := func(id rule.ID, pointer string) {
		_, message, _ := rule.AnswerTo(rule.EndpointLink, id)
		j.Report(id, pointer, message)
	}
	if r.IsZero() {
		j.Report(rule.LinkRequest, "", "the request is empty")
	}
	if provider, id, ok := r.Identity(); ok {
		if id == "" {
			j.Report(rule.LinkRequest, "/user_id", "user_id is empty")
		}
		if r.connectionID != "" && !isConnectionID(r.connectionID) {
			j.Report(rule.LinkRequest, "/connection_id", "connection_id must be con_ and sixteen letters or digits")
		}
		if strings.HasPrefix(string(id), provider+"|") {
			j.Report(rule.LinkPrefixedID, "/user_id", "user_id begins with the provider; the API accepted this in recordings and answered \"user not found\" in a report, so send the user_id of the identity")
		}
		if !slices.Contains(providers, provider) {
			j.Report(rule.LinkProvider, "/provider", "the API's schema does not list this provider")
		}
	}
	if token, ok := r.Token(); ok {
		for _, id := range judgeToken(token.Reveal(), c) {
			report(id, "/link_with")
		}
	}
	if c.Scopes != nil {
		all, own := slices.Contains(c.Scopes, "update:users"), slices.Contains(c.Scopes, "update:current_user_identities")
		switch {
		case !all && !own:
			report(rule.LinkScope, "")
		case !all && c.User != "" && c.Subject != "" && c.User != c.Subject:
			report(rule.LinkSubject, "")
		}
	}
	return j.Verdict()
}

// providers are the providers in the API's schema. It is never changed.
//
// Source: Auth0 Management API, UserIdentityProviderEnum.
var providers = []string{
	"ad", "adfs", "amazon", "apple", "dropbox", "bitbucket", "auth0-oidc", "auth0", "baidu", "bitly", "box", "custom", "daccount",
	"dwolla", "email", "evernote-sandbox", "evernote", "exact", "facebook", "fitbit", "github", "google-apps", "google-oauth2",
	"instagram", "ip", "line", "linkedin", "oauth1", "oauth2", "office365", "oidc", "okta", "paypal", "paypal-sandbox",
	"pingfederate", "planningcenter", "salesforce-community", "salesforce-sandbox", "salesforce", "samlp", "sharepoint", "shopify",
	"shop", "sms", "soundcloud", "thirtysevensignals", "twitter", "untappd", "vkontakte", "waad", "weibo", "windowslive",
	"wordpress", "yahoo", "yandex",
}
