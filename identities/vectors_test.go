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
		runProfileData(t, v)
	case "request":
		checkViolations(t, v, request(t, v))
	case "answer":
		checkViolations(t, v, matchAnswer(t, v))
	default:
		runOperation(t, v)
	}
}

func readProfile(t *testing.T, v vectors.Vector, section string) user.Profile {
	t.Helper()
	p, err := user.Parse(v.Need(t, section))
	require.NoError(t, err, section)
	return p
}

// runProfileData checks the profileData of a user who becomes a primary.
func runProfileData(t *testing.T, v vectors.Vector) {
	u := readProfile(t, v, "user.json")
	if u.Identities == nil {
		u.Identities = []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set[user.ID]("k1")}}
	}
	l, err := identities.Link(u, user.Profile{Identities: []user.Identity{{Provider: user.Set("sms"), UserID: user.Set[user.ID]("k2")}}})
	require.NoError(t, err)
	data := l.Profile.Identities[0].ProfileData
	assert.True(t, data.Equal(metadata.MustParse(string(v.Need(t, "want.json")))), "profileData is %s", data)
}

// runOperation checks the profile, the warnings and the error of one operation.
func runOperation(t *testing.T, v vectors.Vector) {
	got, warnings, err := operate(t, v)
	severe(t, warnings, err)
	pointers := map[string]string{}
	for _, w := range warnings {
		pointers[string(w.Rule)] = w.Pointer
	}
	switch v.Expect {
	case "refused":
		var vs rule.Violations
		require.ErrorAs(t, err, &vs)
		require.Len(t, vs, 1)
		assert.ErrorIs(t, err, rule.ID(v.Rule))
		assert.Equal(t, v.Pointer, vs[0].Pointer)
		return
	case "warns":
		assert.Contains(t, pointers, v.Rule)
		assert.Equal(t, v.Pointer, pointers[v.Rule])
	case "passes", "result":
		assert.NotContains(t, pointers, v.Rule)
	default:
		t.Fatalf("unknown expect: %s", v.Expect)
	}
	require.NoError(t, err)
	if want := v.Section("want.json"); want != nil {
		assert.True(t, metadata.MustParse(string(got.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "the profile is %s", got.AppendJSON(nil))
	}
}

// operate runs the operation of the vector.
func operate(t *testing.T, v vectors.Vector) (user.Profile, rule.Violations, error) {
	switch v.Op {
	case "link":
		primary, secondary := readProfile(t, v, "primary.json"), readProfile(t, v, "secondary.json")
		if v.Mode == "" {
			l, err := identities.Link(primary, secondary)
			return l.Profile, l.Warnings, err
		}
		m, ok := metadata.ParseMode(v.Mode)
		require.True(t, ok, "unknown mode: %s", v.Mode)
		l, err := identities.LinkMerging(primary, secondary, m)
		return l.Profile, l.Warnings, err
	case "unlink":
		var args struct {
			Provider string `json:"provider"`
			UserID   string `json:"user_id"`
		}
		require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
		u, err := identities.Unlink(readProfile(t, v, "user.json"), args.Provider, user.ID(args.UserID))
		if want := v.Section("to.json"); want != nil {
			assert.True(t, metadata.MustParse(string(u.Detached.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "detached is %s", u.Detached.AppendJSON(nil))
		}
		return u.Profile, u.Warnings, err
	case "delete":
		u := readProfile(t, v, "user.json")
		d := identities.Delete(u)
		assert.Equal(t, len(u.Identities), len(d.Identities))
		return u, d.Warnings, nil
	}
	t.Fatalf("unknown op: %s", v.Op)
	return user.Profile{}, nil, nil
}

// matchAnswer returns a violation of each rule that the API's answer matches.
func matchAnswer(t *testing.T, v vectors.Vector) (list rule.Violations) {
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

// checkViolations checks a list of violations.
func checkViolations(t *testing.T, v vectors.Vector, list rule.Violations) {
	severe(t, list, nil)
	pointers := map[string][]string{}
	for _, got := range list {
		assert.NotEmpty(t, got.Message)
		pointers[string(got.Rule)] = append(pointers[string(got.Rule)], got.Pointer)
	}
	if v.Expect == "refused" {
		assert.Contains(t, pointers[v.Rule], v.Pointer)
		assert.ErrorIs(t, list, rule.ID(v.Rule))
		return
	}
	assert.Equal(t, "passes", v.Expect)
	assert.Empty(t, list)
}

// request returns the violations of the request in the vector. It checks that a valid
// request is written as it was read.
func request(t *testing.T, v vectors.Vector) rule.Violations {
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
		return vs
	}
	out, err := json.Marshal(r)
	require.NoError(t, err)
	assert.True(t, metadata.MustParse(string(out)).Equal(metadata.MustParse(string(body))), "it is written as %s", out)
	return r.Validate(identities.Caller{Scopes: c.Scopes, User: user.ID(c.User), Subject: user.ID(c.Subject), Issuer: c.Issuer, Party: c.Party}).Violations
}
