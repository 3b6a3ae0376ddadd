package answer

import (
	"errors"
	"time"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// Stage is the user after one step.
type Stage struct {
	Do       string    `json:"do"`
	State    string    `json:"state"`
	Import   bool      `json:"import"` // whether the import mode is on
	Refused  bool      `json:"refused,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Problem  string    `json:"problem,omitempty"`
	Effect
	Database string `json:"database"` // the user in the database
	Profile  string `json:"profile"`  // the user in Auth0
}

// maxSteps is the maximum number of steps that are computed.
const maxSteps = 50

// doings are the names of the steps. It is never changed.
var doings = []string{"create", "login", "change", "update", "password", "import-on", "import-off"}

// being is the user at one step.
type being struct {
	lifecycle.DatabaseUser
	target user.Target
}

// life answers for the tab life: it repeats all steps.
func (a *Answer) life(s State) {
	read(a, "database", s.Database, user.Parse)
	read(a, "update", s.Update, patch.Parse)
	b := being{target: user.Target{
		Connection: user.Connection{Name: "members", Kind: user.CustomDatabase},
		Now:        time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}}
	if b.target.Sources.UnmarshalText([]byte(s.Sources)) != nil {
		b.target.Sources = rule.Current
	}
	for _, step := range s.Steps[:min(len(s.Steps), maxSteps)] {
		stage := b.do(step)
		b.target.Now = b.target.Now.Add(time.Hour)
		if b.State == "" {
			b.State = lifecycle.Outside
		}
		stage.Do, stage.State, stage.Import = step.Do, string(b.State), b.target.Connection.ImportMode
		stage.Database, stage.Profile = shownProfile(b.Database), shownProfile(b.Profile)
		a.Life = append(a.Life, stage)
	}
}

func shownProfile(u user.Profile) string { return prettyText(u.String()) }

// do does one step.
func (b *being) do(step Step) (stage Stage) {
	var next lifecycle.DatabaseUser
	var out user.Outcome
	var err error
	var payload metadata.Value
	switch step.Do {
	case "create":
		var c lifecycle.Creation
		if c, err = lifecycle.ParseCreation([]byte(step.Text)); err == nil {
			next, out, err = b.Create(c, "7", b.target)
		}
	case "login":
		next, out, err = b.Login(b.target)
	case "password":
		next, out, err = b.ChangePassword(b.target)
	case "change":
		var u user.Profile
		if u, err = user.Parse([]byte(step.Text)); err == nil {
			next = b.Change(u)
			out = user.Outcome{Before: b.Profile, Profile: next.Profile}
		}
	case "update":
		next, out, payload, err = b.update(step.Text)
	case "import-on", "import-off":
		b.target.Connection.ImportMode = step.Do == "import-on"
		return stage
	default:
		stage.Problem = "there is no such step"
		return stage
	}
	if err != nil {
		var list rule.Violations
		if stage.Refused = errors.As(err, &list); stage.Refused {
			stage.Findings = findings(list, b.target)
		} else {
			stage.Problem = message(err)
		}
		return stage
	}
	b.DatabaseUser = next
	stage.Effect = effect(out, payload)
	stage.Findings = findings(out.Warnings, b.target)
	return stage
}

// update sends a payload to the Management API.
func (b *being) update(text string) (next lifecycle.DatabaseUser, out user.Outcome, v metadata.Value, err error) {
	if b.State == "" || b.State == lifecycle.Outside {
		return next, out, v, errors.New("Auth0 does not have the user yet: the API answers 404")
	}
	if err = v.UnmarshalJSON([]byte(text)); err != nil {
		return next, out, v, err
	}
	p, err := patch.FromValue(v)
	if err != nil {
		return next, out, v, err
	}
	t := b.target
	t.Migrated = b.State == lifecycle.Migrated
	if out, err = p.Apply(b.Profile, t); err != nil {
		return next, out, v, err
	}
	return b.Update(out.Profile), out, v, nil
}
