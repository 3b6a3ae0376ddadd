package answer

import (
	"maps"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// Masked replaces a secret in a link.
const Masked = "********"

// maxShare is the maximum size of the texts of a state in a link, in bytes. In base64
// that is 32 KB; the page checks the length of the link.
const maxShare = 24 << 10

// share adds what a link has in place of the texts with secrets, and of texts that are
// not JSON, since a secret in them cannot be found: those are left out.
func (a *Answer) share(s State) {
	if s.size() > maxShare {
		a.Left = "The inputs have more than 24 KB, so the link leaves them out."
		return
	}
	masked, left := false, false
	clean := func(text string) (safe string, changed bool) {
		safe, ok := mask(text)
		changed = safe != text
		masked, left = masked || ok && changed, left || !ok
		return safe, changed
	}
	a.Share = &Share{Texts: map[string]string{}}
	for name, text := range map[string]string{
		"user": s.User, "payload": s.Payload, "connection": s.Connection, "base": s.Base, "delta": s.Delta, "database": s.Database, "update": s.Update,
	} {
		if safe, changed := clean(text); changed {
			a.Share.Texts[name] = safe
		}
	}
	for i, step := range s.Steps {
		if safe, changed := clean(step.Text); changed {
			if a.Share.Steps == nil {
				a.Share.Steps = slices.Clone(s.Steps)
			}
			a.Share.Steps[i].Text = safe
		}
	}
	form := maps.Clone(s.Form)
	for label, text := range s.Form {
		switch {
		case label == "Metadata" || label == "App Metadata":
			form[label], _ = clean(text)
		case secret(label) && text != "" && text != Masked:
			form[label], masked = Masked, true
		}
	}
	if !maps.Equal(form, s.Form) {
		a.Share.Form = form
	}
	switch {
	case left:
		a.Left = "The link leaves out a text that is not JSON."
	case masked:
		a.Left = "The link has " + Masked + " in place of passwords and tokens."
	}
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
// false, with an empty text, for a text that is not JSON.
func mask(text string) (string, bool) {
	if strings.TrimSpace(text) == "" {
		return text, true
	}
	var v metadata.Value
	if v.UnmarshalJSON([]byte(text)) != nil {
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

// secrets are the ends of the names whose values are masked, without case and
// punctuation. It is never changed.
var secrets = []string{"password", "passwd", "pwd", "passphrase", "passwordhash", "token", "secret", "mfafactors", "linkwith", "apikey", "privatekey"}

// secret reports whether the value of a member of that name is to be masked.
func secret(name string) bool {
	return slices.ContainsFunc(secrets, func(end string) bool { return endsIn(name, end) })
}

// endsIn reports whether the letters of name end in those of end.
func endsIn(name, end string) bool {
	i := len(name) - 1
	for j := len(end) - 1; j >= 0; i-- {
		switch {
		case i < 0:
			return false
		case name[i]|0x20 == end[j]:
			j--
		case strings.IndexByte("_- .", name[i]) < 0:
			return false
		}
	}
	return true
}
