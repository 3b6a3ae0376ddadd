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

// outputs are what a run writes, the lines in an order of their own.
type outputs struct {
	plans, problems []string
	summary         map[string]any
}

// slow is the slow, readable twin of the pipeline for testdata/transformation.json:
// one line after the other, the change in plain Go on plain maps.
func slow(t *testing.T, file, text string) (o outputs) {
	o.summary = map[string]any{"payloads": 0.0}
	count := func(group, name string) {
		if o.summary[group] == nil {
			o.summary[group] = map[string]any{}
		}
		n, _ := o.summary[group].(map[string]any)[name].(float64)
		o.summary[group].(map[string]any)[name] = n + 1
	}
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		bad := func(v verdict, id user.ID, err error) {
			p := problem{File: file, Line: i + 1, UserID: id, Verdict: v}
			switch err := err.(type) {
			case rule.Violations:
				p.Violations = err
				for _, v := range err {
					count("violations", string(v.Rule))
				}
			case metadata.Errors:
				p.Error = strings.ReplaceAll(err.Error(), "\n", "; ")
				for _, e := range err {
					count("faults", string(e.Fault))
				}
			default:
				p.Error = err.Error()
				count("faults", p.Error)
			}
			count("verdicts", string(v))
			o.problems = append(o.problems, canonical(t, p))
		}
		if len(line) > 16<<20 {
			bad(unreadable, "", fmt.Errorf("line too long"))
			continue
		}
		before, err := user.Parse([]byte(line))
		if err != nil {
			bad(unreadable, "", err)
			continue
		}
		id, ok := before.UserID.Get()
		if !ok {
			bad(unreadable, "", metadata.Errors{{Fault: "no user_id", Pointer: "/user_id"}})
			continue
		}
		goal, matches, err := changed(t, line)
		if !matches {
			count("verdicts", "unmatched")
			continue
		}
		if err != nil {
			bad(refused, id, err)
			continue
		}
		var target user.Target
		switch before.Identities[0].Connection.Or("") {
		case "members":
			target.Connection = user.Connection{Name: "members", Kind: user.Database}
		case "google-oauth2":
			target.Connection = user.Connection{Name: "google-oauth2", Kind: user.Social}
		case "legacy":
			target.Connection = user.Connection{Name: "legacy", Kind: user.CustomDatabase}
		}
		says, err := patch.Diff(before, goal)
		require.NoError(t, err)
		if says.IsZero() {
			count("verdicts", "unchanged")
			continue
		}
		if says.UserMetadata.IsWipe() { // only shoe_size was there
			says.UserMetadata = metadata.MustDelta(`{"shoe_size":null}`)
		}
		payloads, err := patch.Plan(before, says, target)
		if err != nil {
			bad(refused, id, err)
			continue
		}
		require.Len(t, payloads, 1)
		out, err := payloads[0].Apply(before, target)
		require.NoError(t, err)
		left, err := patch.Diff(out.Profile, goal)
		require.NoError(t, err)
		require.True(t, left.IsZero(), "%s: what was planned does not lead there", id)

		p := plan{UserID: id, Payloads: payloads, Effects: out.Effects, Warnings: out.Warnings}
		for _, c := range out.Changes {
			if c.Kind == metadata.Removed {
				p.Removes = append(p.Removes, c.Pointer)
			}
		}
		for _, w := range p.Warnings {
			count("warnings", string(w.Rule))
		}
		require.Empty(t, p.Effects)
		count("verdicts", "planned")
		o.summary["payloads"] = o.summary["payloads"].(float64) + 1
		o.plans = append(o.plans, canonical(t, p))
	}
	slices.Sort(o.plans)
	slices.Sort(o.problems)
	return o
}

// changed returns the user in line with testdata/transformation.json done to it.
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

// decoded returns the value in text with numbers as they are.
func decoded(t *testing.T, text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}

// canonical returns the JSON text of v with members and removals in order.
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
