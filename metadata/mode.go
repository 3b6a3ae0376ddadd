package metadata

// Mode is a rule by which a [Delta] changes an [Object]. It is a value: compare
// modes with ==. The zero Mode is [FirstLevel].
type Mode uint8

const (
	// FirstLevel is how Auth0 merges user_metadata and app_metadata in
	// PATCH /api/v2/users/{id}:
	//
	//  1. A Delta that says nothing changes nothing.
	//  2. {} removes everything: the result is {}.
	//  3. A null member removes the member of that name.
	//  4. Any other member replaces the member of that name whole, objects and
	//     arrays included; nothing deeper is merged.
	//  5. Members that are not named stay.
	//
	// A null deeper down, inside an object or an array, is stored as it is. That
	// is inferred from rule 4; nobody documents it.
	//
	// Sources: Auth0 Management API documentation, "Manage User Metadata" ("the
	// merge only occurs on the first level"); rules 2 to 5 also in recorded
	// exchanges.
	FirstLevel Mode = iota

	// Deep is JSON Merge Patch, RFC 7396, for objects:
	//
	//  1. A Delta that says nothing changes nothing; {} changes nothing either.
	//  2. A null member, at any depth of objects, removes the member of that name.
	//  3. An object is merged into the object of that name. Where there is none it
	//     is set, without the null members inside it.
	//  4. Any other member replaces the member of that name; arrays are taken whole,
	//     nulls inside them included.
	//
	// Source: RFC 7396, section 2.
	Deep
)

// String returns the name of the mode: "first-level", "deep".
func (m Mode) String() string {
	switch m {
	case FirstLevel:
		return "first-level"
	case Deep:
		return "deep"
	}
	return "unknown mode"
}

// ParseMode returns the mode of that name.
func ParseMode(name string) (Mode, bool) {
	for _, m := range []Mode{FirstLevel, Deep} {
		if m.String() == name {
			return m, true
		}
	}
	return 0, false
}
