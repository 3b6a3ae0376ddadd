package lifecycle

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/derived"
	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// RulesUser is the user object of one run of legacy Rules. Auth0 stopped running Rules
// on 2026-11-18. The zero RulesUser has no attributes. A copy shares Shadowed, a slice.
type RulesUser struct {
	User        metadata.Object // as the next rule read it
	Shadowed    []string        // root attributes that app_metadata hides, in its order
	PrimaryUser user.ID         // context.primaryUser, the user who was logged in after the run; a rule that linked accounts set it
}

// RulesObject returns the user object that the first rule read:
//
//  1. It was the cached profile, built before the first rule ran.
//  2. The members of app_metadata lay over the root: each was also there under its own
//     name, and hid the root attribute of that name.
//  3. Absent metadata was undefined, not {}.
//  4. blocked was there only when it was true.
//  5. A rule that changed the object, with [RulesUser.Set], changed it for later rules
//     of the run only: metadata was persisted by an update.
//  6. A rule that set context.primaryUser changed who was logged in; the object stayed
//     that of the first user for the rest of the run.
//
// In Actions, event.user has no members of app_metadata at its root. The result
// shares text with u. The error is a [metadata.Errors] if u was built from parts that
// are nested too deep.
//
// Sources: User Object in Rules (1, 2, 5, 6); Metadata Fields and Data (2); Manage
// Metadata with Rules (3, 4); auth0/docs issue 7585 (4).
func RulesObject(u user.Profile) (RulesUser, error) {
	u = derived.Placed(u)
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
	inRoot := attrs.Lookup(o)
	for name := range u.AppMetadata.All() {
		if _, hides := inRoot(name); hides {
			r.Shadowed = append(r.Shadowed, name)
		}
	}
	r.User, err = overlay(o, u.AppMetadata)
	return r, err
}

// overlay returns the members of o that top lacks, then those of top, which is not
// empty. A merge would remove members for the nulls in top.
func overlay(o, top metadata.Object) (metadata.Object, error) {
	inTop := attrs.Lookup(top)
	text := o.Select(func(name string, _ metadata.Value) bool {
		_, hidden := inTop(name)
		return !hidden
	}).AppendJSON(nil)
	if text = text[:len(text)-1]; len(text) > 1 {
		text = append(text, ',')
	}
	return metadata.Parse(append(text, top.AppendJSON(nil)[1:]...))
}

// Set returns r after a rule set the value at the path, as later rules read it; the
// profile stayed. The error is that of [metadata.Object.With].
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
