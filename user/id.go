package user

import (
	"strings"
)

// ID is the user_id of a profile: opaque, unique in the tenant, and to be
// compared only. It looks like "provider|key", but may contain the provider's
// identifier or not: where that is wanted, prefer an identity's own user_id.
//
// Source: "User Object in Rules", Identities.
type ID string

// Split returns what stands before and after the first bar. It reports false
// where there is none. It is meant for building requests and identifiers, not
// for finding out who somebody is.
func (id ID) Split() (provider, key string, ok bool) { return strings.Cut(string(id), "|") }
