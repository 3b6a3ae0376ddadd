package answer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Update is what a payload does to a user.
type Update struct {
	Valid    bool      `json:"valid"`
	NoUser   bool      `json:"noUser,omitempty"` // without a user, only the payload is judged
	Findings []Finding `json:"findings,omitempty"`
	Effect
	Meant    string   `json:"meant,omitempty"` // the payload that merges every level, if it differs
	Nothing  bool     `json:"nothing,omitempty"`
	Plan     []string `json:"plan,omitempty"`
	PlanNote string   `json:"planNote,omitempty"`
	Planned  bool     `json:"planned,omitempty"` // the changes are those of the plan
	Inverse  string   `json:"inverse,omitempty"`
	Remains  string   `json:"remains,omitempty"` // why the inverse is not complete
	Status   int      `json:"status,omitempty"`
	Response string   `json:"response,omitempty"`
}

// Effect is what an operation changes.
type Effect struct {
	Changes []Change  `json:"changes,omitempty"`
	More    int       `json:"more,omitempty"` // changes that are not listed
	Lost    int       `json:"lost,omitempty"` // members that are removed, though the payload does not name them
	Diff    []Line    `json:"diff,omitempty"`
	Effects []Outcome `json:"effects,omitempty"`
}

// Change is a [metadata.Change].
type Change struct {
	Pointer string `json:"pointer"`
	Kind    string `json:"kind"`
	Lost    int    `json:"lost,omitempty"` // how many members are lost
	From    string `json:"from,omitempty"` // what is lost
}

// Outcome is a [user.Effect].
type Outcome struct {
	Kind    string `json:"kind"`
	Rule    string `json:"rule"`
	Pointer string `json:"pointer,omitempty"`
}

// Finding is a [rule.Violation] with its rule.
type Finding struct {
	Rule      string         `json:"rule"`
	Severity  string         `json:"severity"`
	Evidence  string         `json:"evidence"`
	Message   string         `json:"message"`
	Pointer   string         `json:"pointer,omitempty"`
	In        string         `json:"in,omitempty"`   // the text that has the pointer
	Line      int            `json:"line,omitempty"` // there
	Statement string         `json:"statement,omitempty"`
	Source    string         `json:"source,omitempty"`
	Readings  []rule.Reading `json:"readings,omitempty"`
	Holds     string         `json:"holds,omitempty"` // the reading that holds
}

const (
	maxChanges  = 500
	maxFindings = 200
)

// update answers for the tab update.
func (a *Answer) update(s State) {
	t, ok := a.target(s)
	u, known, fine := a.user(s)
	var v metadata.Value
	p, okay := read(a, "payload", s.Payload, func(text []byte) (p patch.Payload, err error) {
		if err = v.UnmarshalJSON(text); err != nil {
			return p, err
		}
		return patch.FromValue(v)
	})
	if !ok || !okay || !fine {
		return
	}
	a.Update = judge(p, v, u, known, t)
	a.locate(s)
}

// user reads the user. It reports that a blank one is not known, and false if the text
// has a fault.
func (a *Answer) user(s State) (u user.Profile, known, ok bool) {
	u, known = read(a, "user", s.User, user.Parse)
	return u, known, known || a.Marks["user"] == nil
}

// target reads the target. It reports false if that has a fault.
func (a *Answer) target(s State) (t user.Target, ok bool) {
	t.Migrated, t.Secondary = s.Migrated, s.Secondary
	if t.Sources.UnmarshalText([]byte(s.Sources)) != nil {
		t.Sources = rule.Current
	}
	if scopes := strings.FieldsFunc(s.Scopes, betweenScopes); len(scopes) > 0 {
		t.Scopes = scopes
	}
	if strings.TrimSpace(s.Connection) != "" {
		var warnings rule.Violations
		t.Connection, ok = read(a, "connection", s.Connection, func(text []byte) (c user.Connection, err error) {
			c, warnings, err = user.ParseConnection(text)
			return c, err
		})
		for _, w := range warnings {
			a.mark("connection", Mark{Line: 1, Severity: "warning", Message: inPage(w.Message), Fault: true})
		}
		const pasted = "The pasted connection decides."
		a.Idle = map[string]string{"kind": pasted, "sync": pasted, "importMode": pasted}
		if ok && t.Connection.Kind != user.CustomDatabase {
			a.Idle["migrated"] = onlyCustom
		}
		return t, ok
	}
	t.Connection.Kind = user.Kind(s.Kind)
	a.Idle = idle(t.Connection.Kind, s.Migrated)
	t.Connection.ImportMode = s.ImportMode && a.Idle["importMode"] == ""
	if s.Sync != user.OnEachLogin.String() {
		t.Connection.RootAttributes = user.Sync(s.Sync)
	}
	return t, true
}

const onlyCustom = "This matters for a custom database only."

// idle returns why controls of the target have no effect, by their names.
func idle(kind user.Kind, migrated bool) map[string]string {
	const moved = "This no longer matters once the user has moved."
	switch {
	case kind == user.CustomDatabase && migrated:
		return map[string]string{"sync": moved, "importMode": moved}
	case kind == user.CustomDatabase:
		return nil
	case kind == user.Social, kind == user.Enterprise:
		return map[string]string{"importMode": onlyCustom, "migrated": onlyCustom}
	}
	const noProvider = "This matters for a custom database, a social or an enterprise connection only."
	return map[string]string{"sync": noProvider, "importMode": onlyCustom, "migrated": onlyCustom}
}

// judge returns what p, whose text is v, does to u.
func judge(p patch.Payload, v metadata.Value, u user.Profile, known bool, t user.Target) *Update {
	up := &Update{NoUser: !known}
	out, verdict := verdictOf(p, u, known, t)
	up.Valid = verdict.Valid()
	up.Findings = findings(slices.Concat(verdict.Violations, verdict.Warnings), t)
	up.answered(p, t)
	if !known {
		return up
	}
	up.meant(p, u)
	if up.Valid {
		up.Effect = effect(out, v)
		q, err := p.Inverse(u, t)
		up.Inverse, up.Remains = prettyText(q.String()), message(err)
	} else {
		up.plan(p, v, u, t)
	}
	return up
}

// verdictOf applies p to u, if that is known, and returns what was found.
func verdictOf(p patch.Payload, u user.Profile, known bool, t user.Target) (out user.Outcome, verdict rule.Verdict) {
	if !known {
		return out, p.Validate(t)
	}
	out, err := p.Apply(u, t)
	if err == nil {
		return out, rule.Verdict{Warnings: out.Warnings}
	}
	verdict = p.Validate(t) // has the warnings
	if !errors.As(err, &verdict.Violations) {
		verdict.Violations = rule.Violations{{Severity: rule.SeverityError, Message: err.Error()}}
	}
	return out, verdict
}

// answered adds the API's answer.
func (up *Update) answered(p patch.Payload, t user.Target) {
	if up.Valid {
		up.Status = 200
		return
	}
	if r, ok := p.Response(t); ok {
		up.Status, up.Response = r.StatusCode, r.Error+": "+shown(r.Message)
	}
}

// meant adds the payload that merges the metadata of p at every level, if it is another.
func (up *Update) meant(p patch.Payload, u user.Profile) {
	q := p
	var err, err2 error
	q.UserMetadata, err = metadata.FirstLevel.FromDeep(u.UserMetadata, p.UserMetadata)
	q.AppMetadata, err2 = metadata.FirstLevel.FromDeep(u.AppMetadata, p.AppMetadata)
	if errors.Join(err, err2) != nil || q.Equal(p) {
		return
	}
	up.Nothing = q.IsZero()
	up.Meant = prettyText(q.String())
}

// plan adds the payloads that do what p does, if p is refused; then their changes are
// those of up.
func (up *Update) plan(p patch.Payload, v metadata.Value, u user.Profile, t user.Target) {
	list, err := patch.Plan(u, p, t)
	if err != nil {
		up.PlanNote = up.unplanned(err)
		return
	}
	all := user.Outcome{Before: u, Profile: u}
	for _, q := range list {
		up.Plan = append(up.Plan, prettyText(q.String()))
		out, err := q.Apply(all.Profile, t)
		if err != nil {
			return
		}
		all.Profile, all.Effects = out.Profile, append(all.Effects, out.Effects...)
	}
	if len(list) == 0 {
		up.PlanNote = "Nothing is left to send: the user already has these values."
		return
	}
	up.Planned = true
	up.Effect = effect(all, v)
}

// unplanned says why there is no plan.
func (up *Update) unplanned(err error) string {
	var list rule.Violations
	if errors.As(err, &list) && !slices.ContainsFunc(list, func(v rule.Violation) bool {
		return !slices.ContainsFunc(up.Findings, func(f Finding) bool { return f.Rule == string(v.Rule) })
	}) {
		return "Several payloads would be refused for the same reason."
	}
	return message(err)
}

// effect returns what an operation changes; payload is its text, or absent.
func effect(out user.Outcome, payload metadata.Value) (e Effect) {
	named := nullsIn(payload.String())
	lost := func(pointer string) bool { return !payload.IsZero() && !named.has(pointer) }
	e.list(out.Changes(), lost)
	// String masks tokens.
	var before, after metadata.Value
	if err := errors.Join(before.UnmarshalJSON([]byte(out.Before.String())), after.UnmarshalJSON([]byte(out.Profile.String()))); err == nil {
		e.Diff = diff(before, after, lost)
	}
	for _, x := range out.Effects {
		e.Effects = append(e.Effects, Outcome{string(x.Kind), string(x.Rule), shown(x.Pointer)})
	}
	return e
}

// list adds changes. lost reports whether a member that was removed was lost.
func (e *Effect) list(changes []metadata.Change, lost func(pointer string) bool) {
	for i, c := range changes {
		n := 0
		if c.Kind == metadata.Removed && lost(c.Pointer) {
			n = count(c.From)
			e.Lost += n
		}
		if i >= maxChanges {
			e.More++
			continue
		}
		change := Change{Pointer: shownPointer(c.Pointer), Kind: string(c.Kind), Lost: n}
		if n > 0 {
			change.From = shown(short(c.From.String(), maxWidth))
		}
		e.Changes = append(e.Changes, change)
	}
}

// count returns how many members a removal loses: those of an object, else one.
func count(v metadata.Value) int {
	n := 0
	for range v.Members() {
		n++
	}
	return max(n, 1)
}

// findings returns the violations with their rules.
func findings(list rule.Violations, t user.Target) (all []Finding) {
	for i, v := range list[:min(len(list), maxFindings)] {
		if i > 0 && v.Rule == list[i-1].Rule && v.Severity == list[i-1].Severity && v.Evidence == list[i-1].Evidence && v.Message == list[i-1].Message {
			f := all[i-1]
			f.Pointer = v.Pointer
			all = append(all, f)
			continue
		}
		f := Finding{
			Rule: string(v.Rule), Severity: string(v.Severity), Evidence: string(v.Evidence),
			Message: shown(short(inPage(v.Message), 2000)), Pointer: v.Pointer,
		}
		if r, ok := rule.Find(v.Rule); ok {
			f.Statement, f.Source, f.Readings = inPage(r.Statement), r.Source, r.Readings
			f.Holds = t.Policies.Reading(t.Sources, v.Rule)
		}
		all = append(all, f)
	}
	if n := len(list) - len(all); n > 0 {
		all = append(all, Finding{Severity: "warning", Message: fmt.Sprintf("%d more findings are not shown", n)})
	}
	return all
}

// locate finds the lines of the findings in the payload, or else in the user, and marks
// them.
func (a *Answer) locate(s State) {
	list := a.Update.Findings
	var pointers []string
	for _, f := range list {
		pointers = append(pointers, f.Pointer)
	}
	payload, profile := places(s.Payload, pointers), map[string]int{}
	pointers = slices.DeleteFunc(pointers, func(p string) bool { _, ok := payload[p]; return ok })
	if !a.Update.NoUser && len(pointers) > 0 {
		profile = places(s.User, pointers)
	}
	for i, f := range list {
		name, text := "payload", s.Payload
		at, ok := payload[f.Pointer]
		if !ok {
			if at, ok = profile[f.Pointer]; ok {
				name, text = "user", s.User
			} else if at, ok = place(payload, f.Pointer); !ok {
				continue
			}
		}
		line, column := position(text, at)
		list[i].In, list[i].Line = name, line
		a.mark(name, Mark{line, column, shownPointer(f.Pointer), f.Severity, f.Message, false})
	}
	for i := range list {
		list[i].Pointer = shownPointer(list[i].Pointer)
	}
}

// message returns the text of an error, cut if it is long.
func message(err error) string {
	if err == nil {
		return ""
	}
	return shown(short(inPage(err.Error()), 2000))
}
