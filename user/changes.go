package user

import (
	"encoding/json"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
)

// Changes lists how the profile to differs from from: what [metadata.Changes] says
// of their [Profile.Object], whose error it returns, at a fraction of the cost. Its
// bound on pointers holds for each metadata by itself.
func Changes(from, to Profile) ([]metadata.Change, error) {
	if from.hides() || to.hides() || !from.fits() || !to.fits() {
		return changesOfObjects(from, to)
	}
	var c changes
	compare(&c, "/user_id", from.UserID, to.UserID)
	compare(&c, "/email", from.Email, to.Email)
	compare(&c, "/email_verified", from.EmailVerified, to.EmailVerified)
	compare(&c, "/username", from.Username, to.Username)
	compare(&c, "/phone_number", from.PhoneNumber, to.PhoneNumber)
	compare(&c, "/phone_verified", from.PhoneVerified, to.PhoneVerified)
	compare(&c, "/name", from.Name, to.Name)
	compare(&c, "/nickname", from.Nickname, to.Nickname)
	compare(&c, "/given_name", from.GivenName, to.GivenName)
	compare(&c, "/family_name", from.FamilyName, to.FamilyName)
	compare(&c, "/picture", from.Picture, to.Picture)
	compare(&c, "/blocked", from.Blocked, to.Blocked)
	if !equalIdentities(from.Identities, to.Identities) {
		c.values("/identities", identitiesValue(from.Identities), identitiesValue(to.Identities))
	}
	c.objects("/user_metadata", from.UserMetadata, to.UserMetadata)
	c.objects("/app_metadata", from.AppMetadata, to.AppMetadata)
	c.values("/multifactor", from.Multifactor, to.Multifactor)
	compare(&c, "/multifactor_last_modified", from.MultifactorLastModified, to.MultifactorLastModified)
	compare(&c, "/last_ip", from.LastIP, to.LastIP)
	compare(&c, "/last_login", from.LastLogin, to.LastLogin)
	compare(&c, "/logins_count", from.LoginsCount, to.LoginsCount)
	compare(&c, "/last_password_reset", from.LastPasswordReset, to.LastPasswordReset)
	compare(&c, "/created_at", from.CreatedAt, to.CreatedAt)
	compare(&c, "/updated_at", from.UpdatedAt, to.UpdatedAt)
	c.values("/permissions", from.Permissions, to.Permissions)
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

// hides reports whether Extra has an attribute that has a field: whether it is
// written depends on the field. Most profiles have none.
func (p *Profile) hides() bool {
	for name := range p.Extra.All() {
		if isField(name) {
			return true
		}
	}
	return false
}

func isField(name string) bool {
	switch name {
	case "user_id", "email", "email_verified", "username", "phone_number", "phone_verified", "name", "nickname", "given_name",
		"family_name", "picture", "blocked", "identities", "user_metadata", "app_metadata", "multifactor", "multifactor_last_modified",
		"last_ip", "last_login", "logins_count", "last_password_reset", "created_at", "updated_at", "permissions":
		return true
	}
	return false
}

// fits reports whether the text of p has no more levels than a text can have.
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
	for i := range p.Identities {
		if !fit(p.Identities[i].ProfileData, metadata.MaxLevels-4) || !fit(p.Identities[i].Extra, metadata.MaxLevels-3) {
			return false
		}
	}
	return fit(p.UserMetadata, metadata.MaxLevels-2) && fit(p.AppMetadata, metadata.MaxLevels-2) && fit(p.Extra, metadata.MaxLevels-1) &&
		fits(p.Multifactor, metadata.MaxLevels-1) && fits(p.Permissions, metadata.MaxLevels-1)
}

// changes collects what is in from in its order, and what is new in to after it.
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

// compare looks at the JSON of a field only where it is not the same at first sight:
// how a value is written counts too.
func compare[T comparable](c *changes, pointer string, from, to Field[T]) {
	if from != to {
		c.values(pointer, from.Value(), to.Value())
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

// objectsIn compares two values that differ and are both there.
func (c *changes) objectsIn(pointer string, from, to metadata.Value) {
	x, ok := from.Object()
	y, too := to.Object()
	if !ok || !too {
		c.add(metadata.Change{Pointer: pointer, Kind: metadata.Replaced, From: from, To: to})
		return
	}
	c.within(pointer, x, y)
}

func (c *changes) objects(pointer string, from, to metadata.Object) {
	if from.IsZero() || to.IsZero() {
		x, _ := from.Get()
		y, _ := to.Get()
		c.values(pointer, x, y)
		return
	}
	c.within(pointer, from, to)
}

func (c *changes) within(pointer string, from, to metadata.Object) {
	for _, x := range metadata.Changes(from, to) {
		x.Pointer = pointer + x.Pointer
		c.add(x)
	}
}

func equalIdentities(a, b []Identity) bool {
	if (a == nil) != (b == nil) || len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].same(&b[i]) {
			return false
		}
	}
	return true
}

// same reports whether i and j are one at first sight.
func (i *Identity) same(j *Identity) bool {
	return i.Connection == j.Connection && i.UserID == j.UserID && i.Provider == j.Provider && i.IsSocial == j.IsSocial &&
		i.ProfileData.Equal(j.ProfileData) && i.AccessToken == j.AccessToken && i.AccessTokenSecret == j.AccessTokenSecret &&
		i.RefreshToken == j.RefreshToken && i.Extra.Equal(j.Extra)
}

func identitiesValue(list []Identity) metadata.Value {
	if list == nil {
		return metadata.Value{}
	}
	v, err := metadata.ValueOf(json.RawMessage(appendIdentities(nil, list)))
	if err != nil {
		return metadata.Value{} // an Identity writes JSON
	}
	return v
}
