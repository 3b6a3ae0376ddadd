package identities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func TestVectors(t *testing.T) {
	list := vectors.Load(t, "identities")
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) { run(t, v) })
	}
}

func run(t *testing.T, v vectors.Vector) {
	switch v.Op {
	case "profile-data":
		profileData(t, v)
	case "request":
		verdict := request(t, v)
		if v.Expect == "warns" {
			assert.Empty(t, verdict.Violations)
			judged(t, v, verdict.Warnings)
		} else {
			assert.NotErrorIs(t, verdict.Warnings, rule.ID(v.Rule))
			judged(t, v, verdict.Violations)
		}
	case "answer":
		judged(t, v, matched(t, v))
	default:
		runOperation(t, v)
	}
}

// read returns the user in a section of the vector.
func read(t *testing.T, v vectors.Vector, section string) user.Profile {
	t.Helper()
	p, err := user.Parse(v.Need(t, section))
	require.NoError(t, err, section)
	return p
}

// target returns the target of the vector, the zero Target where it has none.
func target(t *testing.T, v vectors.Vector) (at user.Target) {
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &at))
	}
	return at
}

// profileData checks the profileData of a user who becomes a primary.
func profileData(t *testing.T, v vectors.Vector) {
	u := read(t, v, "user.json")
	if u.Identities == nil {
		u.Identities = []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set[user.ID]("k1")}}
	}
	other := user.Profile{Identities: []user.Identity{{Provider: user.Set("sms"), UserID: user.Set[user.ID]("k2")}}}
	l, err := identities.Link(u, other, target(t, v))
	require.NoError(t, err)
	data := l.Profile.Identities[0].ProfileData
	assert.True(t, data.Equal(metadata.MustParse(string(v.Need(t, "want.json")))), "profileData is %s", data)
}

// operate runs the operation of the vector.
func operate(t *testing.T, v vectors.Vector) (user.Profile, rule.Violations, error) {
	switch v.Op {
	case "link":
		primary, secondary := read(t, v, "primary.json"), read(t, v, "secondary.json")
		if v.Mode == "" {
			l, err := identities.Link(primary, secondary, target(t, v))
			return l.Profile, l.Warnings, err
		}
		m, ok := metadata.ParseMode(v.Mode)
		require.True(t, ok, "unknown mode: %s", v.Mode)
		l, err := identities.LinkMerging(primary, secondary, m, target(t, v))
		return l.Profile, l.Warnings, err
	case "unlink":
		var args struct {
			Provider string `json:"provider"`
			UserID   string `json:"user_id"`
		}
		require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
		u, err := identities.Unlink(read(t, v, "user.json"), args.Provider, user.ID(args.UserID))
		if want := v.Section("to.json"); want != nil {
			assert.True(t, metadata.MustParse(string(u.Detached.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "detached is %s", u.Detached.AppendJSON(nil))
		}
		return u.Profile, u.Warnings, err
	case "delete":
		u := read(t, v, "user.json")
		d := identities.Delete(u)
		assert.Equal(t, len(u.Identities), len(d.Identities))
		return u, d.Warnings, nil
	}
	t.Fatalf("unknown op: %s", v.Op)
	return user.Profile{}, nil, nil
}

// runOperation checks the profile, the warnings and the error of one operation.
func runOperation(t *testing.T, v vectors.Vector) {
	got, warnings, err := operate(t, v)
	severe(t, warnings, err)
	if v.Expect == "refused" {
		var vs rule.Violations
		require.ErrorAs(t, err, &vs)
		require.Len(t, vs, 1)
		judged(t, v, vs)
		return
	}
	require.NoError(t, err)
	if v.Expect == "warns" {
		judged(t, v, warnings)
	} else {
		assert.Contains(t, []string{"passes", "result"}, v.Expect)
		assert.NotErrorIs(t, warnings, rule.ID(v.Rule))
	}
	if want := v.Section("want.json"); want != nil {
		assert.True(t, metadata.MustParse(string(got.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "the profile is %s", got.AppendJSON(nil))
	}
}

// judged checks that a list has the rule of the vector at its pointer, or that it is
// empty where the vector passes.
func judged(t *testing.T, v vectors.Vector, list rule.Violations) {
	severe(t, list, nil)
	if v.Expect != "refused" && v.Expect != "warns" {
		assert.Equal(t, "passes", v.Expect)
		assert.Empty(t, list)
		return
	}
	var pointers []string
	for _, got := range list {
		assert.NotEmpty(t, got.Message)
		if string(got.Rule) == v.Rule {
			pointers = append(pointers, got.Pointer)
		}
	}
	assert.ErrorIs(t, list, rule.ID(v.Rule))
	assert.Contains(t, pointers, v.Pointer)
}

// matched returns the rule that an answer is about.
func matched(t *testing.T, v vectors.Vector) (list rule.Violations) {
	var args struct {
		Status  int    `json:"status"`
		Message string `json:"message"`
	}
	require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
	for _, e := range []rule.Endpoint{rule.EndpointLink, rule.EndpointUnlink} {
		if r, ok := rule.Match(e, args.Status, args.Message); ok {
			status, _, _ := rule.AnswerTo(e, r.ID)
			assert.Equal(t, args.Status, status)
			list = append(list, judge.Violation(r.ID, "", args.Message))
		}
	}
	return list
}

// request checks that what can be read as a request is written again as it was, and
// returns what is wrong with it.
func request(t *testing.T, v vectors.Vector) rule.Verdict {
	var c struct {
		Scopes                       []string
		User, Subject, Issuer, Party string
	}
	if text := v.Section("target.json"); text != nil {
		require.NoError(t, json.Unmarshal(text, &c))
	}
	body := v.Need(t, "arguments.json")
	r, err := identities.ParseRequest(body)
	if err != nil {
		var vs rule.Violations
		require.ErrorAs(t, err, &vs)
		assert.True(t, r.IsZero())
		return rule.Verdict{Violations: vs}
	}
	out, err := json.Marshal(r)
	require.NoError(t, err)
	assert.True(t, metadata.MustParse(string(out)).Equal(metadata.MustParse(string(body))), "it is written as %s", out)
	return r.Validate(identities.Caller{Scopes: c.Scopes, User: user.ID(c.User), Subject: user.ID(c.Subject), Issuer: c.Issuer, Party: c.Party})
}
