package user

import "github.com/metameld/metameld/metadata"

// InRules is the user object of one run of the Rules pipeline. Rules are at the
// end of their life: Auth0 stops running them on 2026-11-18. The zero InRules is of
// a user without attributes. Copying one shares Shadowed, a slice.
type InRules struct {
	User        metadata.Object // what the next rule reads
	Shadowed    []string        // root attributes that app_metadata hides, in its order
	PrimaryUser ID              // context.primaryUser: who is logged in once the run ends; a rule that links accounts sets it
}

// RulesObject returns the user object that the first rule reads:
//
//  1. It is the cached profile, made before the first rule runs.
//  2. Members of app_metadata are laid over the root: each is there under its own
//     name, and hides the root attribute of that name.
//  3. Metadata that is absent is undefined, not {}.
//  4. blocked is there only when it is true.
//  5. A rule that changes the object, with [InRules.With], changes what later rules
//     of the run read and nothing else: to persist metadata takes an update.
//  6. A rule that sets context.primaryUser changes who is logged in; the object
//     stays that of the first user for the rest of the run.
//
// Actions are different: their event.user has no member of app_metadata at the
// root. The result shares text with u. The error is a [metadata.Errors] where u
// was put together of parts that are too deep.
//
// Sources: User Object in Rules (1, 2, 5, 6); Metadata Fields and Data (2); Manage
// Metadata with Rules (3, 4); auth0/docs issue 7585 (4).
func RulesObject(u Profile) (InRules, error) {
	o, err := u.Object()
	if err != nil {
		return InRules{}, err
	}
	if blocked, ok := u.Blocked.Get(); !ok || !blocked {
		o = o.Without("blocked")
	}
	r := InRules{User: o, PrimaryUser: u.UserID.Or("")}
	if u.AppMetadata.Len() == 0 {
		return r, nil
	}
	w := writer{out: []byte{'{'}, start: 1}
	for name, v := range o.All() {
		if _, hidden := u.AppMetadata.Get(name); !hidden {
			w.value(name, v)
		}
	}
	for name, v := range u.AppMetadata.All() {
		if _, hides := o.Get(name); hides {
			r.Shadowed = append(r.Shadowed, name)
		}
		w.value(name, v)
	}
	r.User, err = metadata.Parse(append(w.out, '}'))
	return r, err
}

// With returns r as later rules read it once one of them set the value at the path.
// The profile stays as it is. The error is that of [metadata.Object.With].
func (r InRules) With(v any, path ...string) (InRules, error) {
	var err error
	r.User, err = r.User.With(v, path...)
	return r, err
}
