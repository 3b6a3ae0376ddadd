// Package identities computes what linking and unlinking do to user profiles.
//
// To do this, call that:
//
//   - link two accounts: [Link]; keep the metadata of the secondary: [LinkMerging];
//   - take an identity out of a profile: [Unlink];
//   - find the identity that gives a profile its attributes: [Primary];
//   - see which identities are deleted with a user: [Delete];
//   - write the body of a link request: [ByIdentity], [ByToken], [RequestFor]; judge
//     it: [Request.Validate];
//   - find the rule for an answer of the API: [rule.Match].
//
// The caller chooses which account becomes the primary. Users are compared by their
// user_id, which is never parsed.
package identities

import (
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Link returns the primary after the secondary is linked to it. The rules, in order:
//
//  1. A secondary with the primary's user_id, or with an identity that the primary
//     already has, is refused.
//  2. The attributes and both metadata objects of the primary stay.
//  3. The identities of the secondary are appended to those of the primary. If the
//     secondary has linked identities itself, that is inferred, with a warning.
//  4. The first identity of each profile gets profileData: e-mail, email_verified,
//     username, phone number, phone_verified and the profile attributes, over the
//     profileData that the identity has. Derived attributes are left out: a name that
//     is the e-mail, a nickname that is its local part, a picture of the derived
//     form. Further attributes from the identity provider are included; metadata,
//     blocked and the members that Auth0 keeps itself, such as logins_count, are not.
//     An attribute of the wrong type is kept as received, with a warning. A profileData
//     that is not an object is replaced. If there is no attribute to show, nothing is
//     added.
//  5. Sources disagree on whether the identity of the primary gets profileData. It
//     does, with a warning, unless the policy for [rule.PrimaryProfileData] is
//     "hidden".
//  6. The metadata of the secondary is lost, with a warning if there is any; see
//     [LinkMerging].
//  7. A link that makes the profile larger than the allowance is refused
//     ([rule.ProfileAllowance]).
//
// Of the target only Sources and Policies count. The secondary is no longer a user.
// Neither profile changes, and the result shares only immutable parts with them. The
// error is a [rule.Violations] with the API's message, or a [metadata.Errors] if an
// attribute is nested too deep for profileData.
//
// Sources: four recorded links (3, 4, 5; that 4 leaves out derived attributes is
// inferred); auth0/node-auth0 issue 781 (5); Auth0 docs, User Account Linking (2, 6);
// Auth0 Management API, POST /api/v2/users/{id}/identities, responses (1).
func Link(primary, secondary user.Profile, t user.Target) (user.Outcome, error) {
	l, err := link(primary, secondary, t)
	if err != nil {
		return user.Outcome{}, err
	}
	l.warnDropped("user_metadata", l.secondary.UserMetadata.Len() > 0)
	l.warnDropped("app_metadata", l.secondary.AppMetadata.Len() > 0)
	return l.outcome()
}

// LinkMerging is [Link] with the metadata of the secondary merged into that of the
// primary by the mode. The API does not merge: send the result with an update.
//
//  1. A null member of the secondary is left out, so that it does not remove the
//     member of the primary.
//  2. Metadata of the secondary that is then empty changes nothing, in any mode, since
//     {} would wipe that of the primary.
//  3. Metadata of the primary that is neither an object nor null stays, and that of the
//     secondary is lost, with a warning.
func LinkMerging(primary, secondary user.Profile, mode metadata.Mode, t user.Target) (user.Outcome, error) {
	l, err := link(primary, secondary, t)
	if err != nil {
		return user.Outcome{}, err
	}
	l.mergeMetadata(mode, "user_metadata", &l.profile.UserMetadata, l.secondary.UserMetadata)
	l.mergeMetadata(mode, "app_metadata", &l.profile.AppMetadata, l.secondary.AppMetadata)
	return l.outcome()
}

// mergeMetadata merges a metadata object of the secondary into that of the primary.
func (l *linking) mergeMetadata(mode metadata.Mode, name string, at *metadata.Object, theirs metadata.Object) {
	if v, odd := l.primary.Extra.Get(name); odd && !v.IsNull() {
		l.warnDropped(name, theirs.Len() > 0)
		return
	}
	if *at = merge(mode, *at, theirs); !at.IsZero() { // a null goes
		l.profile.Extra = attrs.NonEmpty(l.profile.Extra.Without(name))
	}
	l.warnDropped(name, false)
}

func merge(mode metadata.Mode, primary, secondary metadata.Object) metadata.Object {
	if mode&metadata.AllLevels != 0 && mode&metadata.Replace == 0 { // drop the nulls that would remove
		secondary = metadata.Deep.Merge(metadata.Object{}, metadata.DeltaOf(secondary))
	} else { // nulls inside values are stored as they are
		secondary = secondary.Select(func(_ string, v metadata.Value) bool { return !v.IsNull() })
	}
	return mode.Merge(primary, attrs.DeltaOf(secondary))
}

// linking is one link.
type linking struct {
	judge.Judge
	primary, secondary user.Profile
	profile            user.Profile // the primary after the link
}

// link links the secondary, without its metadata.
func link(primary, secondary user.Profile, t user.Target) (*linking, error) {
	primary, secondary = derived.Placed(primary), derived.Placed(secondary)
	l := &linking{Judge: judge.New(t.Sources, t.Policies), primary: primary, secondary: secondary, profile: primary}
	if id, pointer := l.refusal(); id != "" {
		message := "a profile without identities cannot be linked; read it with its identities"
		if status, answer, _ := rule.AnswerTo(rule.EndpointLink, id); status != 0 {
			message = answer
		}
		l.Report(id, pointer, message)
		return nil, l.Verdict().Violations
	}
	at := len(primary.Identities)
	l.profile.Identities = slices.Concat(primary.Identities, secondary.Identities)
	l.setData(0, &primary, l.primaryData())
	l.setData(at, &secondary, profileData(secondary))
	if len(secondary.Identities) > 1 {
		l.Report(rule.LinkedSecondary, identityPointer(at+1), "the effect on identities that are linked to the secondary is not documented; unlink them before")
	}
	return l, nil
}

// setData sets the profileData of the identity at the index, whose attributes are those
// of p. It warns of attributes of the wrong type.
func (l *linking) setData(at int, p *user.Profile, data metadata.Object) {
	derived.SetProfileData(&l.profile.Identities[at], data)
	derived.Mistyped(p, func(name, want string) {
		if _, ok := data.Get(name); ok && !limit.IsManaged(name) {
			l.Report(rule.MistypedAttribute, identityPointer(at)+"/profileData/"+name, name+" of the user is not "+want+"; profileData gets it as received")
		}
	})
}

// primaryData returns the profileData of the primary's identity after the link.
func (l *linking) primaryData() metadata.Object {
	had, data := l.primary.Identities[0].ProfileData, profileData(l.primary)
	if data.Equal(had) {
		return had
	}
	l.Report(rule.PrimaryProfileData, identityPointer(0)+"/profileData", "answers to a link show this profileData of the primary's identity, some later reads do not; read the attributes at the root of the profile")
	if l.Reads(rule.PrimaryProfileData, "hidden") {
		return had
	}
	return data
}

// refusal returns the rule that the link breaks and the pointer; "" if it breaks none.
func (l *linking) refusal() (id rule.ID, pointer string) {
	if len(l.primary.Identities) == 0 || len(l.secondary.Identities) == 0 {
		return rule.NoIdentity, "/identities"
	}
	if id, ok := l.primary.UserID.Get(); ok && l.secondary.UserID.Or("") == id {
		return rule.SameIdentity, "/identities/0"
	}
	others := accountsOf(l.secondary.Identities)
	switch i := slices.IndexFunc(l.primary.Identities, others.have); {
	case i == 0:
		return rule.SameIdentity, "/identities/0"
	case i > 0:
		return rule.AlreadyLinked, "/identities"
	}
	return "", ""
}

// warnDropped warns of metadata of the secondary that is lost: the object of that name
// if lost is true, and metadata that is not an object in any case.
func (l *linking) warnDropped(name string, lost bool) {
	if v, inExtra := l.secondary.Extra.Get(name); lost || inExtra && !v.IsNull() {
		l.Report(rule.MetadataDropped, "/"+name, "the secondary's "+name+" is lost; copy it with an update of the primary")
	}
}

func (l *linking) outcome() (user.Outcome, error) {
	if err := l.tooDeep(); err != nil {
		return user.Outcome{}, err
	}
	derived.JudgeSize(&l.Judge, &l.primary, &l.profile)
	verdict := l.Verdict()
	if err := verdict.Err(); err != nil {
		return user.Outcome{}, err
	}
	return user.Outcome{Before: l.primary.Clone(), Profile: l.profile, Warnings: verdict.Warnings}, nil
}

// tooDeep returns an error if an attribute is nested too deep for profileData, which is
// deeper in the text than the root.
func (l *linking) tooDeep() error {
	var faults judge.Faults
	for _, at := range [...]int{0, len(l.primary.Identities)} {
		for name, v := range l.profile.Identities[at].ProfileData.All() {
			if !jsonscan.Fits([]byte(v.String()), metadata.MaxLevels-4) {
				faults.AddAt(metadata.ErrDepth, identityPointer(at)+metadata.Pointer("profileData", name))
			}
		}
	}
	return faults.Err()
}

// accounts are the accounts of a list of identities, by the ids that an identity of
// each may have: with and without the provider before it.
type accounts map[account]bool

type account struct {
	provider string
	id       user.ID
}

func accountsOf(list []user.Identity) accounts {
	all := make(accounts, len(list))
	for _, i := range list {
		provider, ok := i.Provider.Get()
		id, has := i.UserID.Get()
		if ok && has {
			bare := strings.TrimPrefix(string(id), provider+"|")
			all[account{provider, user.ID(bare)}] = true
			all[account{provider, user.ID(provider + "|" + bare)}] = true
		}
	}
	return all
}

// have reports whether i is one of the accounts.
func (all accounts) have(i user.Identity) bool {
	provider, ok := i.Provider.Get()
	id, has := i.UserID.Get()
	return ok && has && all[account{provider, id}]
}

// Unlinked is the result of an unlink: the user that remains, and the user that the
// identity becomes. The zero Unlinked has neither.
type Unlinked struct {
	user.Outcome
	Detached user.Profile // the zero Profile where nothing was detached
}

// Unlink returns the user u without the identity that has the provider and the id,
// which is the part of its user_id after the bar. The rules, in order:
//
//  1. The primary identity cannot be removed.
//  2. If u has no such identity, the result is u with a warning: the API answers 200
//     and changes nothing. This includes an id with a prefix that the identity does
//     not have, though a page of the docs allows one. An id can contain a bar itself.
//  3. The identities that remain keep their profileData.
//  4. The detached identity becomes a user again, with the attributes of its
//     profileData and those that Auth0 derives from them, without metadata. An
//     attribute of the wrong type is kept as received, with a warning. A profileData
//     that is not an object stays in the identity, with a warning.
//
// u does not change. The result shares only immutable parts with it. The error is a
// [rule.Violations] with the API's message.
//
// Sources: five recorded unlinks (2, 3); Auth0 docs, Unlink User Accounts (against 2;
// 4, no metadata; its attributes are inferred); Auth0 Management API, DELETE
// /api/v2/users/{id}/identities/{provider}/{user_id}, responses (1).
func Unlink(u user.Profile, provider string, id user.ID) (Unlinked, error) {
	u = derived.Placed(u)
	at := slices.IndexFunc(u.Identities, func(i user.Identity) bool { return i.Is(provider, id) })
	if at == 0 {
		_, message, _ := rule.AnswerTo(rule.EndpointUnlink, rule.MainIdentity)
		return Unlinked{}, rule.Violations{judge.Violation(rule.MainIdentity, "/identities/0", message)}
	}
	out := Unlinked{Outcome: user.Outcome{Before: u.Clone(), Profile: u.Clone()}}
	if at < 0 {
		out.Warnings = rule.Violations{judge.Violation(rule.NothingUnlinked, "/user_id", nothingUnlinked(u, provider))}
		return out, nil
	}
	out.Profile.Identities = slices.Delete(out.Profile.Identities, at, at+1)
	var j judge.Judge
	out.Detached = detached(&j, u.Identities[at], identityPointer(at)+"/profileData")
	j.Report(rule.DetachedProfile, "", "the attributes of the detached user until its next login are not documented")
	derived.JudgeSize(&j, &u, &out.Profile)
	out.Warnings = j.Verdict().Warnings
	return out, nil
}

// nothingUnlinked returns the message of an unlink that changes nothing. It lists the
// ids that the provider has in the profile.
func nothingUnlinked(u user.Profile, provider string) string {
	const most, longest = 10, 200 // ids that are listed, and the bytes of one
	var ids []string
	for _, i := range u.Identities {
		id, ok := i.UserID.Get()
		if p, has := i.Provider.Get(); !ok || !has || p != provider {
			continue
		}
		if len(ids) == most || len(id) > longest {
			ids = append(ids, "more")
			break
		}
		ids = append(ids, string(id))
	}
	const nothing = "no identity has this provider and user_id, so nothing changes; "
	if ids == nil {
		return nothing + "the profile shows no identity of this provider"
	}
	return nothing + "the profile has these user_ids of this provider, pass one as it stands: " + strings.Join(ids, ", ")
}

// identityPointer returns the pointer of an identity of a profile.
func identityPointer(at int) string { return "/identities/" + strconv.Itoa(at) }
