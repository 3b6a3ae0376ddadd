package answer

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/metameld/metameld/metadata"
)

// Masked replaces a secret in a link.
const Masked = "********"

// maxShare is the maximum size of the texts of a state that is kept, in bytes. The page
// limits links further.
const maxShare = 256 << 10

// share adds what a link has in place of the texts with secrets, and of texts that are
// not JSON objects, since a secret in them cannot be found: those are left out.
func (a *Answer) share(s State) {
	if s.size() > maxShare {
		return
	}
	h := &Share{Texts: map[string]string{}}
	a.Share = h
	for name, text := range map[string]string{
		"user": s.User, "payload": s.Payload, "connection": s.Connection, "base": s.Base, "delta": s.Delta, "database": s.Database, "update": s.Update,
	} {
		if safe := h.clean(name, text); safe != text {
			h.Texts[name] = safe
		}
	}
	if safe := maskScopes(s.Scopes); safe != s.Scopes {
		h.Texts["scopes"] = safe
		h.Masked = append(h.Masked, "scopes")
	}
	steps := slices.Clone(s.Steps)
	for i, step := range steps {
		steps[i].Text = h.clean("steps", step.Text)
		if !slices.Contains(doings, step.Do) && step.Do != Masked {
			steps[i].Do = Masked
			h.Masked = append(h.Masked, "steps")
		}
	}
	if !slices.Equal(steps, s.Steps) {
		h.Steps = steps
	}
	form := maps.Clone(s.Form)
	for label, text := range s.Form {
		switch {
		case label == "Metadata" || label == "App Metadata":
			form[label] = h.clean(label, text)
		case secret(label) && text != "" && text != Masked:
			form[label] = Masked
			h.Masked = append(h.Masked, label)
		}
	}
	if !maps.Equal(form, s.Form) {
		h.Form = form
	}
	slices.Sort(h.Left)
	slices.Sort(h.Masked)
}

// clean returns the text of that name without secrets, or blank if it is not a JSON
// object.
func (h *Share) clean(name, text string) string {
	safe, ok := mask(text)
	switch {
	case !ok:
		h.Left = append(h.Left, name)
	case safe != text:
		h.Masked = append(h.Masked, name)
	}
	return safe
}

// size returns about how many bytes s has.
func (s State) size() int {
	n := len(s.User) + len(s.Payload) + len(s.Connection) + len(s.Scopes) + len(s.Base) + len(s.Delta) + len(s.Database) + len(s.Update)
	for label, text := range s.Form {
		n += len(label) + len(text)
	}
	for _, step := range s.Steps {
		n += len(step.Do) + len(step.Text)
	}
	return n
}

// mask returns a JSON text with its secrets masked and otherwise as it was. It reports
// false, with an empty text, for a text that is not a JSON object.
func mask(text string) (string, bool) {
	if strings.TrimSpace(text) == "" {
		return text, true
	}
	var v metadata.Value
	if v.UnmarshalJSON([]byte(text)) != nil || v.Kind() != metadata.KindObject {
		return "", false
	}
	var b strings.Builder
	copied := 0
	for i := 0; i < len(text); {
		if text[i] != '"' {
			i++
			continue
		}
		end := skip(text, i)
		name := text[i:end]
		i = end
		colon := space(text, end)
		if colon >= len(text) || text[colon] != ':' || !secret(unquoted(name)) {
			continue
		}
		at := space(text, colon+1)
		if i = skip(text, at); blank(text[at:i]) {
			continue
		}
		b.WriteString(text[copied:at])
		b.WriteString(`"` + Masked + `"`)
		copied = i
	}
	return b.String() + text[copied:], true
}

// blank reports whether a value holds no secret.
func blank(value string) bool {
	return slices.Contains([]string{"null", "true", "false", `""`}, value)
}

// secrets are parts of the names whose values are masked, in lower case and without
// punctuation. It is never changed.
var secrets = []string{
	"passw", "pwd", "passphrase", "passcode", "passkey", "token", "secret", "credential", "authorization", "bearer", "cookie",
	"apikey", "accesskey", "privatekey", "signingkey", "encryptionkey", "recoverycode", "backupcode", "mfafactor", "linkwith",
}

// shortSecrets are such parts that other words contain too, such as pin in shipping: they
// must be words of the name. It is never changed.
var shortSecrets = []string{"pass", "passe", "pin", "otp", "totp", "hotp", "jwt", "cvv", "cvc"}

// secret reports whether the value of a member of that name is to be masked.
func secret(name string) bool {
	list := wordsOf(name)
	all := strings.Join(list, "")
	return all != "lastpasswordreset" && // a time
		(slices.ContainsFunc(secrets, func(part string) bool { return strings.Contains(all, part) }) ||
			slices.ContainsFunc(list, func(word string) bool {
				return slices.Contains(shortSecrets, word) || slices.Contains(shortSecrets, strings.TrimSuffix(word, "s"))
			}))
}

// wordsOf returns the words of a name in lower case. A word ends at a character that is not
// a letter, and before an upper-case letter that begins another, as in userPIN and PINCode.
func wordsOf(name string) (list []string) {
	r := []rune(name)
	start := 0
	for i := 0; i <= len(r); i++ {
		switch {
		case i == len(r) || !unicode.IsLetter(r[i]):
			if start < i {
				list = append(list, strings.ToLower(string(r[start:i])))
			}
			start = i + 1
		case i > start && unicode.IsUpper(r[i]) && (unicode.IsLower(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1])):
			list = append(list, strings.ToLower(string(r[start:i])))
			start = i
		}
	}
	return list
}

// maskScopes returns scopes with each that the Management API does not have masked.
func maskScopes(scopes string) string {
	var b strings.Builder
	for scopes != "" {
		i := strings.IndexFunc(scopes, betweenScopes)
		if i < 0 {
			i = len(scopes)
		}
		if verb, object, _ := strings.Cut(scopes[:i], ":"); i == 0 || slices.Contains(scopeVerbs, verb) && slices.Contains(scopeObjects, object) {
			b.WriteString(scopes[:i])
		} else {
			b.WriteString(Masked)
		}
		scopes = scopes[i:]
		if scopes != "" {
			b.WriteByte(scopes[0])
			scopes = scopes[1:]
		}
	}
	return b.String()
}

// betweenScopes reports whether r separates scopes.
func betweenScopes(r rune) bool { return r == ' ' || r == ',' || r == '\n' }

// A scope has one of scopeVerbs, a colon and one of scopeObjects. They are never changed.
var (
	scopeVerbs   = []string{"read", "create", "update", "delete"}
	scopeObjects = []string{
		"users", "users_app_metadata", "user_idp_tokens", "user_custom_blocks", "user_tickets", "user_attribute_profiles", "users_logs",
		"current_user", "current_user_metadata", "current_user_identities", "current_user_device_credentials",
		"clients", "client_grants", "connections", "connections_keys", "roles", "role_members", "organizations", "organization_members",
		"logs", "stats", "sessions", "refresh_tokens", "device_credentials", "authentication_methods", "guardian_enrollments", "tenant_settings",
	}
)
