package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// outputs are the outputs of a run, with sorted lines.
type outputs struct {
	plans, problems []string
	summary         map[string]any
}

// slow runs testdata/transformation.json line by line, with maps in place of the
// library's objects.
type slow struct {
	*testing.T
	outputs
	file string
}

func slowRun(t *testing.T, file, text string) outputs {
	s := &slow{T: t, file: file, outputs: outputs{summary: map[string]any{"payloads": 0.0}}}
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) != "" {
			s.line(i+1, line)
		}
	}
	slices.Sort(s.plans)
	slices.Sort(s.problems)
	return s.outputs
}

// count counts in the summary.
func (s *slow) count(group, name string) {
	if s.summary[group] == nil {
		s.summary[group] = map[string]any{}
	}
	n, _ := s.summary[group].(map[string]any)[name].(float64)
	s.summary[group].(map[string]any)[name] = n + 1
}

// problem writes a line that is unreadable or refused.
func (s *slow) problem(number int, v verdict, id user.ID, err error) {
	p := problem{File: s.file, Line: number, UserID: id, Verdict: v}
	switch err := err.(type) {
	case rule.Violations:
		p.Violations = err
		for _, v := range err {
			s.count("violations", string(v.Rule))
		}
	case metadata.Errors:
		p.Error = strings.ReplaceAll(err.Error(), "\n", "; ")
		for _, e := range err {
			s.count("faults", string(e.Fault))
		}
	default:
		p.Error = err.Error()
		s.count("faults", p.Error)
	}
	s.count("verdicts", string(v))
	s.problems = append(s.problems, canonical(s.T, p))
}

// line reads one line and plans the update.
func (s *slow) line(number int, line string) {
	if len(line) > 16<<20 {
		s.problem(number, unreadable, "", fmt.Errorf("line too long"))
		return
	}
	before, err := user.Parse([]byte(line))
	if err != nil {
		s.problem(number, unreadable, "", err)
		return
	}
	id, ok := before.UserID.Get()
	if !ok {
		s.problem(number, unreadable, "", metadata.Errors{{Fault: "no user_id", Pointer: "/user_id"}})
		return
	}
	goal, matches, err := changed(s.T, line)
	switch {
	case !matches:
		s.count("verdicts", "unmatched")
		return
	case err != nil:
		s.problem(number, refused, id, err)
		return
	}
	change, err := patch.Diff(before, goal)
	require.NoError(s.T, err)
	if change.IsZero() {
		s.count("verdicts", "unchanged")
		return
	}
	if change.UserMetadata.IsWipe() { // shoe_size was the only member
		change.UserMetadata = metadata.MustDelta(`{"shoe_size":null}`)
	}
	target := targetOf(before)
	payloads, err := patch.Plan(before, change, target)
	if err != nil {
		s.problem(number, refused, id, err)
		return
	}
	s.plan(before, goal, payloads, target)
}

// targetOf returns the target for the connection of the user.
func targetOf(u user.Profile) (target user.Target) {
	switch u.Identities[0].Connection.Or("") {
	case "members":
		target.Connection = user.Connection{Name: "members", Kind: user.Database}
	case "google-oauth2":
		target.Connection = user.Connection{Name: "google-oauth2", Kind: user.Social}
	case "legacy":
		target.Connection = user.Connection{Name: "legacy", Kind: user.CustomDatabase}
	}
	return target
}

// plan writes the payloads, and checks that they lead to the goal.
func (s *slow) plan(before, goal user.Profile, payloads patch.Payloads, target user.Target) {
	id := before.UserID.Or("")
	require.Len(s.T, payloads, 1)
	out, err := payloads[0].Apply(before, target)
	require.NoError(s.T, err)
	left, err := patch.Diff(out.Profile, goal)
	require.NoError(s.T, err)
	require.True(s.T, left.IsZero(), "%s: the payloads do not lead to the goal", id)

	p := plan{UserID: id, Payloads: payloads, Effects: out.Effects, Warnings: out.Warnings}
	for _, c := range out.Changes() {
		if c.Kind == metadata.Removed {
			p.Removes = append(p.Removes, c.Pointer)
		}
	}
	for _, w := range p.Warnings {
		s.count("warnings", string(w.Rule))
	}
	require.Empty(s.T, p.Effects)
	s.count("verdicts", "planned")
	s.summary["payloads"] = s.summary["payloads"].(float64) + 1
	s.plans = append(s.plans, canonical(s.T, p))
}

// changed returns the user in line after testdata/transformation.json.
func changed(t *testing.T, line string) (goal user.Profile, matches bool, err error) {
	u := decoded(t, line).(map[string]any)
	app, ok := u["app_metadata"].(map[string]any)
	if !ok || app["region"] != "eu" || app["pinned"] == true {
		return goal, false, nil
	}
	var errs metadata.Errors
	if settings, ok := u["user_metadata"].(map[string]any); ok {
		if colour, ok := settings["colour"]; ok {
			if _, taken := settings["color"]; taken {
				errs = append(errs, &metadata.Error{Fault: "something is there already", Pointer: "/user_metadata/color"})
			}
			settings["color"] = colour
			delete(settings, "colour")
		}
		delete(settings, "shoe_size")
	}
	app["plan"] = "pro"
	if app["limits"] == nil {
		app["limits"] = map[string]any{}
	}
	if limits, ok := app["limits"].(map[string]any); ok {
		limits["seats"] = 5
	} else {
		errs = append(errs, &metadata.Error{Fault: metadata.ErrPath, Pointer: "/app_metadata/limits"})
	}
	u["picture"] = "https://cdn.example.com/member.png"
	if errs != nil {
		return goal, true, errs
	}
	text, err := json.Marshal(u)
	require.NoError(t, err)
	goal, err = user.Parse(text)
	require.NoError(t, err)
	return goal, true, nil
}

// decoded returns the value in text, with numbers of type json.Number.
func decoded(t *testing.T, text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}

// canonical returns the JSON text of v with sorted members and removals.
func canonical(t *testing.T, v any) string {
	text, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		text = string(b)
	}
	m := decoded(t, text).(map[string]any)
	if removes, ok := m["removes"].([]any); ok {
		slices.SortFunc(removes, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	}
	var b bytes.Buffer
	require.NoError(t, json.NewEncoder(&b).Encode(m))
	return strings.TrimSpace(b.String())
}
