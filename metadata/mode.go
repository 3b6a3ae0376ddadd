package metadata

import (
	"fmt"
	"slices"
	"strings"
)

// Mode is a rule by which a [Delta] changes an [Object]. It is a value of a few
// knobs: compare modes with ==. The zero Mode is [FirstLevel]. The presets are the
// rules of real systems; [Knobs] makes others. A number that neither of them gives
// is no rule of its own: it acts as, and is named like, the mode of its Knobs.
type Mode uint8

// The knobs in a Mode, as bits that are zero in FirstLevel.
const (
	allLevels    Mode = 1 << iota // objects are merged at every level
	noLevel                       // nothing is merged
	baseWins                      // what is there stays
	emptyNothing                  // {} says nothing
	stripNested                   // nulls below the merged levels are not stored
	appendLists
	unionLists
)

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
	// is inferred from rule 4; nobody documents it. With the knob Nulls set to
	// [NullsStripped] it is not stored.
	//
	// Sources: Auth0 Management API documentation, "Manage User Metadata" ("the
	// merge only occurs on the first level"); rules 2 to 5 also in recorded
	// exchanges.
	FirstLevel Mode = 0

	// Deep is JSON Merge Patch, RFC 7396, for objects:
	//
	//  1. A Delta that says nothing changes nothing; nor does {}, but that an absent
	//     object becomes {}.
	//  2. A null member, at any depth of objects, removes the member of that name.
	//  3. An object is merged into the object of that name. Where there is none it
	//     is set, without the null members inside it.
	//  4. Any other member replaces the member of that name; arrays are taken whole,
	//     nulls inside them included.
	//
	// Source: RFC 7396, section 2.
	Deep = allLevels | emptyNothing

	// Replace is how a bulk import with upsert writes metadata: it overwrites all.
	//
	//  1. A Delta that says nothing changes nothing.
	//  2. Any other becomes the object, {} included; nothing is merged.
	//
	// A null member is stored as it is. That is inferred; nobody documents it.
	//
	// Source: Auth0 docs, Bulk User Imports ("upserts do not merge").
	Replace = noLevel

	// Fill is how the workflow card "Link Account" merges the metadata of the
	// secondary (the Delta) into that of the primary (the base):
	//
	//  1. A Delta that says nothing changes nothing; nor does {}, but that an absent
	//     object becomes {}.
	//  2. A member that the base has stays as it is.
	//  3. A member that the base has not is added, unless it is null.
	//
	// That only the first level is compared is inferred from the card's words,
	// which speak of keys of the metadata objects. A null inside an added value is
	// stored as it is, which is inferred too.
	//
	// Source: Okta Workflows, Auth0 connector, Link Account.
	Fill = baseWins | emptyNothing
)

// Knobs are the choices in a mode. The zero Knobs are those of [FirstLevel].
//
//	k := metadata.FirstLevel.Knobs()
//	k.Lists = metadata.ListsUnion
//	m := k.Mode()
type Knobs struct {
	Depth Depth // how far down objects are merged
	Wins  Side  // which side a member is taken from that both have
	Nulls Nulls // what a null below the merged levels does
	Empty Empty // what {} means
	Lists Lists // what becomes of an array that both sides have
}

// Depth is how far down objects are merged.
type Depth uint8

// The depths.
const (
	DepthFirst Depth = iota // members of the object itself
	DepthAll                // objects in objects too
	DepthNone               // not at all: the Delta is taken whole
)

// Side is one side of a merge.
type Side uint8

// The sides.
const (
	WinsDelta Side = iota
	WinsBase
)

// Nulls is what a null does below the levels that are merged: inside a value that
// is taken whole. At a merged level null always removes, or, where the base wins,
// says nothing. In [DepthAll] objects in objects are merged levels, those inside
// arrays are not.
type Nulls uint8

// The choices for nulls.
const (
	NullsStored   Nulls = iota // as they are
	NullsStripped              // members that are null are left out, at any depth; null elements of arrays stay
)

// Empty is what {} means as a whole Delta.
type Empty uint8

// The meanings of {}. An absent base becomes {} by either.
const (
	EmptyWipes   Empty = iota // everything goes; nothing does where the base wins
	EmptyNothing              // nothing changes
)

// Lists is what becomes of an array where both sides have one, at a merged level.
type Lists uint8

// The choices for lists. With the last two the winning side does not matter.
const (
	ListsReplace Lists = iota // the winner's is taken
	ListsAppend               // the Delta's elements come after the base's
	ListsUnion                // those of the Delta's elements come after that are not there yet, by value
)

// Knobs returns the choices in m.
func (m Mode) Knobs() (k Knobs) {
	switch {
	case m&noLevel != 0:
		k.Depth = DepthNone
	case m&allLevels != 0:
		k.Depth = DepthAll
	}
	if m&baseWins != 0 {
		k.Wins = WinsBase
	}
	if m&stripNested != 0 {
		k.Nulls = NullsStripped
	}
	if m&emptyNothing != 0 {
		k.Empty = EmptyNothing
	}
	k.Lists = m.lists()
	return k
}

func (m Mode) lists() Lists {
	switch {
	case m&noLevel != 0:
		return ListsReplace
	case m&appendLists != 0:
		return ListsAppend
	case m&unionLists != 0:
		return ListsUnion
	}
	return ListsReplace
}

// Mode returns the mode with these choices. A choice that is none of the
// constants is taken for the first; in [DepthNone] there is no list to combine.
func (k Knobs) Mode() (m Mode) {
	switch k.Depth {
	case DepthAll:
		m |= allLevels
	case DepthNone:
		m |= noLevel
	}
	if k.Wins == WinsBase {
		m |= baseWins
	}
	if k.Nulls == NullsStripped {
		m |= stripNested
	}
	if k.Empty == EmptyNothing {
		m |= emptyNothing
	}
	switch {
	case k.Depth == DepthNone:
	case k.Lists == ListsAppend:
		m |= appendLists
	case k.Lists == ListsUnion:
		m |= unionLists
	}
	return m
}

// words are the names of a choice; the first is that of zero.
type words []string

func (w words) of(i uint8) string {
	if int(i) < len(w) {
		return w[i]
	}
	return w[0]
}

// set sets a choice to the one of that name; it reports false where there is none.
func (w words) set(choice *uint8, name string) bool {
	i := slices.Index(w, name)
	if i < 0 {
		return false
	}
	*choice = uint8(i)
	return true
}

func depths() words  { return words{"first-level", "all", "none"} }
func sides() words   { return words{"delta", "base"} }
func nulls() words   { return words{"stored", "stripped"} }
func empties() words { return words{"wipes", "nothing"} }
func combos() words  { return words{"replace", "append", "union"} }

// String returns "first-level", "all" or "none".
func (d Depth) String() string { return depths().of(uint8(d)) }

// String returns "delta" or "base".
func (s Side) String() string { return sides().of(uint8(s)) }

// String returns "stored" or "stripped".
func (n Nulls) String() string { return nulls().of(uint8(n)) }

// String returns "wipes" or "nothing".
func (e Empty) String() string { return empties().of(uint8(e)) }

// String returns "replace", "append" or "union".
func (l Lists) String() string { return combos().of(uint8(l)) }

// presets are the modes that have a name.
func presets() []Mode { return []Mode{FirstLevel, Deep, Replace, Fill} }

// String returns the name of a preset ("first-level", "deep", "replace", "fill"),
// and otherwise the name of the preset that is nearest with the knobs that differ,
// such as "first-level+lists=union".
func (m Mode) String() string {
	k := m.Knobs()
	switch k.Mode() {
	case FirstLevel:
		return "first-level"
	case Deep:
		return "deep"
	case Replace:
		return "replace"
	case Fill:
		return "fill"
	}
	near := FirstLevel
	switch {
	case k.Depth == DepthNone:
		near = Replace
	case k.Wins == WinsBase:
		near = Fill
	case k.Depth == DepthAll:
		near = Deep
	}
	n := near.Knobs()
	var b strings.Builder
	b.WriteString(near.String())
	for _, knob := range []struct {
		name      string
		got, want fmt.Stringer
	}{
		{"depth", k.Depth, n.Depth}, {"wins", k.Wins, n.Wins}, {"nulls", k.Nulls, n.Nulls}, {"empty", k.Empty, n.Empty}, {"lists", k.Lists, n.Lists},
	} {
		if knob.got != knob.want {
			b.WriteString("+" + knob.name + "=" + knob.got.String())
		}
	}
	return b.String()
}

// ParseMode returns the mode of that name: a preset, or one with knobs turned, as
// [Mode.String] writes it.
func ParseMode(name string) (Mode, bool) {
	near, knobs, turned := strings.Cut(name, "+")
	for _, m := range presets() {
		if m.String() != near {
			continue
		}
		k := m.Knobs()
		for turned {
			var knob string
			knob, knobs, turned = strings.Cut(knobs, "+")
			if knob, choice, _ := strings.Cut(knob, "="); !k.turn(knob, choice) {
				return 0, false
			}
		}
		return k.Mode(), true
	}
	return 0, false
}

// turn sets the knob of that name; it reports false where there is none such.
func (k *Knobs) turn(knob, choice string) bool {
	switch knob {
	case "depth":
		return depths().set((*uint8)(&k.Depth), choice)
	case "wins":
		return sides().set((*uint8)(&k.Wins), choice)
	case "nulls":
		return nulls().set((*uint8)(&k.Nulls), choice)
	case "empty":
		return empties().set((*uint8)(&k.Empty), choice)
	case "lists":
		return combos().set((*uint8)(&k.Lists), choice)
	}
	return false
}
