package identities

import (
	"errors"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Request is the body of POST /api/v2/users/{id}/identities. It has two forms, and
// no Request is both: the identity of the secondary, or a token that the secondary
// was given. The zero Request is none, and has no JSON text. A Request is
// immutable.
//
// Source: Auth0 Management API, LinkUserIdentityRequestContent.
type Request struct {
	provider     string
	userID       metadata.Value // a text or a whole number; absent in the form with a token
	connectionID string         // empty: not sent
	linkWith     string
}

// ByIdentity is the form that names the secondary's identity: its provider and the
// user_id that the provider knows. A user_id that has its prefix is accepted by the
// API as well (seen in three recorded links).
func ByIdentity(provider, userID string) Request {
	v, err := metadata.ValueOf(userID)
	if err != nil { // not valid UTF-8; Validate refuses what is empty
		v, _ = metadata.ValueOf("")
	}
	return Request{provider: provider, userID: v}
}

// On returns r with the id of the connection, for a tenant with several databases.
// Of the form with a token it is r itself.
func (r Request) On(connectionID string) Request {
	if !r.userID.IsZero() {
		r.connectionID = connectionID
	}
	return r
}

// ByToken is the form with a token: the ID token of the secondary.
func ByToken(token string) Request { return Request{linkWith: token} }

// RequestFor is the request that links the user u, by its main identity. The
// user_id of u itself is opaque and not asked. The error is a [user.Violation]
// where u does not show such an identity.
func RequestFor(u user.Profile) (Request, error) {
	main, ok := Primary(u)
	provider, has := main.Provider.Get()
	id := main.UserID.Value()
	if !ok || !has || main.UserID.IsMistyped() || id.IsZero() || id.IsNull() {
		return Request{}, violation(RuleNoIdentity, "/identities", "the user shows no identity that a request could name")
	}
	return Request{provider: provider, userID: id}, nil
}

// ParseRequest returns the request whose JSON text is given. It copies the text.
//
// The error is a [metadata.Errors] where the text is not a JSON object, and
// otherwise a [user.Violations] that lists what makes it neither of the two forms:
// members of both, members that are missing, unknown or of the wrong type.
func ParseRequest(text []byte) (Request, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Request{}, err
	}
	var r Request
	var vs user.Violations
	fault := func(name, message string) {
		if len(vs) < mostFaults {
			vs = append(vs, violation(RuleRequest, metadata.Pointer(name), message))
		}
	}
	member := func(name string, v metadata.Value, dst *string) {
		var ok bool
		if *dst, ok = v.Str(); !ok || *dst == "" {
			fault(name, name+" is not a text, or an empty one")
		}
	}
	_, token := o.Get("link_with")
	for name, v := range o.All() {
		switch name {
		case "link_with":
			member(name, v, &r.linkWith)
		case "provider", "user_id", "connection_id":
			if token {
				fault(name, name+" cannot be sent together with link_with")
				continue
			}
			switch name {
			case "provider":
				member(name, v, &r.provider)
			case "connection_id":
				member(name, v, &r.connectionID)
			default:
				r.userID = v
				if s, isText := v.Str(); !isText && !isWhole(v) || isText && s == "" {
					fault(name, "user_id is neither a text that is not empty nor a whole number")
				}
			}
		default:
			fault(name, "the request has no such member")
		}
	}
	if !token {
		for _, name := range []string{"provider", "user_id"} {
			if _, ok := o.Get(name); !ok {
				fault(name, "without link_with the request needs "+name)
			}
		}
	}
	if vs != nil {
		return Request{}, vs
	}
	return r, nil
}

const mostFaults = 1000

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

// IsZero reports whether r is none.
func (r Request) IsZero() bool { return r.linkWith == "" && r.userID.IsZero() }

// Token returns the token of the form that has one.
func (r Request) Token() (token string, ok bool) { return r.linkWith, r.linkWith != "" }

// Identity returns the provider and the user_id, a number as its digits, of the
// form that names them.
func (r Request) Identity() (provider, userID string, ok bool) {
	if r.userID.IsZero() {
		return "", "", false
	}
	return r.provider, idText(r.userID), true
}

// idText returns the user_id that v is.
func idText(v metadata.Value) string {
	var i user.Identity
	o, err := metadata.Object{}.With(v, "user_id")
	if err != nil || i.UnmarshalJSON([]byte(o.String())) != nil {
		return ""
	}
	return i.UserID.Or("")
}

// Equal reports whether r and s are the same request.
func (r Request) Equal(s Request) bool {
	return r.provider == s.provider && r.connectionID == s.connectionID && r.linkWith == s.linkWith && r.userID.Equal(s.userID)
}

// MarshalJSON returns the body to send. Of the zero Request there is none, which is
// an error.
func (r Request) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, errors.New("identities: the zero Request is none")
	}
	return r.appendJSON(nil, r.linkWith), nil
}

func (r Request) appendJSON(dst []byte, token string) []byte {
	if token != "" {
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
	n, err := ParseRequest(text)
	if err != nil {
		return err
	}
	*r = n
	return nil
}

// Caller is what must be known of the token that a request is sent with. Of the
// zero Caller nothing is: only the request itself is judged.
type Caller struct {
	Scopes  []string // nil: not judged
	User    user.ID  // whom the request is about, the id in its path
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

// Validate judges the request, and lists everything that the API would refuse, in
// the order of [Rules]:
//
//  1. A scope, update:users or update:current_user_identities. With the second
//     alone only the token's own user can be linked to.
//  2. In the form with an identity a provider that the API knows, a user_id, and an
//     id of a connection in its form.
//  3. In the form with a token a JSON Web Token signed with RS256, of the caller's
//     issuer, for the application that the caller's azp names, with a sub. Its
//     signature and its times are not judged.
//
// The messages are the API's where they are known. What depends on the tenant
// (whether the connection is configured, the identity exists or is linked already)
// is not judged here; [Answered] recognises the API's answers.
//
// Source: Auth0 Management API, POST /api/v2/users/{id}/identities, and its
// responses.
func (r Request) Validate(c Caller) user.Verdict {
	var vs user.Violations
	report := func(id user.RuleID, pointer string) { vs = append(vs, violation(id, pointer, messageOf(id))) }
	if r.IsZero() {
		vs = append(vs, violation(RuleRequest, "", "the request is empty"))
	}
	if !r.userID.IsZero() {
		if idText(r.userID) == "" {
			vs = append(vs, violation(RuleRequest, "/user_id", "user_id is empty"))
		}
		if r.connectionID != "" && !isConnectionID(r.connectionID) {
			vs = append(vs, violation(RuleRequest, "/connection_id", "connection_id does not have the form of one"))
		}
		if !slices.Contains(providers, r.provider) {
			vs = append(vs, violation(RuleProvider, "/provider", "the API's schema does not know this provider"))
		}
	}
	if r.linkWith != "" {
		for _, id := range judgeToken(r.linkWith, c) {
			report(id, "/link_with")
		}
	}
	if c.Scopes != nil {
		all, own := slices.Contains(c.Scopes, "update:users"), slices.Contains(c.Scopes, "update:current_user_identities")
		switch {
		case !all && !own:
			report(RuleScope, "")
		case !all && c.User != "" && c.Subject != "" && c.User != c.Subject:
			report(RuleSubject, "")
		}
	}
	return user.Verdict{Violations: vs}
}

// providers are those that the API's schema knows.
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
