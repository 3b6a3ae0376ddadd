package model

import (
	"crypto/md5" // Gravatar names pictures by it
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
)

// Link returns the primary after the secondary is linked to it, or false if the API
// refuses the link (identities.Link).
func Link(primary, secondary, target Object) (Object, bool) {
	ours, theirs := identitiesOf(primary), identitiesOf(secondary)
	if len(ours) == 0 || len(theirs) == 0 || primary.Text("user_id") == secondary.Text("user_id") {
		return nil, false
	}
	for _, identity := range theirs {
		if slices.ContainsFunc(ours, func(o any) bool { return sameIdentity(o.(Object), identity.(Object)) }) {
			return nil, false
		}
	}
	if reading(target, "identities.primary-profile-data") == "shown" {
		ours[0] = withProfileData(ours[0].(Object), primary)
	}
	theirs[0] = withProfileData(theirs[0].(Object), secondary)
	return primary.With("identities", slices.Concat(ours, theirs)), true
}

// identitiesOf returns a copy of the list of identities.
func identitiesOf(u Object) []any {
	v, _ := u.Get("identities")
	list, _ := v.([]any)
	return slices.Clone(list)
}

// sameIdentity reports whether a and b have the same provider and user_id
// (user.Identity.Is).
func sameIdentity(a, b Object) bool {
	return a.Text("provider") == b.Text("provider") && a.Text("user_id") == b.Text("user_id")
}

// withProfileData returns the identity with the attributes of its profile, over the
// profileData that it has (identities.Link, rule 4).
func withProfileData(identity, u Object) Object {
	data := identity.Object("profileData").present()
	for _, m := range u {
		kept := slices.Contains(readOnly, m.Name) || slices.Contains(metadataObjects, m.Name) || m.Name == "blocked"
		if !kept && m.Value != nil && !isDerived(u, m) {
			data = data.With(m.Name, m.Value)
		}
	}
	if len(data) == 0 {
		return identity
	}
	return identity.With("profileData", data)
}

// isDerived reports whether Auth0 sets the attribute by itself: a name that is the
// e-mail, a nickname that is its local part, a picture of the derived form.
func isDerived(u Object, m Member) bool {
	email := u.Text("email")
	switch m.Name {
	case "name":
		return email != "" && m.Value == email
	case "nickname":
		return email != "" && m.Value == localPart(email)
	case "picture":
		s, _ := m.Value.(string)
		return strings.HasPrefix(s, "https://s.gravatar.com/avatar/") && strings.Contains(s, "cdn.auth0.com%2Favatars%2F")
	}
	return false
}

func localPart(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local
}

// LinkMerging is Link with the metadata of the secondary merged into that of the primary
// by the mode (identities.LinkMerging). Null members of the secondary are left out.
func LinkMerging(primary, secondary Object, mode Mode, target Object) (Object, bool) {
	linked, ok := Link(primary, secondary, target)
	if !ok {
		return nil, false
	}
	for _, name := range metadataObjects {
		if stored, _ := linked.Get(name); stored != nil && !isObject(stored) {
			continue // it stays (rule 3)
		}
		if added := withoutNulls(mode, secondary.Object(name)); len(added) > 0 {
			linked = linked.With(name, mode.Merge(linked.Object(name), added))
		}
	}
	return linked, true
}

// withoutNulls returns o without the members that would remove one of the primary.
func withoutNulls(mode Mode, o Object) Object {
	if mode.AllLevels {
		return strip(o, false).(Object)
	}
	result := Object{}
	for _, m := range o {
		if m.Value != nil {
			result = append(result, m)
		}
	}
	return result
}

// Unlink returns the user without the identity, and the user that the identity becomes:
// nil if there is no such identity. It returns false if the API refuses the unlink
// (identities.Unlink).
func Unlink(u Object, provider, id string) (remaining, detached Object, ok bool) {
	identities := identitiesOf(u)
	i := slices.IndexFunc(identities, func(identity any) bool {
		return sameIdentity(identity.(Object), Object{{"provider", provider}, {"user_id", id}})
	})
	switch {
	case i == 0:
		return nil, nil, false
	case i < 0:
		return u, nil, true
	}
	return u.With("identities", slices.Delete(slices.Clone(identities), i, i+1)), detach(identities[i].(Object)), true
}

// detach returns the user that an identity becomes: with the attributes of its
// profileData and those that Auth0 derives from them (rule 4).
func detach(identity Object) Object {
	id := identity.Text("provider") + "|" + identity.Text("user_id")
	u := Object{{"user_id", id}}
	u = append(u, identity.Object("profileData")...)
	return derived(u).With("identities", []any{identity.Without("profileData")})
}

// derived returns u with the attributes that Auth0 derives from the e-mail, where they
// are absent (lifecycle.Creation.Create, rule 4; RULES.md, user.picture-letters).
func derived(u Object) Object {
	email := u.Text("email")
	if email == "" {
		return u
	}
	for _, m := range []Member{{"name", email}, {"nickname", localPart(email)}} {
		if !u.Has(m.Name) {
			u = append(u, m)
		}
	}
	if !u.Has("picture") {
		u = u.With("picture", gravatar(email, u.Text("name")))
	}
	return u
}

// gravatar returns the picture that Auth0 derives.
func gravatar(email, name string) string {
	sum := md5.Sum([]byte(strings.ToLower(email)))
	return "https://s.gravatar.com/avatar/" + hex.EncodeToString(sum[:]) +
		"?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F" + letters(name) + ".png"
}

// letters returns the letters that the derived picture shows: the first two of a name of
// one word, the first of each of the first two words of a longer one, and the first two
// letters or digits of the local part of an e-mail address.
func letters(name string) string {
	words := strings.Fields(strings.ToLower(name))
	switch {
	case strings.Contains(name, "@"):
		local := strings.FieldsFunc(localPart(strings.ToLower(name)), func(c rune) bool {
			return !unicode.IsLetter(c) && !unicode.IsDigit(c)
		})
		return first(strings.Join(local, ""), 2)
	case len(words) > 1:
		return first(words[0], 1) + first(words[1], 1)
	}
	return first(strings.Join(words, ""), 2)
}

func first(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}
