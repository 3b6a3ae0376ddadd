package patch

import (
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Diff returns the smallest payload that turns the user from into to. If the
// connection is known, call [PlanTo] instead: it leaves out what the connection does
// not accept in one payload, splits the rest, and names what remains.
//
//  1. Unchanged attributes are omitted; removed ones are null.
//  2. Metadata is compared by [metadata.FirstLevel]: changed members are set whole
//     and removed ones are null. {} is used only if to has no members and from has
//     some.
//  3. The zero payload means that there is nothing to send.
//
// Differences of updated_at and last_password_reset are omitted, since the API writes
// both. Any other difference that a payload cannot make is listed in the error, a
// [metadata.Errors] with [metadata.ErrUnreachable]; the payload then makes the other
// changes (rule.Unreachable). Such differences are read-only attributes, a boolean
// attribute that is removed, a null or a text that the API refuses, metadata that the
// API cannot store, and attributes that are not in the schema.
//
// Make to from a copy of from: Diff removes the members that to lacks. The payload
// shares immutable text with from and to.
func Diff(from, to user.Profile) (Payload, error) {
	from, to = derived.Placed(from), derived.Placed(to)
	var d differ
	var p Payload
	goal := texts(&p, &to)
	for i, x := range texts(&p, &from) {
		d.text(x.a, x.sent, *x.stored, *goal[i].stored)
	}
	goals := flags(&p, &to)
	for i, x := range flags(&p, &from) {
		d.flag(x.a, x.sent, *x.stored, *goals[i].stored)
	}
	p.UserMetadata = d.metadata(attrUserMetadata, from.UserMetadata, to.UserMetadata)
	p.AppMetadata = d.metadata(attrAppMetadata, from.AppMetadata, to.AppMetadata)
	d.readOnly(from, to)
	d.extra(&p, from.Extra, to.Extra)
	d.drop(&p, user.Target{Sources: rule.Lenient})
	return p, d.Err()
}

// differ collects the differences that no payload can make.
type differ struct {
	judge.Faults
	refusals rule.Violations // of payloads that the user's profile excludes, one a rule
}

// miss adds an unreachable difference.
func (d *differ) miss(pointer string) { d.AddAt(metadata.ErrUnreachable, pointer) }

func (d *differ) text(a attribute, sent *user.Field[string], from, to user.Field[string]) {
	switch {
	case from.Equal(to):
	case to.IsZero():
		*sent = user.Null[string]()
	case to.IsNull() || to.IsMistyped():
		d.miss(a.pointer())
	default:
		*sent = user.Set(to.Or(""))
	}
}

func (d *differ) flag(a attribute, sent *user.Field[bool], from, to user.Field[bool]) {
	b, ok := to.Get()
	switch {
	case from.Equal(to):
	case !ok:
		d.miss(a.pointer())
	default:
		*sent = user.Set(b)
	}
}

func (d *differ) metadata(a attribute, from, to metadata.Object) metadata.Delta {
	delta, err := metadata.FirstLevel.Diff(from, to)
	d.AddUnder(a.pointer(), err)
	return delta
}

// readOnly compares the attributes that a payload cannot set.
func (d *differ) readOnly(from, to user.Profile) {
	for _, same := range [...]struct {
		pointer string
		is      bool
	}{
		{"/user_id", from.UserID.Equal(to.UserID)},
		{"/identities", sameIdentities(from, to)},
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
}

func sameIdentities(u, v user.Profile) bool {
	return user.Profile{Identities: u.Identities}.Equal(user.Profile{Identities: v.Identities})
}

// extra compares the members of Extra.
func (d *differ) extra(p *Payload, from, to metadata.Object) {
	removed := map[string]any{}
	inFrom, inTo := attrs.Lookup(from), attrs.Lookup(to)
	for name, v := range from.All() {
		w, has := inTo(name)
		a, known := find(name)
		switch {
		case has && v.Equal(w):
		case known && a.isMetadata() && !has && !p.delta(a).IsZero(): // an object replaces it
		case has || known || limit.IsManaged(name):
			d.miss(metadata.Pointer(name))
		default:
			removed[name] = nil
		}
	}
	for name := range to.All() {
		if _, had := inFrom(name); !had {
			d.miss(metadata.Pointer(name))
		}
	}
	p.Extra = attrs.DeltaFrom(removed).Object()
}

// drop removes from p the attributes and members of metadata that the API would
// refuse for the target, and adds them to the misses. Pairs that exclude each other
// stay.
func (d *differ) drop(p *Payload, t user.Target) {
	for _, v := range p.Validate(t).Violations {
		path, ok := metadata.ParsePointer(v.Pointer)
		if !ok || len(path) != 1 || v.Rule == rule.ExclusiveAttributes {
			continue
		}
		if a, known := find(path[0]); known && !a.isMetadata() {
			p.unset(a)
			if !d.Has(v.Pointer) {
				d.miss(v.Pointer)
			}
		}
	}
	d.dropMembers(p, attrUserMetadata, &t)
	d.dropMembers(p, attrAppMetadata, &t)
}

// dropMembers is drop for the members of a metadata object.
func (d *differ) dropMembers(p *Payload, a attribute, t *user.Target) {
	sent := p.delta(a)
	accepted := sent.Object().Select(func(name string, v metadata.Value) bool {
		var one Payload
		*one.delta(a) = attrs.DeltaFrom(map[string]any{name: v})
		if one.validate(&user.Target{Sources: t.Sources, Policies: t.Policies}, true).Valid() {
			return true
		}
		d.miss(metadata.Pointer(a.String(), name))
		return false
	})
	if accepted.Len() < sent.Object().Len() {
		*sent = attrs.DeltaOf(accepted)
	}
}

// compare adds the differences between got and want to the misses. It ignores
// timestamps, letter case that the connection does not keep, {} beside absent
// metadata, and how a value is written.
func (d *differ) compare(got, want user.Profile, t *user.Target) {
	want.UpdatedAt, want.LastPasswordReset = got.UpdatedAt, got.LastPasswordReset
	if want.EmailVerified.Equal(got.EmailVerified) {
		want.EmailVerified = got.EmailVerified
	}
	if want.PhoneVerified.Equal(got.PhoneVerified) {
		want.PhoneVerified = got.PhoneVerified
	}
	if sameIdentities(want, got) {
		want.Identities = got.Identities
	}
	if derived.Fold(t, want.Email).Equal(derived.Fold(t, got.Email)) {
		want.Email = got.Email
	}
	if derived.Fold(t, want.Username).Equal(derived.Fold(t, got.Username)) {
		want.Username = got.Username
	}
	if got.UserMetadata.Len() == 0 && want.UserMetadata.Len() == 0 {
		want.UserMetadata = got.UserMetadata
	}
	if got.AppMetadata.Len() == 0 && want.AppMetadata.Len() == 0 {
		want.AppMetadata = got.AppMetadata
	}
	changes := user.Changes(got, want)
	if len(changes) == 0 {
		return
	}
	named := map[string]bool{} // every missed pointer, and with a slash those above it
	for _, pointer := range d.Pointers() {
		named[pointer] = true
		for p := pointer; p != ""; p = p[:strings.LastIndexByte(p, '/')] {
			named[p+"/"] = true
		}
	}
	for _, c := range changes {
		known := named[c.Pointer+"/"]
		for p := c.Pointer; p != "" && !known; p = p[:strings.LastIndexByte(p, '/')] {
			known = named[p]
		}
		if !known {
			d.miss(c.Pointer)
		}
	}
}
