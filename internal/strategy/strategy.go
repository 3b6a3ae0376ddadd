// Package strategy tells the kind of a connection by its strategy.
package strategy

// The kinds of connection, as a target names them.
const (
	Database          = "database"
	CustomDatabase    = "custom-database"
	Social            = "social"
	Enterprise        = "enterprise"
	PasswordlessEmail = "passwordless-email"
	PasswordlessSMS   = "passwordless-sms"
)

// Auth0 is the strategy of databases, custom ones included.
const Auth0 = "auth0"

// kinds maps each strategy to its kind. It is never changed.
//
// Source: Auth0 Management API, ConnectionStrategyEnum.
var kinds = func() map[string]string {
	m := map[string]string{Auth0: Database, "email": PasswordlessEmail, "sms": PasswordlessSMS}
	for _, s := range []string{
		"ad", "adfs", "auth0-oidc", "custom", "google-apps", "ip", "office365", "oidc", "okta", "pingfederate", "samlp", "sharepoint", "waad",
	} {
		m[s] = Enterprise
	}
	for _, s := range []string{
		"amazon", "apple", "baidu", "bitbucket", "bitly", "box", "daccount", "dropbox", "dwolla", "evernote", "evernote-sandbox",
		"exact", "facebook", "fitbit", "github", "google-oauth2", "instagram", "line", "linkedin", "oauth1", "oauth2", "paypal",
		"paypal-sandbox", "planningcenter", "salesforce", "salesforce-community", "salesforce-sandbox", "shop", "shopify",
		"soundcloud", "thirtysevensignals", "twitter", "untappd", "vkontakte", "weibo", "windowslive", "wordpress", "yahoo", "yandex",
	} {
		m[s] = Social
	}
	return m
}()

// Kind returns the kind of connections with the strategy, "" if it is not known.
func Kind(strategy string) string {
	if strategy == "" { // as in most targets
		return ""
	}
	return kinds[strategy]
}

// IsKind reports whether kind is "", which is unknown, or one of the kinds.
func IsKind(kind string) bool {
	switch kind {
	case "", Database, CustomDatabase, Social, Enterprise, PasswordlessEmail, PasswordlessSMS:
		return true
	}
	return false
}

// Contradicts reports whether connections with the strategy are of another kind. An
// unknown strategy or kind contradicts nothing.
func Contradicts(strategy, kind string) bool {
	is := Kind(strategy)
	return is != "" && kind != "" && kind != is && (is != Database || kind != CustomDatabase)
}
