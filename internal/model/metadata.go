package model

import (
	"slices"
	"strconv"
)

// Mode is a rule by which a delta changes an object (metadata.Mode).
type Mode struct {
	AllLevels, BaseWins, IgnoreEmpty, StripNulls, AppendLists, UnionLists, Replace bool
}

// The presets of package metadata.
var (
	FirstLevel = Mode{}
	Deep       = Mode{AllLevels: true, IgnoreEmpty: true}
	Replace    = Mode{Replace: true}
	Fill       = Mode{BaseWins: true, IgnoreEmpty: true}
)

// effective returns m without the flags that have no effect: Replace beats AllLevels,
// AppendLists and UnionLists, and AppendLists beats UnionLists (metadata.Mode).
func (m Mode) effective() Mode {
	if m.Replace {
		m.AllLevels, m.AppendLists, m.UnionLists = false, false, false
	}
	if m.AppendLists {
		m.UnionLists = false
	}
	return m
}

// String returns the name of m (metadata.Mode.String).
func (m Mode) String() string {
	m = m.effective()
	name := "first-level"
	switch {
	case m.Replace:
		name = "replace"
	case m.AllLevels && m.IgnoreEmpty:
		name, m.AllLevels, m.IgnoreEmpty = "deep", false, false
	case m.BaseWins && m.IgnoreEmpty:
		name, m.BaseWins, m.IgnoreEmpty = "fill", false, false
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{
		{m.AllLevels, "all-levels"},
		{m.BaseWins, "base-wins"},
		{m.IgnoreEmpty, "ignore-empty"},
		{m.StripNulls, "strip-nulls"},
		{m.AppendLists, "append-lists"},
		{m.UnionLists, "union-lists"},
	} {
		if flag.set {
			name += "+" + flag.name
		}
	}
	return name
}

// Merge returns base changed by delta (metadata.Mode, metadata.Mode.Merge; for Deep
// also RFC 7396, section 2). A nil delta changes nothing.
func (m Mode) Merge(base, delta Object) Object {
	m = m.effective()
	switch {
	case delta == nil:
		return base
	case len(delta) == 0 && (m.IgnoreEmpty || m.BaseWins):
		return base.present()
	case len(delta) == 0:
		return Object{}
	case m.Replace && m.BaseWins && len(base) > 0:
		return base
	case m.Replace:
		return m.stored(delta).(Object)
	}
	return m.members(base.present(), delta)
}

// members returns base with each member of delta merged into it.
func (m Mode) members(base, delta Object) Object {
	for _, d := range delta {
		base = m.member(base, d.Name, d.Value)
	}
	return base
}

// member returns base with the member of that name changed by the value v of a delta.
func (m Mode) member(base Object, name string, v any) Object {
	old, has := base.Get(name)
	switch merged, ok := m.merged(old, v); {
	case has && ok:
		return base.With(name, merged)
	case has && m.BaseWins:
		return base
	case v == nil:
		return base.Without(name)
	}
	return base.With(name, m.stored(v))
}

// merged returns old and v as one value, if the mode merges values of their kinds:
// objects with AllLevels, lists with AppendLists or UnionLists.
func (m Mode) merged(old, v any) (any, bool) {
	switch v := v.(type) {
	case Object:
		old, ok := old.(Object)
		if ok && m.AllLevels {
			return m.members(old, v), true
		}
	case []any:
		old, ok := old.([]any)
		if ok && m.combinesLists() {
			return m.combined(old, v), true
		}
	}
	return nil, false
}

func (m Mode) combinesLists() bool { return m.AppendLists || m.UnionLists }

// combined returns old with the elements of list appended. UnionLists leaves out those
// that the array has already.
func (m Mode) combined(old, list []any) []any {
	result := slices.Clone(old)
	for _, e := range list {
		if m.StripNulls {
			e = strip(e, true)
		}
		if !m.UnionLists || !contains(result, e) {
			result = append(result, e)
		}
	}
	return result
}

func contains(list []any, v any) bool {
	return slices.ContainsFunc(list, func(e any) bool { return Equal(e, v) })
}

// stored returns v as the mode stores it: StripNulls leaves out null members at any
// depth, AllLevels those of objects that are not inside an array.
func (m Mode) stored(v any) any {
	switch {
	case m.StripNulls:
		return strip(v, true)
	case m.AllLevels:
		return strip(v, false)
	}
	return v
}

// strip returns v without null members. Null elements of arrays stay.
func strip(v any, insideLists bool) any {
	switch v := v.(type) {
	case Object:
		result := Object{}
		for _, m := range v {
			if m.Value != nil {
				result = append(result, Member{m.Name, strip(m.Value, insideLists)})
			}
		}
		return result
	case []any:
		if !insideLists {
			return v
		}
		result := []any{}
		for _, e := range v {
			result = append(result, strip(e, insideLists))
		}
		return result
	}
	return v
}

// Diff returns the smallest delta that turns from into to, and the pointers that the
// mode cannot reach (metadata.Mode.Diff). The delta goes as far as it can, and does not
// have what the mode does not store.
func (m Mode) Diff(from, to Object) (delta Object, missed []string) {
	m = m.effective()
	from, to = from.present(), to.present()
	switch {
	case Equal(from, to):
		return nil, nil
	case m.Replace:
		return m.diffReplace(from, to)
	case len(to) == 0 && !m.IgnoreEmpty && !m.BaseWins:
		return Object{}, nil
	}
	delta, missed = m.diffMembers("", from, to)
	if len(delta) == 0 {
		return nil, missed // {} would wipe
	}
	return delta, missed
}

// diffReplace is Diff for Replace: the delta is all of to. If base wins, or if {}
// changes nothing, the whole object stays. Where nulls are not stored, a delta of nulls
// stands for {}.
func (m Mode) diffReplace(from, to Object) (delta Object, missed []string) {
	stored := m.stored(to).(Object)
	switch missed = m.lost("", to); {
	case m.BaseWins && len(from) > 0:
		return nil, []string{""}
	case len(stored) > 0:
		return stored, missed
	case len(from) == 0:
		return nil, missed
	case m.StripNulls && (m.IgnoreEmpty || len(to) > 0):
		return Object{{from[0].Name, nil}}, missed
	case m.IgnoreEmpty:
		return nil, []string{""}
	}
	return Object{}, missed
}

// diffMembers is Diff for two objects at the pointer at.
func (m Mode) diffMembers(at string, from, to Object) (delta Object, missed []string) {
	delta = Object{}
	for _, f := range from {
		v, has := to.Get(f.Name)
		p := pointerTo(at, f.Name)
		switch {
		case has && Equal(f.Value, v):
		case has:
			d, ok, lost := m.diffValues(p, f.Value, v)
			missed = append(missed, lost...)
			if ok {
				delta = delta.With(f.Name, d)
			}
		case m.BaseWins:
			missed = append(missed, p)
		default:
			delta = delta.With(f.Name, nil)
		}
	}
	for _, t := range to {
		if from.Has(t.Name) {
			continue
		}
		p := pointerTo(at, t.Name)
		if t.Value == nil {
			missed = append(missed, p) // null is not stored
			continue
		}
		delta = delta.With(t.Name, m.stored(t.Value))
		missed = append(missed, m.lost(p, t.Value)...)
	}
	return delta, missed
}

// diffValues is Diff for two values that differ. It reports false if there is nothing
// to send.
func (m Mode) diffValues(p string, from, to any) (delta any, ok bool, missed []string) {
	if f, t, ok := bothObjects(from, to); ok && m.AllLevels {
		d, missed := m.diffMembers(p, f, t)
		return d, len(d) > 0, missed
	}
	if f, t, ok := bothLists(from, to); ok && m.combinesLists() {
		d := m.appended(f, t)
		return d, d != nil, missedUnless(d != nil, p)
	}
	if m.BaseWins || to == nil {
		return nil, false, []string{p}
	}
	return m.stored(to), true, m.lost(p, to)
}

// appended returns the elements that turn the list from into to, or nil if none do.
func (m Mode) appended(from, to []any) any {
	if len(to) < len(from) {
		return nil
	}
	tail := to[len(from):]
	if !Equal(m.combined(from, tail), to) {
		return nil
	}
	return tail
}

func missedUnless(ok bool, p string) []string {
	if ok {
		return nil
	}
	return []string{p}
}

// lost returns the pointers of the null members in v that the mode does not store; see
// stored.
func (m Mode) lost(p string, v any) []string {
	var result []string
	switch v := v.(type) {
	case Object:
		for _, e := range v {
			at := pointerTo(p, e.Name)
			if e.Value == nil && (m.StripNulls || m.AllLevels) {
				result = append(result, at)
			}
			result = append(result, m.lost(at, e.Value)...)
		}
	case []any:
		for i, e := range v {
			if m.StripNulls {
				result = append(result, m.lost(pointerTo(p, strconv.Itoa(i)), e)...)
			}
		}
	}
	return result
}

func bothObjects(a, b any) (Object, Object, bool) {
	x, isX := a.(Object)
	y, isY := b.(Object)
	return x, y, isX && isY
}

func bothLists(a, b any) ([]any, []any, bool) {
	x, isX := a.([]any)
	y, isY := b.([]any)
	return x, y, isX && isY
}

// Compose returns deltas that, merged in order, change every object as first and then
// do: none if both are absent, one if one can express both, else both
// (metadata.Mode.Compose).
func (m Mode) Compose(first, then Object) []Object {
	if first == nil && then == nil {
		return nil
	}
	if joined, ok := m.effective().joined(first, then); ok {
		return []Object{joined}
	}
	return []Object{first, then}
}

// joined returns one delta for both, if there is one.
func (m Mode) joined(first, then Object) (Object, bool) {
	keeps := m.IgnoreEmpty || m.BaseWins // {} changes nothing
	switch {
	case first == nil:
		return then, true
	case then == nil:
		return first, true
	case len(then) == 0 && keeps:
		return first, true
	case len(then) == 0:
		return then, true
	case m.Replace && m.BaseWins && len(m.stored(first).(Object)) > 0:
		return first, true
	case m.Replace:
		return then, true
	case len(first) > 0 || keeps:
		return m.joinedMembers(first, then)
	}
	return first, len(m.members(first, then)) == 0 // a wipe, then members to set
}

func (m Mode) joinedMembers(first, then Object) (Object, bool) {
	result := first
	for _, t := range then {
		f, has := first.Get(t.Name)
		joined, ok := t.Value, true
		if has {
			joined, ok = m.joinedValues(f, t.Value)
		}
		if !ok {
			return nil, false
		}
		result = result.With(t.Name, joined)
	}
	return result, true
}

// joinedValues joins two values that deltas have at the same place.
func (m Mode) joinedValues(first, then any) (any, bool) {
	if f, t, ok := bothObjects(first, then); ok && m.AllLevels {
		return m.joinedMembers(f, t)
	}
	if f, t, ok := bothLists(first, then); ok && m.combinesLists() {
		return m.combined(m.stored(f).([]any), t), true
	}
	if !m.BaseWins {
		return then, !m.merges(then)
	}
	switch {
	case first == nil:
		return then, true // the removal has no effect
	case !m.merges(then):
		return first, true // the base has a value now, which wins
	}
	return nil, false
}

// merges reports whether the effect of v in a delta depends on the value that the base
// has in its place.
func (m Mode) merges(v any) bool {
	switch v.(type) {
	case Object:
		return m.AllLevels
	case []any:
		return m.combinesLists()
	}
	return false
}

// FromDeep returns the delta for FirstLevel that changes base as deep does with Deep
// (metadata.Mode.FromDeep, rules 1 to 4).
func FromDeep(base, deep Object) Object {
	goal := Deep.Merge(base, deep)
	var delta Object
	for _, d := range deep {
		v, has := goal.Get(d.Name)
		old, had := base.Get(d.Name)
		switch {
		case !has && had:
			delta = delta.With(d.Name, nil)
		case has && (!had || !Equal(old, v)):
			delta = delta.With(d.Name, v)
		}
	}
	return delta
}

// Merge3 joins the changes that ours and theirs made since base, and returns the
// pointers of the conflicts (metadata.Merge3).
func Merge3(base, ours, theirs Object) (Object, []string) {
	result, conflicts := merge3("", base, ours, theirs)
	if len(result) == 0 && ours == nil {
		return nil, conflicts
	}
	return result, conflicts
}

func merge3(at string, base, ours, theirs Object) (Object, []string) {
	result, conflicts := Object{}, []string(nil)
	for _, name := range names(ours, theirs) {
		p := pointerTo(at, name)
		slot, found := merge3Members(p, base.slot(name), ours.slot(name), theirs.slot(name))
		conflicts = append(conflicts, found...)
		for _, v := range slot {
			result = result.With(name, v)
		}
	}
	return result, conflicts
}

// merge3Members joins one member, by the four rules of metadata.Merge3. A slot is a
// list without an element if the member is absent.
func merge3Members(p string, base, ours, theirs []any) ([]any, []string) {
	switch {
	case Equal(ours, theirs), Equal(base, theirs):
		return ours, nil
	case Equal(base, ours):
		return theirs, nil
	}
	if len(ours) > 0 && len(theirs) > 0 {
		if o, t, ok := bothObjects(ours[0], theirs[0]); ok {
			joined, conflicts := merge3(p, objectIn(base), o, t)
			return []any{joined}, conflicts
		}
	}
	return ours, []string{p}
}

// slot returns the member of that name as a list of at most one value.
func (o Object) slot(name string) []any {
	if v, ok := o.Get(name); ok {
		return []any{v}
	}
	return []any{}
}

func objectIn(slot []any) Object {
	if len(slot) == 0 {
		return nil
	}
	o, _ := slot[0].(Object)
	return o
}

// names returns the names of a, then those that only b has.
func names(a, b Object) []string {
	var result []string
	for _, m := range slices.Concat(a, b) {
		if !slices.Contains(result, m.Name) {
			result = append(result, m.Name)
		}
	}
	return result
}

// Change is one difference between two objects (metadata.Change).
type Change struct {
	Kind, Pointer string
	From, To      any
}

// Changes lists the differences between from and to (metadata.Changes): members of from
// first, in their order, then new members of to.
func Changes(from, to Object) []Change {
	return changesOf("", from.present(), to.present())
}

func changesOf(p string, from, to any) []Change {
	f, t, ok := bothObjects(from, to)
	switch {
	case ok:
		return changesOfMembers(p, f, t)
	case Equal(from, to):
		return nil
	}
	return []Change{{"replaced", p, from, to}}
}

func changesOfMembers(at string, from, to Object) []Change {
	var changes []Change
	for _, name := range names(from, to) {
		p := pointerTo(at, name)
		f, had := from.Get(name)
		t, has := to.Get(name)
		switch {
		case had && has:
			changes = append(changes, changesOf(p, f, t)...)
		case had:
			changes = append(changes, Change{Kind: "removed", Pointer: p, From: f})
		default:
			changes = append(changes, Change{Kind: "added", Pointer: p, To: t})
		}
	}
	return changes
}

func pointers(changes []Change) []string {
	var result []string
	for _, c := range changes {
		result = append(result, c.Pointer)
	}
	return result
}
