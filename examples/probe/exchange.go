package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// exchange is one request and what was known before it.
type exchange struct {
	path     string // with placeholders, as in a probe
	body     []byte
	before   user.Profile    // of the user in the path
	second   user.Profile    // of a link
	other    user.Connection // of the second user
	provider string          // of an unlink
	identity user.ID         // of an unlink
}

// outcome is the result of an exchange, as the library predicts it or as the tenant
// answered it.
type outcome struct {
	refused bool
	watched []metadata.Value // by the pointers of the probe; the zero Value is absent
}

func (o outcome) equal(p outcome) bool {
	return o.refused == p.refused && equalAll(o.watched, p.watched)
}

// present ends a pointer of which only counts whether the profile has it.
const present = "?"

// see returns the values at the pointers in a profile.
func see(p user.Profile, watch []string) (list []metadata.Value) {
	o, err := p.Object()
	if err != nil {
		o = metadata.Object{}
	}
	for _, pointer := range watch {
		name, onlyPresent := strings.CutSuffix(pointer, present)
		v := o.At(name)
		if onlyPresent && !v.IsZero() {
			v = metadata.MustValue(`"present"`)
		}
		list = append(list, v)
	}
	return list
}

// predict returns what the library predicts for x on the target.
func predict(x exchange, t user.Target, watch []string) (outcome, error) {
	p, err := x.apply(t)
	if vs := (rule.Violations)(nil); errors.As(err, &vs) {
		return outcome{refused: true}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	return outcome{watched: see(p, watch)}, nil
}

// apply returns the profile after x.
func (x exchange) apply(t user.Target) (user.Profile, error) {
	if t.Now.IsZero() {
		t.Now = time.Unix(0, 0)
	}
	switch x.path {
	case usersPath:
		c, err := lifecycle.ParseCreation(x.body)
		if err != nil {
			return user.Profile{}, err
		}
		out, err := c.Create("", t)
		return out.Profile, err
	case userPath:
		p, err := patch.Parse(x.body)
		if err != nil {
			return user.Profile{}, err
		}
		name, named := p.Connection.Get()
		at := slices.IndexFunc(x.before.Identities, func(i user.Identity) bool { return i.Connection.Or("") == name })
		if t.Secondary = named && at > 0; t.Secondary {
			t.Connection = x.other
		}
		out, err := p.Apply(x.before, t)
		return out.Profile, err
	case identitiesPath:
		if _, err := identities.ParseRequest(x.body); err != nil {
			return user.Profile{}, err
		}
		out, err := identities.Link(x.before, x.second, t)
		return out.Profile, err
	case upsertPath, insertPath:
		r, err := lifecycle.ParseRow(x.body)
		if err != nil {
			return user.Profile{}, err
		}
		out, err := r.Import(x.before, x.path == upsertPath, "", t)
		return out.Profile, err
	default:
		out, err := identities.Unlink(x.before, x.provider, x.identity)
		return out.Profile, err
	}
}

// predictions returns what the library predicts under each reading of the rule, in the
// order of namesOf.
func predictions(x exchange, id rule.ID, t user.Target, watch []string) (list []outcome, err error) {
	for _, name := range namesOf(id) {
		o, err := predict(x, under(t, id, name), watch)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

// fitting returns the readings of the rule whose predictions are what was seen. For a rule
// without readings the one reading is "".
func fitting(id rule.ID, predicted []outcome, seen outcome) (names []string) {
	for i, name := range namesOf(id) {
		if predicted[i].equal(seen) {
			names = append(names, name)
		}
	}
	return names
}

// namesOf returns the names of the readings of a rule, or "" for a rule without.
func namesOf(id rule.ID) (names []string) {
	r, _ := rule.Find(id)
	for _, x := range r.Readings {
		names = append(names, x.Name)
	}
	if names == nil {
		return []string{""}
	}
	return names
}

// under returns the target with a reading of the rule.
func under(t user.Target, id rule.ID, name string) user.Target {
	if name == "" {
		return t
	}
	policies := rule.Policies{id: name}
	for other, reading := range t.Policies {
		if other != id {
			policies[other] = reading
		}
	}
	t.Policies = policies
	return t
}

// created returns every user_id that the creation in body can produce, under any reading
// and also if the tenant accepts what the library refuses.
func created(body []byte, t user.Target) (ids []string) {
	c, err := lifecycle.ParseCreation(body)
	if err != nil {
		return nil
	}
	sent, _ := c.UserID.Get()
	valid := strings.ReplaceAll(sent, " ", "_")
	c = lifecycle.Creation{UserID: user.Set(valid), Email: user.Set("a@example.com"), Connection: c.Connection}
	t.Connection = user.Connection{Kind: user.Database}
	for _, name := range namesOf(rule.PrefixedID) {
		out, err := c.Create("", under(t, rule.PrefixedID, name))
		id := strings.Replace(string(out.Profile.UserID.Or("")), valid, sent, 1)
		if err == nil && id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
