package patch

import (
	"errors"
	"slices"
	"strings"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Diff returns the smallest payload that turns the user from into to:
//
//  1. An attribute that is equal is not said. One that went is null.
//  2. Metadata is said as [metadata.FirstLevel] diffs it: what changed whole, what
//     went as null, {} only where to has none and from has.
//  3. A blank payload means that there is nothing to send; the API would refuse it.
//
// Differences of updated_at and last_password_reset are not said: the API writes
// those. Everything else that no payload can bring about is an error, a
// [metadata.Errors] with [metadata.ErrUnreachable] that names it beside the payload
// that brings about the rest ([RuleUnreachable]): what Auth0 keeps itself, a true-or-false attribute
// that goes, null or text that the API would not take, metadata that it cannot
// store, attributes that the schema does not know.
//
// The result may hold attributes that cannot be sent together; see [PlanTo].
//
// Start to from a copy of from: one that was read only in part, or put together by
// hand, lacks what from has, and all of that would be removed.
func Diff(from, to user.Profile) (Payload, error) {
	d := differ{}
	var p Payload
	d.text(&p.Email, email, from.Email, to.Email)
	d.text(&p.PhoneNumber, phoneNumber, from.PhoneNumber, to.PhoneNumber)
	d.text(&p.GivenName, givenName, from.GivenName, to.GivenName)
	d.text(&p.FamilyName, familyName, from.FamilyName, to.FamilyName)
	d.text(&p.Name, name, from.Name, to.Name)
	d.text(&p.Nickname, nickname, from.Nickname, to.Nickname)
	d.text(&p.Picture, picture, from.Picture, to.Picture)
	d.text(&p.Username, username, from.Username, to.Username)
	d.flag(&p.Blocked, blocked, from.Blocked, to.Blocked)
	d.flag(&p.EmailVerified, emailVerified, from.EmailVerified, to.EmailVerified)
	d.flag(&p.PhoneVerified, phoneVerified, from.PhoneVerified, to.PhoneVerified)
	p.UserMetadata = d.metadata(userMetadata, from.UserMetadata, to.UserMetadata)
	p.AppMetadata = d.metadata(appMetadata, from.AppMetadata, to.AppMetadata)
	d.others(&p, from, to)
	d.shape(&p, Target{Lenient: true})
	return p, d.err()
}

type differ struct {
	missed metadata.Errors
	length int // of its pointers
}

func (d *differ) err() error {
	if d.missed == nil {
		return nil
	}
	return d.missed
}

func (d *differ) miss(pointer string) {
	if n := len(d.missed); n > 0 && d.missed[n-1].Fault == metadata.ErrMore {
		return
	}
	if d.length += len(pointer); len(d.missed) == check.MostEntries || d.length > check.MostPointers && len(d.missed) > 0 {
		d.missed = append(d.missed, &metadata.Error{Fault: metadata.ErrMore})
		return
	}
	d.missed = append(d.missed, &metadata.Error{Fault: metadata.ErrUnreachable, Pointer: pointer})
}

func (d *differ) text(says *Field[string], a attribute, from, to Field[string]) {
	switch {
	case from.Equal(to):
	case to.IsZero():
		*says = Null[string]()
	case to.IsNull() || to.IsMistyped():
		d.miss(a.pointer())
	default:
		*says = Set(to.Or(""))
	}
}

func (d *differ) flag(says *Param[bool], a attribute, from, to Field[bool]) {
	b, ok := to.Get()
	switch {
	case from.Equal(to):
	case !ok:
		d.miss(a.pointer())
	default:
		*says = Value(b)
	}
}

func (d *differ) metadata(a attribute, from, to metadata.Object) metadata.Delta {
	delta, err := metadata.FirstLevel.Diff(from, to)
	d.under(a, err)
	return delta
}

// under notes the faults of an error about a's metadata.
func (d *differ) under(a attribute, err error) {
	var es metadata.Errors
	errors.As(err, &es)
	for _, e := range es {
		d.missed = append(d.missed, &metadata.Error{Fault: e.Fault, Pointer: a.pointer() + e.Pointer})
	}
}

// others goes through what is no field of the payload.
func (d *differ) others(p *Payload, from, to user.Profile) {
	for _, same := range []struct {
		pointer string
		is      bool
	}{
		{"/user_id", from.UserID.Equal(to.UserID)},
		{"/identities", equalIdentities(from.Identities, to.Identities)},
		{"/multifactor", from.Multifactor.Equal(to.Multifactor)},
		{"/multifactor_last_modified", from.MultifactorLastModified.Equal(to.MultifactorLastModified)},
		{"/last_ip", from.LastIP.Equal(to.LastIP)},
		{"/last_login", from.LastLogin.Equal(to.LastLogin)},
		{"/logins_count", from.LoginsCount.Equal(to.LoginsCount)},
		{"/created_at", from.CreatedAt.Equal(to.CreatedAt)},
		{"/permissions", from.Permissions.Equal(to.Permissions)},
	} {
		if !same.is {
			d.miss(same.pointer)
		}
	}
	gone := map[string]any{}
	for name, v := range from.Extra.All() {
		w, has := to.Extra.Get(name)
		a, known := attributeOf(name)
		switch {
		case has && v.Equal(w):
		case known && a.isMetadata() && !has && !p.delta(a).IsZero(): // it is replaced by an object
		case has || known || slices.Contains(readOnly, name):
			d.miss(metadata.Pointer(name))
		default:
			gone[name] = nil
		}
	}
	for name := range to.Extra.All() {
		if _, had := from.Extra.Get(name); !had {
			d.miss(metadata.Pointer(name))
		}
	}
	p.Extra = deltaOf(gone).Object()
}

func equalIdentities(a, b []user.Identity) bool {
	x, y := user.Profile{Identities: a}, user.Profile{Identities: b}
	return x.Equal(y)
}

// shape takes out what the API would not take for the target, and notes it.
func (d *differ) shape(p *Payload, t Target) {
	for _, v := range p.Validate(t).Violations {
		path, ok := metadata.ParsePointer(v.Pointer)
		if !ok || len(path) != 1 || v.Rule == RuleExclusive {
			continue
		}
		if a, known := attributeOf(path[0]); known && !a.isMetadata() {
			p.unset(a)
			if !slices.ContainsFunc(d.missed, func(e *metadata.Error) bool { return e.Pointer == v.Pointer }) {
				d.miss(v.Pointer)
			}
		}
	}
	d.members(p, userMetadata, &t)
	d.members(p, appMetadata, &t)
}

// remains notes where got is not what was wanted, but for timestamps, for letter case
// that the connection does not keep, and for metadata that is {} or absent.
func (d *differ) remains(got, want user.Profile, t *Target) {
	want.UpdatedAt, want.LastPasswordReset = got.UpdatedAt, got.LastPasswordReset
	if t.folded(want.Email).Equal(t.folded(got.Email)) {
		want.Email = got.Email
	}
	if t.folded(want.Username).Equal(t.folded(got.Username)) {
		want.Username = got.Username
	}
	if got.UserMetadata.Len() == 0 && want.UserMetadata.Len() == 0 {
		want.UserMetadata = got.UserMetadata
	}
	if got.AppMetadata.Len() == 0 && want.AppMetadata.Len() == 0 {
		want.AppMetadata = got.AppMetadata
	}
	changes, err := user.Changes(got, want)
	if err != nil || len(changes) == 0 { // too deep: Apply has said so
		return
	}
	named := map[string]bool{} // what is noted, with all that is above it
	for _, e := range d.missed {
		named[e.Pointer] = true
		for p := e.Pointer; p != ""; p = p[:strings.LastIndexByte(p, '/')] {
			named[p+"/"] = true
		}
	}
	for _, c := range changes {
		noted := named[c.Pointer+"/"]
		for p := c.Pointer; p != "" && !noted; p = p[:strings.LastIndexByte(p, '/')] {
			noted = named[p]
		}
		if !noted {
			d.miss(c.Pointer)
		}
	}
}

// members takes out the members of a metadata object that the API would not take.
func (d *differ) members(p *Payload, a attribute, t *Target) {
	says := p.delta(a)
	taken := says.Object().Select(func(name string, v metadata.Value) bool {
		var one Payload
		*one.delta(a) = deltaOf(map[string]any{name: v})
		if one.Validate(Target{Lenient: t.Lenient, Policies: t.Policies}).Valid() {
			return true
		}
		d.miss(metadata.Pointer(a.String(), name))
		return false
	})
	if taken.Len() < says.Object().Len() {
		*says = metadata.Delta{}
		if taken.Len() > 0 { // none is no wipe
			*says = metadata.DeltaOf(taken)
		}
	}
}

// unset makes a absent.
func (p *Payload) unset(a attribute) {
	switch f := p.field(a).(type) {
	case *Field[string]:
		*f = Field[string]{}
	case *Param[string]:
		*f = Param[string]{}
	case *Param[bool]:
		*f = Param[bool]{}
	default:
		*p.delta(a) = metadata.Delta{}
	}
}
