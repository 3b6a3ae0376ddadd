package user

import (
	"strings"
	"time"
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

// Timestamp is a date and time as the API writes it, kept as text.
type Timestamp string

// Time returns the moment, or the error of time.Parse where the text is not in
// the form of RFC 3339.
func (t Timestamp) Time() (time.Time, error) { return time.Parse(time.RFC3339Nano, string(t)) }

// TimestampOf returns t in UTC as the API writes it, to the millisecond.
func TimestampOf(t time.Time) Timestamp {
	return Timestamp(t.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}
