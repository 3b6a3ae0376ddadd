package user

import (
	"slices"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
)

// Changes lists the differences between the profiles from and to. The result is that
// of [metadata.Changes] for their [Profile.Object], at a fraction of the cost; the
// bound on the size of pointers applies to each metadata object by itself. The error
// is that of Profile.Object.
//
// The secrets that [Profile.String] masks are masked in the values of the changes
// too, since not every form of printing calls [metadata.Change.Format]; from and to
// have them. Changes are found before, so a new token is a change between equal values.
func Changes(from, to Profile) ([]metadata.Change, error) {
	list, err := openChanges(from, to)
	for i := range list {
		list[i] = mask.Change(list[i])
	}
	return list, err
}

// openChanges is Changes without masks.
func openChanges(from, to Profile) ([]metadata.Change, error) {
	if attrs.Hides(from.Extra) || attrs.Hides(to.Extra) || !from.fits() || !to.fits() {
		return changesOfObjects(from, to)
	}
	var c changes
	a, b := from.attributes(), to.attributes()
	for i := range a {
		c.attribute(a[i].Name, a[i].Field, b[i].Field)
	}
	for _, x := range metadata.Changes(from.Extra, to.Extra) {
		c.add(x)
	}
	return append(c.list, c.added...), nil
}

func changesOfObjects(from, to Profile) ([]metadata.Change, error) {
	x, err := from.Object()
	if err != nil {
		return nil, err
	}
	y, err := to.Object()
	if err != nil {
		return nil, err
	}
	return metadata.Changes(x, y), nil
}

// fits reports whether the text of p has no more levels than a text can have. Of the
// fields only mistyped ones have levels.
func (p *Profile) fits() bool {
	fits := func(v metadata.Value, levels int) bool { return jsonscan.Fits([]byte(v.String()), levels) }
	fit := func(o metadata.Object, levels int) bool {
		for _, v := range o.All() {
			if !fits(v, levels) {
				return false
			}
		}
		return true
	}
	deep := func(list []attrs.Attr, levels int) bool {
		return slices.ContainsFunc(list, func(a attrs.Attr) bool {
			f, ok := a.Field.(interface{ text() string })
			return ok && f.text() != "" && !jsonscan.Fits([]byte(f.text()), levels)
		})
	}
	table := p.attributes()
	if deep(table[:], metadata.MaxLevels-1) {
		return false
	}
	for i := range p.Identities {
		members := p.Identities[i].attributes()
		if deep(members[:], metadata.MaxLevels-3) {
			return false
		}
		if !fit(p.Identities[i].ProfileData, metadata.MaxLevels-4) || !fit(p.Identities[i].Extra, metadata.MaxLevels-3) {
			return false
		}
	}
	return fit(p.UserMetadata, metadata.MaxLevels-2) && fit(p.AppMetadata, metadata.MaxLevels-2) && fit(p.Extra, metadata.MaxLevels-1) &&
		fits(p.Multifactor, metadata.MaxLevels-1) && fits(p.Permissions, metadata.MaxLevels-1)
}

// changes collects the changes in the order of from, and new members after them.
type changes struct{ list, added []metadata.Change }

func (c *changes) add(x metadata.Change) {
	if x.Kind == metadata.Added && isFirstLevel(x.Pointer) {
		c.added = append(c.added, x)
	} else {
		c.list = append(c.list, x)
	}
}

func isFirstLevel(pointer string) bool {
	for i := 1; i < len(pointer); i++ {
		if pointer[i] == '/' {
			return false
		}
	}
	return true
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
		if g := to.(identityList); f.IsZero() == g.IsZero() && slices.EqualFunc(*f.At, *g.At, Identity.identical) {
			return
		}
	case attrs.Object:
		c.objects(name, *f.At, *to.(attrs.Object).At)
		return
	}
	if !from.IsZero() || !to.IsZero() {
		c.values("/"+name, attrs.ValueOf(from), attrs.ValueOf(to))
	}
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
func (i Identity) identical(j Identity) bool {
	a, b := i.attributes(), j.attributes()
	for k := range a {
		if f, ok := a[k].Field.(interface{ identical(g any) bool }); ok && !f.identical(b[k].Field) {
			return false
		}
	}
	return i.ProfileData.Equal(j.ProfileData) && i.Extra.Equal(j.Extra)
}
