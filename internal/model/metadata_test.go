package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/metameld/metameld/metadata"
)

// levels bounds the nesting of random metadata.
const levels = 4

var metadataOperations = []operation{
	{"mode-name", modeInputs(0), checkModeName},
	{"equal", objectInputs(2), checkEqual},
	{"merge", modeInputs(2), checkMerge},
	{"merge-text", modeInputs(2), checkMergeText},
	{"merge-duplicate", modeInputs(2), checkMergeDuplicate},
	{"diff", modeInputs(2), checkDiff},
	{"diff-text", modeInputs(2), checkDiffText},
	{"diff-only-nulls", onlyNullsInputs, checkDiff},
	{"compose", modeInputs(3), checkCompose},
	{"from-deep", modeInputs(2), checkFromDeep},
	{"merge3", objectInputs(3), checkMerge3},
	{"merge3-absent", objectInputs(3), checkMerge3Absent},
	{"changes", objectInputs(2), checkChanges},
	{"edit", editInputs, checkEdit},
}

// objectInputs returns n objects, each related to one before.
func objectInputs(n int) func(r *random) []any {
	return func(r *random) []any {
		var in []any
		last := r.optional(levels)
		for range n {
			in = append(in, last)
			last = r.related(in[r.IntN(len(in))].(Object), levels)
		}
		return in
	}
}

// modeInputs returns the name of a mode and n objects.
func modeInputs(n int) func(r *random) []any {
	return func(r *random) []any {
		return append([]any{r.mode()}, objectInputs(n)(r)...)
	}
}

// libraryObject returns o as the library reads it.
func libraryObject(o Object) metadata.Object {
	if o == nil {
		return metadata.Object{}
	}
	result, err := metadata.Parse(spelled(o))
	if err != nil {
		panic(err)
	}
	return result
}

func libraryDelta(o Object) metadata.Delta { return metadata.DeltaOf(libraryObject(o)) }

// modelObject returns the object whose text the library wrote; "" is absent.
func modelObject(text string) Object {
	if text == "" {
		return nil
	}
	return MustDecode(text).(Object)
}

// modes returns the mode of that name in the library and in the model.
func modes(in any) (metadata.Mode, Mode) {
	m, ok := metadata.ParseMode(in.(string))
	if !ok {
		panic("unknown mode: " + in.(string))
	}
	flag := func(f metadata.Mode) bool { return m&f != 0 }
	return m, Mode{
		AllLevels:   flag(metadata.AllLevels),
		BaseWins:    flag(metadata.BaseWins),
		IgnoreEmpty: flag(metadata.IgnoreEmpty),
		StripNulls:  flag(metadata.StripNulls),
		AppendLists: flag(metadata.AppendLists),
		UnionLists:  flag(metadata.UnionLists),
		Replace:     flag(metadata.Replace),
	}
}

func TestPresets(t *testing.T) {
	for mode, want := range map[metadata.Mode]Mode{
		metadata.FirstLevel: FirstLevel, metadata.Deep: Deep,
		metadata.Replace: Replace, metadata.Fill: Fill,
	} {
		if _, m := modes(mode.String()); m != want || m.String() != mode.String() {
			t.Errorf("%s: %+v", mode, m)
		}
	}
}

func checkModeName(in []any) error {
	library, model := modes(in[0])
	if library.String() == model.String() {
		return nil
	}
	return fmt.Errorf("String\n  library: %s\n  model:   %s", library, model)
}

func checkEqual(in []any) error {
	a, b := in[0].(Object), in[1].(Object)
	x, y := libraryObject(a), libraryObject(b)
	if want := Equal(a, b); x.Equal(y) != want || y.Equal(x) != want {
		return fmt.Errorf("Equal\n  library: %v, %v\n  model:   %v", x.Equal(y), y.Equal(x), want)
	}
	if c := slices.Clone(a); len(a) > 1 {
		slices.Reverse(c)
		if !x.Equal(libraryObject(c)) {
			return errors.New("Equal depends on the order of members")
		}
	}
	return nil
}

func checkMerge(in []any) error {
	library, model := modes(in[0])
	base, delta := in[1].(Object), in[2].(Object)
	x, d := libraryObject(base), libraryDelta(delta)
	got, want := library.Merge(x, d), model.Merge(base, delta)
	again := model.Merge(want, delta)
	return cmp.Or(
		compare("Merge", modelObject(got.String()), want),
		sameOrder("Merge", modelObject(got.String()), want),
		compare("Merge again", modelObject(library.Merge(got, d).String()), again),
		compare("base after Merge", modelObject(x.String()), base),
		compare("delta after Merge", modelObject(d.String()), delta),
		idempotent(model, want, again),
	)
}

// sameOrder compares the order of names, at every level (metadata.Mode.Merge, rule 3).
func sameOrder(what string, library, model any) error {
	if a, b, ok := bothObjects(library, model); ok {
		if !slices.Equal(names(a, nil), names(b, nil)) {
			return fmt.Errorf("order of %s\n  library: %s\n  model:   %s", what, show(a), show(b))
		}
		for i := range a {
			if err := sameOrder(what, a[i].Value, b[i].Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// idempotent checks a law on the model itself: merging twice is merging once, unless
// lists are appended.
func idempotent(m Mode, once, twice Object) error {
	if m.effective().AppendLists {
		return nil
	}
	return compare("the model merges twice", twice, once)
}

func checkMergeText(in []any) error {
	library, model := modes(in[0])
	doc, delta := in[1].(Object), in[2].(Object)
	got, err := library.AppendMerge([]byte("before"), spelled(doc), spelled(delta))
	if err != nil {
		return fmt.Errorf("AppendMerge: %w", err)
	}
	text, err := afterPrefix(got)
	if err != nil {
		return err
	}
	want := model.Merge(doc, delta)
	return cmp.Or(
		compare("AppendMerge", modelObject(text), want),
		sameOrder("AppendMerge", modelObject(text), want),
	)
}

// afterPrefix returns the text that was appended to "before".
func afterPrefix(dst []byte) (string, error) {
	if len(dst) < 6 || string(dst[:6]) != "before" {
		return "", fmt.Errorf("dst is overwritten: %q", dst)
	}
	return string(dst[6:]), nil
}

// checkMergeDuplicate merges texts with a name twice: at the first level of doc, and at
// the first or second level of patch (metadata.Mode.AppendMerge, rule 4).
func checkMergeDuplicate(in []any) error {
	library, _ := modes(in[0])
	doc, delta := in[1].(Object), in[2].(Object)
	if len(doc) == 0 || len(delta) == 0 {
		return nil
	}
	twice := func(o Object) Object { return append(slices.Clone(o), o[0]) }
	_, inDoc := library.AppendMerge(nil, spelled(twice(doc)), spelled(delta))
	dst, inDelta := library.AppendMerge([]byte("before"), spelled(doc), spelled(twice(delta)))
	_, inside := library.AppendMerge(nil, spelled(doc), spelled(Object{{"b", []any{twice(delta)}}}))
	for place, err := range map[string]error{"in doc": inDoc, "in patch": inDelta, "inside patch": inside} {
		if !errors.Is(err, metadata.ErrDuplicateName) {
			return fmt.Errorf("duplicate name %s: %w", place, err)
		}
	}
	if string(dst) != "before" {
		return fmt.Errorf("dst after an error: %q", dst)
	}
	return nil
}

// onlyNullsInputs returns a mode, an object, and a goal of which the mode stores nothing.
func onlyNullsInputs(r *random) []any {
	to := Object{{r.name(), nil}}
	return []any{pick(r, "replace", "replace+base-wins", "replace+ignore-empty") + "+strip-nulls", r.related(to, levels), to}
}

func checkDiff(in []any) error {
	library, model := modes(in[0])
	from, to := in[1].(Object), in[2].(Object)
	got, err := library.Diff(libraryObject(from), libraryObject(to))
	return cmp.Or(
		compareDiff(model, from, to, modelObject(got.String()), err),
		diffReaches(model, from, to, modelObject(got.String()), err),
	)
}

func checkDiffText(in []any) error {
	library, model := modes(in[0])
	from, to := in[1].(Object), in[2].(Object)
	dst, err := library.AppendDiff([]byte("before"), spelled(from), spelled(to))
	text, prefix := afterPrefix(dst)
	if prefix != nil {
		return prefix
	}
	return compareDiff(model, from, to, modelObject(text), err)
}

// compareDiff compares what is out of reach, and the delta if nothing is.
func compareDiff(m Mode, from, to, got Object, err error) error {
	want, missed := m.Diff(from, to)
	if e := compareSets("unreachable", metadata.Unreachable(err), missed); e != nil {
		return fmt.Errorf("%w\n  error: %v", e, err)
	}
	return compare("Diff", got, want)
}

// diffReaches checks the law of Diff, and that its error names what differs after it.
func diffReaches(m Mode, from, to, delta Object, err error) error {
	after := m.Merge(from, delta).present()
	missed := metadata.Unreachable(err)
	if err == nil {
		return compare("the goal of Diff", after, to.present())
	}
	return covers(missed, pointers(Changes(after, to)))
}

// covers checks that each difference is at or under a pointer of an error, and that each
// pointer has such a difference.
func covers(missed, differences []string) error {
	under := func(p, q string) bool { // the place of a list that differs is the list
		return strings.HasPrefix(q+"/", p+"/") || strings.HasPrefix(p, q+"/")
	}
	for _, d := range differences {
		if !slices.ContainsFunc(missed, func(p string) bool { return under(p, d) }) {
			return fmt.Errorf("the error %q does not name the difference at %q", missed, d)
		}
	}
	for _, p := range missed {
		if !slices.ContainsFunc(differences, func(d string) bool { return under(p, d) }) {
			return fmt.Errorf("the error names %q, which does not differ: %q", p, differences)
		}
	}
	return nil
}

func checkCompose(in []any) error {
	library, model := modes(in[0])
	base, first, then := in[1].(Object), in[2].(Object), in[3].(Object)
	var got []Object
	for _, d := range library.Compose(libraryDelta(first), libraryDelta(then)) {
		got = append(got, modelObject(d.String()))
	}
	want := model.Compose(first, then)
	if len(got) != len(want) {
		return fmt.Errorf("Compose\n  library: %s\n  model:   %s", showAll(got), showAll(want))
	}
	return cmp.Or(
		composes(model, "the model", base, first, then, want),
		composes(model, "the library", base, first, then, got),
	)
}

// composes checks on several bases that merging deltas has the effect of first and
// then.
func composes(m Mode, who string, base, first, then Object, deltas []Object) error {
	r := newRandom(1, Encode(first))
	bases := []Object{base, nil, {}, first, then, m.Merge(first, then)}
	for range 8 {
		bases = append(bases, r.related(pick(r, first, then), levels))
	}
	for _, b := range bases {
		want := m.Merge(m.Merge(b, first), then)
		got := b
		for _, d := range deltas {
			got = m.Merge(got, d)
		}
		if !Equal(want, got) {
			return fmt.Errorf("%s composes %s: for base %s\n  composed: %s\n  in order: %s",
				who, showAll(deltas), show(b), show(got), show(want))
		}
	}
	return nil
}

func showAll(list []Object) string {
	text := ""
	for _, o := range list {
		text += " " + show(o)
	}
	return "[" + text + " ]"
}

func checkFromDeep(in []any) error {
	library, model := modes(in[0])
	base, deep := in[1].(Object), in[2].(Object)
	d, err := library.FromDeep(libraryObject(base), libraryDelta(deep))
	got := modelObject(d.String())
	goal := Deep.Merge(base, deep)
	if model == FirstLevel {
		return cmp.Or(err, compare("FromDeep", got, FromDeep(base, deep)))
	}
	if _, missed := model.Diff(base, goal); len(missed) == 0 || err == nil {
		after := model.Merge(base, got).present()
		return cmp.Or(err, compare("the goal of FromDeep", after, goal.present()))
	}
	if len(metadata.Unreachable(err)) == 0 {
		return fmt.Errorf("FromDeep: an error without a pointer: %w", err)
	}
	return nil
}

func checkMerge3(in []any) error {
	base, ours, theirs := in[0].(Object), in[1].(Object), in[2].(Object)
	got, conflicts := metadata.Merge3(libraryObject(base), libraryObject(ours), libraryObject(theirs))
	want, wantConflicts := Merge3(base, ours, theirs)
	return cmp.Or(
		compare("Merge3", modelObject(got.String()).present(), want.present()),
		compareSets("conflicts", conflicts, wantConflicts),
	)
}

// checkMerge3Absent checks when the result is absent: if it has no members and ours is
// absent (metadata.Merge3).
func checkMerge3Absent(in []any) error {
	base, ours, theirs := in[0].(Object), in[1].(Object), in[2].(Object)
	got, _ := metadata.Merge3(libraryObject(base), libraryObject(ours), libraryObject(theirs))
	want, _ := Merge3(base, ours, theirs)
	if got.IsZero() != (want == nil) {
		return compare("Merge3", modelObject(got.String()), want)
	}
	return nil
}

func checkChanges(in []any) error {
	from, to := in[0].(Object), in[1].(Object)
	return compareChanges(metadata.Changes(libraryObject(from), libraryObject(to)), Changes(from, to))
}

// compareChanges compares lists of changes, order included.
func compareChanges(library []metadata.Change, model []Change) error {
	return compare("Changes", libraryChanges(library), modelChanges(model))
}

func libraryChanges(changes []metadata.Change) any {
	list := []any{}
	for _, c := range changes {
		o := Object{{"kind", string(c.Kind)}, {"pointer", c.Pointer}}
		if !c.From.IsZero() {
			o = o.With("from", MustDecode(c.From.String()))
		}
		if !c.To.IsZero() {
			o = o.With("to", MustDecode(c.To.String()))
		}
		list = append(list, o)
	}
	return list
}

func modelChanges(changes []Change) any {
	list := []any{}
	for _, c := range changes {
		o := Object{{"kind", c.Kind}, {"pointer", c.Pointer}}
		if c.Kind != "added" {
			o = o.With("from", c.From)
		}
		if c.Kind != "removed" {
			o = o.With("to", c.To)
		}
		list = append(list, o)
	}
	return list
}

// editInputs returns an object, a value, and a path of one or two names.
func editInputs(r *random) []any {
	path := []any{r.name()}
	if r.percent(50) {
		path = append(path, r.name())
	}
	return []any{r.optional(levels), r.value(2), path}
}

// checkEdit checks Object.With, Without, Get and At.
func checkEdit(in []any) error {
	o, v := in[0].(Object), in[1]
	var path []string
	for _, name := range in[2].([]any) {
		path = append(path, name.(string))
	}
	if len(path) == 0 {
		return nil
	}
	want, reached := withPath(o, v, path)
	x := libraryObject(o)
	got, err := x.With(metadata.MustValue(Encode(v)), path...)
	if reached != (err == nil) || !reached && !errors.Is(err, metadata.ErrPath) {
		return fmt.Errorf("With: reached %v, error %w", reached, err)
	}
	found, ok := x.Get(path...)
	return cmp.Or(
		compare("With", modelObject(got.String()), want),
		compare("Without", modelObject(x.Without(path...).String()), withoutPath(o, path)),
		compareFound(found, ok, x.At(metadata.Pointer(path...)), o, path),
	)
}

// withPath returns o with v at the path, unless that leads through another value.
func withPath(o Object, v any, path []string) (Object, bool) {
	if len(path) == 1 {
		return o.With(path[0], v), true
	}
	if old, has := o.Get(path[0]); has {
		if _, ok := old.(Object); !ok {
			return o, false
		}
	}
	inner, ok := withPath(o.Object(path[0]), v, path[1:])
	if !ok {
		return o, false
	}
	return o.With(path[0], inner), true
}

func withoutPath(o Object, path []string) Object {
	inner := o.Object(path[0])
	switch {
	case len(path) == 1:
		return o.Without(path[0])
	case inner == nil:
		return o
	}
	return o.With(path[0], withoutPath(inner, path[1:]))
}

func compareFound(found metadata.Value, ok bool, at metadata.Value, o Object, path []string) error {
	for _, name := range path[:len(path)-1] {
		o = o.Object(name)
	}
	want, has := o.Get(path[len(path)-1])
	if has != ok || has && !Equal(MustDecode(found.String()), want) {
		return fmt.Errorf("Get: %v, %v", found, ok)
	}
	if has && !at.Equal(found) {
		return fmt.Errorf("At: %v, Get: %v", at, found)
	}
	return nil
}
