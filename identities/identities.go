// Package identities links user accounts and takes them apart, as pure functions
// on profiles: what the primary keeps, what becomes of the secondary, and what
// the API refuses.
//
// [Link] makes the secondary's identities part of the primary, [Unlink] takes one
// out again. Which of several accounts of one person should be the primary is the
// caller's choice; metadata does not come along unless [LinkMerging] is told how.
//
// A [Request] is the body that is sent to link, in one of its two forms, and
// [Answered] recognises the answers of the API. Users are told apart by their
// identities: the user_id of a profile is compared, and never parsed.
package identities

import (
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// Linked is the outcome of a link.
type Linked struct {
	Profile  user.Profile    // the primary; its Identities are the answer of the API
	Warnings user.Violations // what is lost, and what nobody documents
}

// Link returns the primary once the secondary is linked to it:
//
//  1. A user with the primary's user_id, and an identity that is the primary's own
//     or linked to it already, are refused.
//  2. The primary's attributes and both its metadata stay.
//  3. The secondary's identities are appended to the primary's; of those that are
//     linked to it already that is inferred, with a warning.
//  4. The first identity of each carries profileData: e-mail, email_verified,
//     username, phone number, phone_verified and what was set of the five, over what
//     the identity had already. A name that is the e-mail, a nickname that is its
//     local part and a picture of the derived form are taken for derived and left
//     out. Metadata and blocked are never part of it; what else the identity provider
//     passed along is.
//  5. The secondary's metadata is dropped, with a warning where there is any.
//
// The secondary ceases to be a user of its own. Neither profile is changed, and the
// result shares with them what cannot change. The error is a [user.Violation] whose
// message is the API's, or a [metadata.Errors] where what becomes profileData is too
// deep there.
//
// Sources: four recorded links (3, 4; that what is left out in 4 is the derived is
// inferred); Auth0 docs, User Account Linking (2, 5);
// Auth0 Management API, POST /api/v2/users/{id}/identities, responses (1).
func Link(primary, secondary user.Profile) (Linked, error) {
	l, err := link(primary, secondary)
	if err == nil {
		l.dropped("user_metadata", secondary, secondary.UserMetadata.Len() > 0)
		l.dropped("app_metadata", secondary, secondary.AppMetadata.Len() > 0)
	}
	return l, err
}

// dropped warns where metadata of the secondary is lost: that which is named, and
// always that which is no object and so cannot be merged.
func (l *Linked) dropped(name string, secondary user.Profile, lost bool) {
	if v, odd := secondary.Extra.Get(name); lost || odd && !v.IsNull() {
		l.Warnings = append(l.Warnings, violation(RuleMetadataDropped, "/"+name, "the secondary's "+name+" is lost"))
	}
}

// LinkMerging is [Link] that keeps the secondary's metadata: both objects are
// merged into the primary's by the mode. Empty metadata of the secondary changes
// nothing, in any mode: to take it for {} would wipe the primary's. Nor does a
// null member that it stores remove the primary's. The API does not merge; the
// caller writes the result with an update of its own.
func LinkMerging(primary, secondary user.Profile, mode metadata.Mode) (Linked, error) {
	l, err := link(primary, secondary)
	if err == nil {
		l.Profile.UserMetadata = merge(mode, primary.UserMetadata, secondary.UserMetadata)
		l.Profile.AppMetadata = merge(mode, primary.AppMetadata, secondary.AppMetadata)
		for _, name := range []string{"user_metadata", "app_metadata"} {
			_, odd := primary.Extra.Get(name) // it stays, since nothing can be merged into it
			if odd && name == "user_metadata" {
				l.Profile.UserMetadata = metadata.Object{}
			} else if odd {
				l.Profile.AppMetadata = metadata.Object{}
			}
			l.dropped(name, secondary, odd)
		}
	}
	return l, err
}

func merge(mode metadata.Mode, primary, secondary metadata.Object) metadata.Object {
	if mode.Knobs().Depth == metadata.DepthAll { // a merge into nothing leaves out the nulls that would remove
		secondary = metadata.Deep.Merge(metadata.Object{}, metadata.DeltaOf(secondary))
	} else { // nulls inside values are stored as they are
		secondary = secondary.Select(func(_ string, v metadata.Value) bool { return !v.IsNull() })
	}
	if secondary.Len() == 0 {
		return primary
	}
	return mode.Merge(primary, metadata.DeltaOf(secondary))
}

func link(primary, secondary user.Profile) (Linked, error) {
	for _, p := range []user.Profile{primary, secondary} {
		if len(p.Identities) == 0 {
			return Linked{}, violation(RuleNoIdentity, "/identities", "a profile without identities cannot be linked")
		}
	}
	if id, ok := primary.UserID.Get(); ok && secondary.UserID.Or("") == id {
		return Linked{}, violation(RuleSameIdentity, "/identities/0", messageOf(RuleSameIdentity))
	}
	for i, have := range primary.Identities {
		for _, comes := range secondary.Identities {
			switch {
			case !same(have, comes):
			case i == 0:
				return Linked{}, violation(RuleSameIdentity, "/identities/0", messageOf(RuleSameIdentity))
			default:
				return Linked{}, violation(RuleAlreadyLinked, "/identities", messageOf(RuleAlreadyLinked))
			}
		}
	}
	l := Linked{Profile: primary.Clone()}
	ids := append(slices.Clone(primary.Identities), secondary.Identities...)
	ids[0].ProfileData = profileData(primary)
	ids[len(primary.Identities)].ProfileData = profileData(secondary)
	l.Profile.Identities = ids
	if _, err := l.Profile.Object(); err != nil {
		return Linked{}, err
	}
	if len(secondary.Identities) > 1 {
		l.Warnings = append(l.Warnings, violation(RuleLinkedSecondary, identityPointer(len(primary.Identities)+1), "what becomes of identities that are linked to the secondary is not documented"))
	}
	return l, nil
}

// same reports whether a and b are one account, whether or not its id comes with
// the provider before it.
func same(a, b user.Identity) bool {
	provider, ok := b.Provider.Get()
	id, has := b.UserID.Get()
	if !ok || !has {
		return false
	}
	bare := strings.TrimPrefix(id, provider+"|")
	return a.Is(provider, bare) || a.Is(provider, provider+"|"+bare)
}

// Unlinked is the outcome of an unlink.
type Unlinked struct {
	Profile  user.Profile // the user that remains; its Identities are the answer of the API
	Detached user.Profile // the user that the identity becomes; the zero Profile where nothing was detached
	Warnings user.Violations
}

// Unlink returns the user u without the identity that provider knows as userID,
// the part of its user_id after the bar:
//
//  1. The main identity cannot be removed.
//  2. An identity that is not there is no error: the API answers 200 and changes
//     nothing, so the result is u with a warning. That is what becomes of a userID
//     with its prefix.
//  3. The identities that remain keep their profileData.
//  4. What is detached is a user of its own again, with the attributes of its
//     profileData, what Auth0 derives from them, and no metadata.
//
// u is not changed, and the result shares with it what cannot change. The error is
// a [user.Violation] whose message is the API's.
//
// Sources: five recorded unlinks (2, 3); Auth0 docs, Unlink User Accounts (4, no
// metadata; its attributes are inferred); Auth0 Management API,
// DELETE /api/v2/users/{id}/identities/{provider}/{user_id}, responses (1).
func Unlink(u user.Profile, provider, userID string) (Unlinked, error) {
	at := slices.IndexFunc(u.Identities, func(id user.Identity) bool { return id.Is(provider, userID) })
	switch at {
	case 0:
		return Unlinked{}, violation(RuleMainIdentity, "/identities/0", messageOf(RuleMainIdentity))
	case -1:
		out := Unlinked{Profile: u.Clone()}
		out.Warnings = append(out.Warnings, violation(RuleNothingUnlinked, "/user_id", "no identity has this provider and user_id, so nothing changes; the user_id has no prefix"))
		return out, nil
	}
	out := Unlinked{Profile: u.Clone()}
	out.Profile.Identities = slices.Delete(out.Profile.Identities, at, at+1)
	out.Detached = detached(u.Identities[at])
	out.Warnings = append(out.Warnings, violation(RuleDetachedProfile, "", "what the detached user shows until the next login is not documented"))
	return out, nil
}
