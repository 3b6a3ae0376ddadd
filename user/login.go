package user

import (
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/metadata"
)

// Refreshed is the outcome of a login.
type Refreshed struct {
	Profile  Profile           // as the API then answers it
	Changes  []metadata.Change // from the profile before, member by member
	Migrated bool              // the user is in the Auth0 store from now on
	Effects  []Effect          // the scripts that ran
	Warnings Violations        // what is lost, and what nobody documents
}

// ParseLogin returns what an identity provider or a Login script returned, as
// [Parse] does. Its user_id is the provider's own; one that is a number is taken
// for its digits, and becomes the number in the identity.
func ParseLogin(text []byte) (Profile, error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return Profile{}, err
	}
	var id Field[ID]
	v, _ := o.Get("user_id")
	if n, ok := v.Number(); ok {
		id = Field[ID]{value: ID(digitsOf(v)), state: set, raw: n.String()}
		o = o.Without("user_id")
	}
	p, err := FromObject(o)
	if err == nil && !id.IsZero() {
		p.UserID = id
	}
	return p, err
}

// Refresh returns the user once login came in: what the identity provider or the
// Login script of a custom database returned, of whom cached is the profile so
// far. The zero Profile as cached is a user who never logged in and whom nobody
// created.
//
// The rules, in order:
//
//  1. A first login creates the user, with the identity of the connection, all that
//     the login has and what Auth0 derives from it. In the Auth0 store, and where
//     root attributes are never set on login, none is created.
//  2. A user of the Auth0 store, and so one who moved there from a custom database,
//     keeps every attribute: nobody outside is asked. A passwordless login says at
//     most that the e-mail or phone number is verified.
//  3. Otherwise the five follow each login, or stay as the first one set them, or
//     were never set by one, as the connection's RootAttributes says.
//  4. email_verified follows each login, false where that does not say.
//  5. Every other root attribute that the login has passes through. An attribute
//     that follows and that the login no longer has goes; a name, nickname or
//     picture that was derived is derived anew, and email, username and phone
//     number stay.
//  6. Attributes that the connection does not store are left out, at the root only.
//  7. user_id, identities, blocked, timestamps and enrolled factors do not follow;
//     neither does a null, which is taken for nothing.
//  8. user_metadata and app_metadata that the login has replace those there; else
//     they stay. Names that a payload could not have are taken. A member metadata,
//     which Login scripts once used for app_metadata, passes through by its name.
//  9. A login with a linked identity changes that identity's profileData and no
//     root attribute.
//  10. last_login and updated_at become at.Now, where it is given. last_login,
//     logins_count and last_ip that come with the login are taken as they are;
//     nothing is counted here, so logins_count otherwise stays.
//  11. With the import mode on, this login moves a custom database's user to the
//     Auth0 store, where e-mail and username are in lower case.
//
// Nothing given is changed; the result shares with it what cannot change. The
// error is a [Violation] where rule 1 creates none, or a [metadata.Errors] where a
// profile was put together of parts that are too deep.
//
// Sources: ConnectionSetUserRootAttributesEnum (1, 3); Update Users using a Custom
// Database (2, 3, 11); Verified Email Usage (4); Normalized User Profiles (5; that
// attributes go is inferred); Add User Attributes to DenyList (6); community topic
// 119726 (8, of social connections; of databases nothing is documented); User
// Object in Rules (9, 10). Rules 7, 8 and 10, in part, are inferred.
func Refresh(cached, login Profile, at Circumstances) (Refreshed, error) {
	r := refresh{judge: judge{at: &at}, first: cached.Equal(Profile{})}
	var err error
	if r.before, err = cached.Object(); err != nil {
		return Refreshed{}, err
	}
	if r.says, err = login.Object(); err != nil {
		return Refreshed{}, err
	}
	on := &at.Connection
	passwordless := on.Kind == PasswordlessEmail || on.Kind == PasswordlessSMS
	if r.first && (at.inStore() || !passwordless && on.RootAttributes == NeverOnLogin) {
		return Refreshed{}, ruleOf(RuleNoUser).violation("", "a login does not create this user")
	}
	r.change = map[string]any{}
	r.denied = make(map[string]bool, len(on.NonPersistent))
	for _, name := range on.NonPersistent {
		r.denied[name] = true
	}
	r.out.Migrated = at.Migrated
	identity := 0 // the index of the one that logs in; -1: of none is anything refreshed
	switch {
	case r.first:
		r.follow()
	case at.inStore():
		identity = -1
		r.ignore()
	case passwordless:
		identity = -1
		r.verify()
	default:
		if identity = r.identity(cached, login); identity == 0 {
			r.follow()
		}
	}
	if on.Kind == CustomDatabase && !at.Migrated {
		r.out.Effects = scripts(Cached, OnLogin, on.ImportMode)
		if v, ok := r.says.Get("metadata"); ok && !v.IsNull() {
			r.report(RuleFormerMetadata, "/metadata", "this is taken for an attribute of that name; app_metadata is what it was once for")
		}
		if on.ImportMode && identity == 0 {
			r.migrate()
		}
	}
	if err := r.profile(cached); err != nil {
		return Refreshed{}, err
	}
	r.identities(cached, login, identity)
	r.statistics(login)
	after, err := r.out.Profile.Object()
	if err != nil {
		return Refreshed{}, err
	}
	r.out.Changes = metadata.Changes(r.before, after)
	r.out.Warnings = r.sorted().Warnings
	return r.out, nil
}

// refresh is one login at work.
type refresh struct {
	judge
	out    Refreshed
	first  bool
	before metadata.Object // the cached profile
	says   metadata.Object // the login
	change map[string]any  // by name; nil removes
	denied map[string]bool // the attributes that are not stored
	five   bool            // the five follow
}

// kept are the attributes that Auth0 keeps itself; metadata has rules of its own.
var kept = []string{
	"user_id", "identities", "blocked", "multifactor", "multifactor_last_modified", "mfa_factors", "last_ip", "last_login",
	"logins_count", "last_password_reset", "created_at", "updated_at", "permissions", "user_metadata", "app_metadata",
}

// theFive follow the identity provider as the connection says.
var theFive = []string{"name", "nickname", "given_name", "family_name", "picture"}

// identifiers stay where a login does not have them: a login without any would
// leave a user whom nobody can name.
var identifiers = []string{"email", "username", "phone_number", "phone_verified"}

// follow takes the attributes from the login.
func (r *refresh) follow() {
	on := &r.at.Connection
	if on.Kind == KindUnknown {
		r.report(RuleUnknownKind, "", "what a login refreshes depends on the kind of connection, which is not known")
	}
	off := on.RootAttributes.String() != onEachLogin
	r.five = r.first || !off
	none := !r.first && off && r.at.reading(RuleSyncScope) == "all-attributes"
	for name, v := range r.says.All() {
		switch {
		case slices.Contains(kept, name):
			r.keeps(name)
		case v.IsNull() || slices.Contains(theFive, name) && !r.five:
		case r.denied[name]:
			r.report(RuleNotStored, metadata.Pointer(name), "the connection does not store this attribute")
		default:
			if was, ok := r.before.Get(name); ok && was.Equal(v) {
				continue
			}
			r.scope(off, name)
			if !none {
				r.change[name] = v
			}
		}
	}
	r.drop(none, off)
	if !none {
		r.verified()
	}
	r.metadata("user_metadata")
	r.metadata("app_metadata")
}

// scope warns where it is disputed whether an attribute follows.
func (r *refresh) scope(off bool, name string) {
	if off && !r.first && !slices.Contains(theFive, name) {
		r.report(RuleSyncScope, metadata.Pointer(name), "whether this attribute follows the login while the five do not is disputed")
	}
}

// keeps warns of what the login has and does not set.
func (r *refresh) keeps(name string) {
	switch name {
	case "user_id", "last_ip", "last_login", "logins_count", "user_metadata", "app_metadata":
		return
	}
	r.report(RuleKept, metadata.Pointer(name), "Auth0 keeps this itself; what the login has is not taken")
}

// drop removes what the login no longer has.
func (r *refresh) drop(none, off bool) {
	for name, was := range r.before.All() {
		v, ok := r.says.Get(name)
		switch {
		case slices.Contains(kept, name), name == "email_verified", was.IsNull(), ok && !v.IsNull() && !r.denied[name]:
			continue
		case slices.Contains(theFive, name) && !r.five:
			continue
		case r.denied[name]:
			if !none {
				if !ok || v.IsNull() { // else it is reported
					r.report(RuleNotStored, metadata.Pointer(name), "the connection does not store this attribute")
				}
				r.change[name] = nil
			}
			continue
		}
		r.scope(off, name)
		if none {
			continue
		}
		if !slices.Contains(identifiers, name) && r.at.reading(RuleRemoved) == "removed" {
			r.change[name] = nil
		} else {
			r.report(RuleRemoved, metadata.Pointer(name), "the login no longer has this attribute; whether it goes is not documented")
		}
	}
}

// verified sets email_verified.
func (r *refresh) verified() {
	v, said := r.says.Get("email_verified")
	b, isBool := v.Bool()
	if s, ok := v.Str(); ok {
		b, isBool = s == "true", true
	}
	on := &r.at.Connection
	if r.denied["email_verified"] {
		r.change["email_verified"] = nil
		return
	}
	if !said || !isBool {
		if _, ok := r.member("email"); !ok {
			return
		}
		r.change["email_verified"] = b // false
	}
	if s := on.Strategy; (s == "adfs" || s == "waad") && on.RootAttributes.String() == onEachLogin {
		r.report(RuleForced, "/email_verified", "a setting of the connection can force this")
		switch r.at.reading(RuleForced) {
		case "verified":
			b = true
			r.change["email_verified"] = b
		case "unverified":
			b = false
			r.change["email_verified"] = b
		}
	}
	if was, ok := r.before.Get("email_verified"); ok {
		s, text := was.Str()
		w, isBool := was.Bool()
		switch {
		case text && s == "true" == b, isBool && w == b:
			delete(r.change, "email_verified") // it stays in the form it has
		default:
			r.report(RuleFollowsProvider, "/email_verified", "this follows the login, false where that does not say")
		}
	}
}

// member returns the attribute as it will be.
func (r *refresh) member(name string) (metadata.Value, bool) {
	if to, ok := r.change[name]; ok {
		v, ok := to.(metadata.Value)
		return v, ok
	}
	v, ok := r.before.Get(name)
	return v, ok && !v.IsNull()
}

// metadata sets one metadata object, where the login has it.
func (r *refresh) metadata(name string) {
	v, ok := r.says.Get(name)
	if !ok {
		return
	}
	pointer := metadata.Pointer(name)
	o, ok := v.Object()
	if !ok {
		if !v.IsNull() {
			r.report(RuleLoginMetadata, pointer, name+" that is not an object is not taken")
		}
		return
	}
	for member, v := range o.All() {
		if v.IsNull() {
			r.report(RuleNewNull, metadata.Pointer(name, member), "what a null that comes with a login does is not documented")
		}
	}
	had, _ := r.before.Get(name)
	was, isObject := had.Object()
	if isObject && was.Equal(o) {
		return
	}
	check.Metadata(o, name, r.remarked)
	after := r.seeded(o)
	if !r.first {
		r.report(RuleLoginMetadata, pointer, "whether metadata that comes with a login replaces what is there or is merged is not documented for every kind")
		if r.at.reading(RuleLoginMetadata) == "merged" {
			after = was
			if o.Len() > 0 { // {} would wipe
				after = metadata.FirstLevel.Merge(was, metadata.DeltaOf(o))
			}
		}
	}
	switch {
	case after.Len() > 0 || name == "user_metadata" && !after.IsZero():
		r.change[name] = after
	default:
		r.change[name] = nil
	}
}

// remarked reports a finding in metadata that comes with a login, where it is one to
// warn of: what would be refused in a payload is taken here.
func (r *refresh) remarked(f check.Finding, path ...string) bool {
	if ruleOf(findings[f]).Severity == Warning {
		return r.found(f, path...)
	}
	return !r.warnings.Full
}

// ignore says what of a login to the Auth0 store is not taken.
func (r *refresh) ignore() {
	for name, v := range r.says.All() {
		if was, ok := r.before.Get(name); slices.Contains(kept, name) && !strings.HasSuffix(name, "_metadata") || v.IsNull() || ok && was.Equal(v) {
			continue
		}
		r.report(RuleNeverAsked, metadata.Pointer(name), "nobody outside is asked, so this never arrives")
	}
}

// verify takes from a passwordless login what it can say.
func (r *refresh) verify() {
	for _, name := range []string{"email_verified", "phone_verified"} {
		v, ok := r.says.Get(name)
		was, had := r.before.Get(name)
		switch {
		case !ok || v.IsNull() || had && was.Equal(v):
		case r.denied[name]:
			r.report(RuleNotStored, metadata.Pointer(name), "the connection does not store this attribute")
		default:
			r.change[name] = v
		}
	}
}

// migrate moves the user to the Auth0 store.
func (r *refresh) migrate() {
	r.out.Migrated = true
	for _, name := range []string{"email", "username"} {
		v, _ := r.member(name)
		if s, ok := v.Str(); ok {
			r.change[name] = Set(strings.ToLower(s)).Value()
		}
	}
	for _, name := range []string{"user_metadata", "app_metadata"} {
		if _, ok := r.says.Get(name); ok {
			r.report(RuleMigrationMetadata, metadata.Pointer(name), "this is lost where the login that moves the user is interrupted")
		}
	}
}

// profile makes the changes, and derives what is then absent of the five.
func (r *refresh) profile(cached Profile) error {
	change, err := metadata.From(r.change)
	if err != nil {
		return err
	}
	o := r.before
	if change.Len() > 0 { // {} would wipe
		o = metadata.FirstLevel.Merge(o, metadata.DeltaOf(change))
	}
	p, err := FromObject(o)
	if err != nil {
		return err
	}
	if r.five && r.at.reading(RuleDerived) == "derived" {
		before := p
		p = r.derived(p, r.underived(cached))
		for _, x := range []struct {
			name      string
			then, now Field[string]
		}{{"name", before.Name, p.Name}, {"nickname", before.Nickname, p.Nickname}, {"picture", before.Picture, p.Picture}} {
			if was, ok := r.before.Get(x.name); !x.then.Equal(x.now) && (!ok || !was.Equal(x.now.Value())) {
				r.report(RuleDerived, metadata.Pointer(x.name), "this is derived, since the login does not have it")
			}
		}
	}
	after, err := p.Object()
	if err != nil {
		return err
	}
	for name := range r.before.All() {
		_, still := after.Get(name)
		if !still && !r.denied[name] && !slices.Contains(kept, name) {
			r.report(RuleRemoved, metadata.Pointer(name), "the login no longer has this attribute; whether it goes is not documented")
		}
	}
	r.out.Profile = p
	return nil
}

// underived returns the names of the attributes that are not derived where they
// are absent: those that are not stored, and those that were not derived before.
func (r *refresh) underived(cached Profile) []string {
	names := slices.Clone(r.at.Connection.NonPersistent)
	if r.first {
		return names
	}
	email := cached.Email.Or("")
	if cached.Name.IsZero() || cached.Name.Or("") != email {
		names = append(names, "name")
	}
	if cached.Nickname.IsZero() || cached.Nickname.Or("") != derived.Nickname(email) {
		names = append(names, "nickname")
	}
	if !derived.IsPicture(cached.Picture.Or("")) {
		names = append(names, "picture")
	}
	return names
}

// identity returns the index of the identity that logs in.
func (r *refresh) identity(cached, login Profile) int {
	id, ok := login.UserID.Get()
	on := &r.at.Connection
	provider := on.provider()
	is := func(i Identity) bool {
		if !ok {
			return on.Name != "" && i.Connection.Or("") == on.Name
		}
		own := i.Provider.Or("")
		is := i.UserID.Or("")
		return (provider == "" || own == provider) && (is == string(id) || is == own+"|"+string(id) || own+"|"+is == string(id))
	}
	at := slices.IndexFunc(cached.Identities, is)
	switch {
	case at >= 0:
		if at > 0 {
			r.report(RuleSecondaryLogin, metadata.Pointer("identities", strconv.Itoa(at)), "a login with a linked identity refreshes its profileData only")
		}
		return at
	case !ok, len(cached.Identities) == 0 && (cached.UserID.IsZero() || string(cached.UserID.Or("")) == provider+"|"+string(id)):
	default:
		r.report(RuleOtherAccount, "/user_id", "no identity of the profile has this user_id; the login is taken for one of the main identity")
	}
	return 0
}

// identities makes the first identity, or refreshes the profileData of the one
// that logs in, at the index.
func (r *refresh) identities(cached, login Profile, at int) {
	p := &r.out.Profile
	on := &r.at.Connection
	if r.first {
		provider := on.provider()
		if provider == "" && on.Name != "" {
			provider = on.Name
			r.report(RuleProvider, "/user_id", "the provider is taken to have the name of the connection")
		} else if provider == "" {
			r.report(RuleProvider, "/user_id", "the provider is not known, so there is no user_id")
		}
		i := Identity{IsSocial: Set(on.Kind == Social)}
		if provider != "" {
			i.Provider = Set(provider)
		}
		if on.Name != "" {
			i.Connection = Set(on.Name)
		}
		if id, ok := login.UserID.Get(); ok && id != "" {
			i.UserID = Field[string]{value: string(id), state: set, raw: login.UserID.raw}
			if provider != "" {
				if bare := r.bare(string(id), provider); bare != string(id) {
					i.UserID = Set(bare)
				}
				p.UserID = Set(ID(provider + "|" + i.UserID.Or("")))
			}
		}
		p.Identities = []Identity{i}
		return
	}
	if at < 0 || at >= len(cached.Identities) || at == 0 && cached.Identities[0].ProfileData.IsZero() {
		return // an identity that nothing is linked to shows none
	}
	p.Identities[at].ProfileData = r.says.Select(func(name string, v metadata.Value) bool {
		return !slices.Contains(kept, name) && !v.IsNull() && !r.denied[name]
	})
}

// statistics takes note of the login.
func (r *refresh) statistics(login Profile) {
	p := &r.out.Profile
	p.LastLogin = r.at.stamp(p.LastLogin)
	p.UpdatedAt = r.at.stamp(p.UpdatedAt)
	if r.first {
		p.CreatedAt = r.at.stamp(p.CreatedAt)
	}
	if _, ok := login.LoginsCount.Get(); ok {
		p.LoginsCount = login.LoginsCount
	}
	if _, ok := login.LastLogin.Get(); ok {
		p.LastLogin = login.LastLogin
	}
	if _, ok := login.LastIP.Get(); ok {
		p.LastIP = login.LastIP
	}
}
