package user

import (
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
)

// Changes lists the differences between the profiles from and to. The result is that
// of [metadata.Changes] for their [Profile.Object], at a fraction of the cost: text that
// the profiles share is not read. The bound on the size of pointers applies to each
// metadata object by itself. A value that is nested too deep for a JSON text, in a
// profile that was built from parts, is absent in its change.
//
// The secrets that [Profile.String] masks are masked in the values of the changes
// too, since not every form of printing calls [metadata.Change.Format]; from and to
// have them. Changes are found before, so a new token is a change between equal values.
func Changes(from, to Profile) []metadata.Change {
	list := openChanges(from, to)
	for i := range list {
		list[i] = mask.Change(list[i])
	}
	return list
}

// openChanges is Changes without masks.
func openChanges(from, to Profile) []metadata.Change {
	if attrs.Hides(from.Extra) || attrs.Hides(to.Extra) {
		x, err := from.Object()
		y, tooDeep := to.Object()
		if err == nil && tooDeep == nil {
			return metadata.Changes(x, y)
		}
	}
	var c changes
	a, b := from.attributes(), to.attributes()
	for i := range a {
		c.attribute(a[i].Name, a[i].Field, b[i].Field)
	}
	for _, x := range metadata.Changes(from.Extra, to.Extra) {
		c.add(x)
	}
	return append(c.list, c.added...)
}

// changes collects the changes in the order of from, and new members after them.
type changes struct{ list, added []metadata.Change }

func (c *changes) add(x metadata.Change) {
	if x.Kind == metadata.Added && strings.LastIndexByte(x.Pointer, '/') <= 0 {
		c.added = append(c.added, x)
	} else {
		c.list = append(c.list, x)
	}
}

// attribute compares one attribute. It reads the JSON of fields that are not identical,
// which includes how a value is written.
func (c *changes) attribute(name string, from, to attrs.Field) {
	switch f := from.(type) {
	case interface{ identical(g any) bool }:
		if f.identical(to) {
			return
		}
	case identityList:
		if attrs.EqualLists(*f.At, *to.(identityList).At, (*Identity).identical) {
			return
		}
	case attrs.Object:
		c.objects(name, *f.At, *to.(attrs.Object).At)
		return
	}
	x, y := attrs.ValueOf(from), attrs.ValueOf(to)
	if x.IsZero() != from.IsZero() || y.IsZero() != to.IsZero() { // nested too deep
		kind := metadata.Replaced
		if from.IsZero() {
			kind = metadata.Added
		} else if to.IsZero() {
			kind = metadata.Removed
		}
		c.add(metadata.Change{Pointer: "/" + name, Kind: kind, From: x, To: y})
		return
	}
	c.values("/"+name, x, y)
}

func (c *changes) values(pointer string, from, to metadata.Value) {
	switch {
	case from.Equal(to):
	case from.IsZero():
		c.add(metadata.Change{Pointer: pointer, Kind: metadata.Added, To: to})
	case to.IsZero():
		c.add(metadata.Change{Pointer: pointer, Kind: metadata.Removed, From: from})
	default:
		c.objectsIn(pointer, from, to)
	}
}

// objectsIn compares two values that differ, neither of which is absent.
func (c *changes) objectsIn(pointer string, from, to metadata.Value) {
	x, ok := from.Object()
	y, too := to.Object()
	if !ok || !too {
		c.add(metadata.Change{Pointer: pointer, Kind: metadata.Replaced, From: from, To: to})
		return
	}
	c.within(pointer, x, y)
}

func (c *changes) objects(name string, from, to metadata.Object) {
	switch {
	case from.IsZero() && to.IsZero():
	case from.IsZero() || to.IsZero():
		x, _ := from.Get()
		y, _ := to.Get()
		c.values("/"+name, x, y)
	default:
		c.within("/"+name, from, to)
	}
}

func (c *changes) within(pointer string, from, to metadata.Object) {
	for _, x := range metadata.Changes(from, to) {
		x.Pointer = pointer + x.Pointer
		c.add(x)
	}
}

// identical reports whether i and j have the same members, written the same.
func (i *Identity) identical(j *Identity) bool {
	a, b := i.attributes(), j.attributes()
	for k := range a {
		if f, ok := a[k].Field.(interface{ identical(g any) bool }); ok && !f.identical(b[k].Field) {
			return false
		}
	}
	return i.ProfileData.Equal(j.ProfileData) && i.Extra.Equal(j.Extra)
}
