package lifecycle

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// RulesUser is the user object of one run of legacy Rules. Auth0 stops running Rules
// on 2026-11-18. The zero RulesUser has no attributes. A copy shares Shadowed, a slice.
type RulesUser struct {
	User        metadata.Object // as the next rule reads it
	Shadowed    []string        // root attributes that app_metadata hides, in its order
	PrimaryUser user.ID         // context.primaryUser, the user who is logged in after the run; a rule that links accounts sets it
}

// RulesObject returns the user object that the first rule reads:
//
//  1. It is the cached profile, built before the first rule runs.
//  2. The members of app_metadata lie over the root: each is also there under its own
//     name, and hides the root attribute of that name.
//  3. Absent metadata is undefined, not {}.
//  4. blocked is there only when it is true.
//  5. A rule that changes the object, with [RulesUser.Set], changes it for later rules
//     of the run only: to persist metadata takes an update.
//  6. A rule that sets context.primaryUser changes who is logged in; the object stays
//     that of the first user for the rest of the run.
//
// In Actions, event.user has no members of app_metadata at its root. The result
// shares text with u. The error is a [metadata.Errors] where u was built of parts that
// are nested too deep.
//
// Sources: User Object in Rules (1, 2, 5, 6); Metadata Fields and Data (2); Manage
// Metadata with Rules (3, 4); auth0/docs issue 7585 (4).
func RulesObject(u user.Profile) (RulesUser, error) {
	o, err := u.Object()
	if err != nil {
		return RulesUser{}, err
	}
	if !u.Blocked.Or(false) {
		o = o.Without("blocked")
	}
	r := RulesUser{User: o, PrimaryUser: u.UserID.Or("")}
	if u.AppMetadata.Len() == 0 {
		return r, nil
	}
	for name := range u.AppMetadata.All() {
		if _, hides := o.Get(name); hides {
			r.Shadowed = append(r.Shadowed, name)
		}
	}
	r.User, err = overlay(o, u.AppMetadata)
	return r, err
}

// overlay returns the members of o that top does not have, then those of top, which is
// not empty. A merge would remove members for the nulls in top.
func overlay(o, top metadata.Object) (metadata.Object, error) {
	text := o.Select(func(name string, _ metadata.Value) bool {
		_, hidden := top.Get(name)
		return !hidden
	}).AppendJSON(nil)
	if text = text[:len(text)-1]; len(text) > 1 {
		text = append(text, ',')
	}
	return metadata.Parse(append(text, top.AppendJSON(nil)[1:]...))
}

// Set returns r after a rule set the value at the path, as later rules read it. The
// profile stays. The error is that of [metadata.Object.With].
func (r RulesUser) Set(v any, path ...string) (RulesUser, error) {
	var err error
	r.User, err = r.User.With(v, path...)
	return r, err
}

// String returns the JSON text of User with its secrets masked.
func (r RulesUser) String() string { return mask.Object(r.User).String() }

// Format writes the text of String for every verb.
func (r RulesUser) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// LogValue returns r as groups with secrets masked.
func (r RulesUser) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("user", mask.Object(r.User)), slog.Any("shadowed", r.Shadowed), slog.String("primary_user", string(r.PrimaryUser)))
}
