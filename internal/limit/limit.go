// Package limit holds every limit that a rule states, so that the catalogue, the
// checks and the messages take it from one place.
package limit

import (
	"slices"
	"strconv"
)

// Characters of texts. Sources: Auth0 Management API, UpdateUserRequestContent and
// CreateUserRequestContent; User Profile Structure (ProfileName); Adding Username for
// Database Connections (DefaultUsername).
const (
	GivenName       = 150 // family_name too
	Name            = 300 // nickname too
	ProfileName     = 150 // name, on the page about the profile
	Username        = 128
	DefaultUsername = 15 // of a connection that sets no length
	UserID          = 255
	CardPhone       = 12 // exactly, on the workflow card
	PhoneDigits     = 15
	EmailLocal      = 64  // bytes
	Email           = 254 // bytes
	DomainLabel     = 63  // bytes
)

// PasswordBytes is the number of bytes of a password that the profile page allows.
const PasswordBytes = 72

// Bytes of JSON text. Sources: Custom Signup (Metadata); Metadata Fields and Data
// (Profile, Indexed); Migrate Oversized User Profiles (ProfileAllowance, "about 10
// times the limit"); Bulk User Imports (ImportFile).
const (
	Metadata         = 16 << 20     // one metadata object
	Profile          = 10 << 10     // a profile
	ProfileAllowance = 10 * Profile // a profile, beyond its limit
	Indexed          = 1 << 20      // a profile that is indexed whole
	ImportFile       = 512_000
)

// When profiles without a limit were deprecated, and when their support ends. Source:
// Auth0 docs, Deprecations and Migrations, Uncapped User Profile Data.
const (
	ProfileDeprecated = "2026-08-04"
	ProfileEndOfLife  = "2027-03-04"

	ProfileDates = "Larger profiles are deprecated since " + ProfileDeprecated + ", with end of life on " + ProfileEndOfLife
)

// The user_metadata of a sign-up. Sources: Authentication API, Create a new user; an
// older page, Custom Signup, excludes the last two limits themselves.
const (
	SignUpFields = 10
	SignUpName   = 100 // characters
	SignUpText   = 500 // characters
)

// Factors is the number of mfa_factors in an import row. Source: Bulk User Import
// Database Schema and Examples.
const Factors = 10

// Actions. Source: Actions Limitations.
const (
	ActionKibibytes = 32 << 10 // of each metadata object in one session
	ActionKilobytes = 32_000   // the same, read as thousands
	PrimaryUser     = 128      // characters of the id of a new primary user
)

// The attributes that a connection does not store. Source: Auth0 Management API,
// ConnectionNonPersistentAttrs.
const (
	NonPersistent     = 96
	NonPersistentName = 255 // characters
)

// A list of violations or faults, so that hostile input cannot exhaust memory.
const (
	Entries  = 1000
	Pointers = 1 << 20 // bytes of all pointers
)

// ReservedNames are the names that app_metadata cannot have at its first level. It is
// never changed. Source: Metadata Fields and Data.
var ReservedNames = []string{
	"__tenant", "_id", "blocked", "clientID", "created_at", "email", "email_verified", "globalClientID", "global_client_id",
	"identities", "lastIP", "lastLogin", "loginsCount", "metadata", "multifactor", "multifactor_last_modified", "updated_at", "user_id",
}

// Managed are the attributes that Auth0 manages: no update sets them, no login takes
// them from the identity provider, no link copies them. It is never changed. Sources:
// User Profile Attribute Schema; User Object in Rules (permissions); exported users
// (passkeys, enrolledFactors).
var Managed = []string{
	"user_id", "identities", "created_at", "updated_at", "last_ip", "last_login", "logins_count", "last_password_reset",
	"multifactor", "multifactor_last_modified", "permissions", "blocked_for", "guardian_authenticators", "guardian_enrollments",
	"passkeys", "enrolledFactors",
}

// IsManaged reports whether Auth0 manages the attribute of that name.
func IsManaged(name string) bool { return slices.Contains(Managed, name) }

// Size returns n bytes in the largest unit that divides n, such as 16 MB for 16<<20
// and 10 KB for 10<<10.
func Size(n int) string {
	switch {
	case n != 0 && n%(1<<20) == 0:
		return Count(n>>20) + " MB"
	case n != 0 && n%(1<<10) == 0:
		return Count(n>>10) + " KB"
	}
	return Count(n) + " bytes"
}

// Count returns n, which is not negative, with a comma between groups of three digits,
// such as 512,000.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
