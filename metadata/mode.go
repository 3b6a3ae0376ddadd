package metadata

import "strings"

// Mode is a rule by which a [Delta] changes an [Object]: a set of flags that
// compose with |. The presets [FirstLevel], [Deep], [Replace] and [Fill] are the
// rules of real systems. The zero Mode is FirstLevel.
//
//	m := metadata.FirstLevel | metadata.UnionLists
//
// Every combination is valid. If two flags contradict each other, one has no
// effect:
//
//  1. [Replace] beats [AllLevels], [AppendLists] and [UnionLists], since nothing
//     is merged.
//  2. AppendLists beats UnionLists.
//
// Modes compare with ==. Two modes that differ in such a flag act the same and
// have the same String.
type Mode uint8

// The flags.
const (
	// AllLevels merges objects at every level. Without it only the members of the
	// object itself are merged, and a nested object is replaced whole.
	AllLevels Mode = 1 << iota

	// BaseWins keeps each member that the base has, also if the Delta has null
	// or another value. Objects that AllLevels merges, and lists that AppendLists
	// or UnionLists combine, still gain what the base lacks. A Delta {} changes
	// nothing. With Replace, a base that has members stays as it is.
	BaseWins

	// IgnoreEmpty makes a Delta {} change nothing, except that an absent base
	// becomes {}. Without it {} removes every member.
	IgnoreEmpty

	// StripNulls leaves null members out of every value that is stored, at any
	// depth. Null elements of arrays stay. Without it a null inside a value is
	// stored as it is, except that AllLevels strips the nulls of objects that are
	// not inside an array.
	StripNulls

	// AppendLists appends the elements of the Delta's array to those of the
	// base's, if both sides have an array. BaseWins does not change that.
	AppendLists

	// UnionLists is AppendLists without the elements that the array has already,
	// compared by value.
	UnionLists
)

// The presets.
const (
	// FirstLevel is how Auth0 merges user_metadata and app_metadata in
	// PATCH /api/v2/users/{id}:
	//
	//  1. The zero Delta changes nothing.
	//  2. {} removes every member: the result is {}.
	//  3. A null member removes the member of that name.
	//  4. Any other member replaces the member of that name whole, objects and
	//     arrays included; nothing deeper is merged.
	//  5. All other members stay.
	//
	// A null deeper down, inside an object or an array, is stored as it is. That
	// is inferred from rule 4; no source states it. With StripNulls it is not
	// stored.
	//
	// Sources: Auth0 Management API documentation, "Manage User Metadata" ("the
	// merge only occurs on the first level"); rules 2 to 5 also in recorded
	// exchanges.
	FirstLevel Mode = 0

	// Deep is JSON Merge Patch, RFC 7396, for objects:
	//
	//  1. The zero Delta changes nothing. {} changes nothing either, except that an
	//     absent base becomes {}.
	//  2. A null member, at any depth of objects, removes the member of that name.
	//  3. An object is merged into the object of that name. If there is none, it
	//     is stored without the null members inside it.
	//  4. Any other member replaces the member of that name. An array is stored as
	//     it is, nulls inside it included.
	//
	// Source: RFC 7396, section 2.
	Deep Mode = AllLevels | IgnoreEmpty

	// Replace is how a bulk import with upsert writes metadata:
	//
	//  1. The zero Delta changes nothing.
	//  2. Any other Delta becomes the object, {} included; nothing is merged.
	//
	// A null member is stored as it is. That is inferred; no source states it.
	//
	// Source: Auth0 docs, Bulk User Imports ("upserts do not merge").
	Replace Mode = 1 << 6

	// Fill is how the workflow card "Link Account" merges the metadata of the
	// secondary (the Delta) into that of the primary (the base):
	//
	//  1. The zero Delta changes nothing. {} changes nothing either, except that an
	//     absent base becomes {}.
	//  2. A member that the base has stays as it is.
	//  3. A member that the base lacks is added, unless it is null.
	//
	// That only the first level is compared is inferred: the card's text names the
	// keys of the metadata objects. A null inside an added value is stored as it is;
	// that is inferred too.
	//
	// Source: Okta Workflows, Auth0 connector, Link Account.
	Fill Mode = BaseWins | IgnoreEmpty
)

// effective returns m without the flags that have no effect.
func (m Mode) effective() Mode {
	m &= AllLevels | Replace | BaseWins | IgnoreEmpty | StripNulls | AppendLists | UnionLists
	if m&Replace != 0 {
		m &^= AllLevels | AppendLists | UnionLists
	}
	if m&AppendLists != 0 {
		m &^= UnionLists
	}
	return m
}

// namedMode is a preset or flag with its name.
type namedMode struct {
	mode Mode
	name string
}

// presets returns the presets in the order in which String looks for one.
func presets() []namedMode {
	return []namedMode{{Replace, "replace"}, {Deep, "deep"}, {Fill, "fill"}, {FirstLevel, "first-level"}}
}

// flags returns the flags in the order in which String writes them.
func flags() []namedMode {
	return []namedMode{
		{AllLevels, "all-levels"}, {BaseWins, "base-wins"}, {IgnoreEmpty, "ignore-empty"}, {StripNulls, "strip-nulls"},
		{AppendLists, "append-lists"}, {UnionLists, "union-lists"},
	}
}

// String returns the name of a preset: "first-level", "deep", "replace" or "fill".
// The name of any other mode is the first of "replace", "deep", "fill" and
// "first-level" whose flags the mode has, followed by + and the name of each
// further flag: "all-levels", "base-wins", "ignore-empty", "strip-nulls",
// "append-lists", "union-lists". An example is "first-level+union-lists". Flags
// that have no effect are omitted.
func (m Mode) String() string {
	m = m.effective()
	var b strings.Builder
	for _, p := range presets() {
		if m&p.mode == p.mode {
			b.WriteString(p.name)
			m &^= p.mode
			break
		}
	}
	for _, f := range flags() {
		if m&f.mode != 0 {
			b.WriteString("+" + f.name)
		}
	}
	return b.String()
}

// ParseMode returns the mode with that name: a preset, followed by + and the name
// of each further flag, in any order; see [Mode.String]. It reports false if
// a name is unknown.
func ParseMode(name string) (m Mode, ok bool) {
	preset, rest, more := strings.Cut(name, "+")
	if m, ok = modeNamed(presets(), preset); !ok {
		return 0, false
	}
	for more {
		var flag string
		flag, rest, more = strings.Cut(rest, "+")
		f, ok := modeNamed(flags(), flag)
		if !ok {
			return 0, false
		}
		m |= f
	}
	return m, true
}

// modeNamed returns the mode of that name in list.
func modeNamed(list []namedMode, name string) (m Mode, ok bool) {
	for _, n := range list {
		if n.name == name {
			return n.mode, true
		}
	}
	return 0, false
}
