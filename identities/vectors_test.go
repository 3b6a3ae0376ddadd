package identities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

func TestVectors(t *testing.T) {
	list := vectors.Load(t, "identities")
	vectors.Covers(t, list, identities.Rules())
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) { run(t, v) })
	}
}

func run(t *testing.T, v vectors.Vector) {
	read := func(name string) user.Profile {
		p, err := user.Parse(v.Need(t, name))
		require.NoError(t, err, name)
		return p
	}
	var (
		got      user.Profile
		warnings user.Violations
		err      error
	)
	switch v.Op {
	case "link":
		var l identities.Linked
		if v.Mode == "" {
			l, err = identities.Link(read("primary.json"), read("secondary.json"))
		} else {
			m, ok := metadata.ParseMode(v.Mode)
			require.True(t, ok, "no mode %q", v.Mode)
			l, err = identities.LinkMerging(read("primary.json"), read("secondary.json"), m)
		}
		got, warnings = l.Profile, l.Warnings
	case "profile-data": // of a user who becomes a primary
		u := read("user.json")
		if u.Identities == nil {
			u.Identities = []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set("k1")}}
		}
		l, err := identities.Link(u, user.Profile{Identities: []user.Identity{{Provider: user.Set("sms"), UserID: user.Set("k2")}}})
		require.NoError(t, err)
		data := l.Profile.Identities[0].ProfileData
		assert.True(t, data.Equal(metadata.MustParse(string(v.Need(t, "want.json")))), "profileData is %s", data)
		return
	case "unlink":
		var args struct {
			Provider string `json:"provider"`
			UserID   string `json:"user_id"`
		}
		require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
		var u identities.Unlinked
		u, err = identities.Unlink(read("user.json"), args.Provider, args.UserID)
		got, warnings = u.Profile, u.Warnings
		if want := v.Section("to.json"); want != nil {
			assert.True(t, metadata.MustParse(string(u.Detached.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "detached is %s", u.Detached.AppendJSON(nil))
		}
	case "request", "answer":
		var list user.Violations
		if v.Op == "request" {
			list = request(t, v)
		} else {
			var args struct {
				Status  int    `json:"status"`
				Message string `json:"message"`
			}
			require.NoError(t, json.Unmarshal(v.Need(t, "arguments.json"), &args))
			if got, ok := identities.Answered(args.Status, args.Message); ok {
				assert.Equal(t, args.Status, identities.Status(got.Rule))
				list = user.Violations{got}
			}
		}
		severe(t, list, nil)
		at := map[string][]string{}
		for _, got := range list {
			assert.NotEmpty(t, got.Message)
			at[string(got.Rule)] = append(at[string(got.Rule)], got.Pointer)
		}
		if v.Expect == "refused" {
			assert.Contains(t, at[v.Rule], v.Pointer)
			assert.ErrorIs(t, list, user.RuleID(v.Rule))
		} else {
			assert.Equal(t, "passes", v.Expect)
			assert.Empty(t, list)
		}
		return
	case "delete":
		u := read("user.json")
		d := identities.Delete(u)
		assert.Equal(t, len(u.Identities), len(d.Identities))
		got, warnings = u, d.Warnings
	default:
		t.Fatalf("op: %s means nothing here", v.Op)
	}
	severe(t, warnings, err)
	rules := map[string]string{}
	for _, w := range warnings {
		rules[string(w.Rule)] = w.Pointer
	}
	switch v.Expect {
	case "refused":
		var violation user.Violation
		require.ErrorAs(t, err, &violation)
		assert.ErrorIs(t, err, user.RuleID(v.Rule))
		assert.Equal(t, v.Pointer, violation.Pointer)
		return
	case "warns":
		assert.Contains(t, rules, v.Rule)
		assert.Equal(t, v.Pointer, rules[v.Rule])
	case "passes", "result":
		assert.NotContains(t, rules, v.Rule)
	default:
		t.Fatalf("expect: %s means nothing here", v.Expect)
	}
	require.NoError(t, err)
	if want := v.Section("want.json"); want != nil {
		assert.True(t, metadata.MustParse(string(got.AppendJSON(nil))).Equal(metadata.MustParse(string(want))), "the profile is %s", got.AppendJSON(nil))
	}
}

// request checks that what can be read as a request is written again as it was, and
// returns what is wrong with it.
func request(t *testing.T, v vectors.Vector) user.Violations {
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
		var vs user.Violations
		require.ErrorAs(t, err, &vs)
		assert.True(t, r.IsZero())
		return vs
	}
	out, err := json.Marshal(r)
	require.NoError(t, err)
	assert.True(t, metadata.MustParse(string(out)).Equal(metadata.MustParse(string(body))), "it is written as %s", out)
	return r.Validate(identities.Caller{Scopes: c.Scopes, User: user.ID(c.User), Subject: user.ID(c.Subject), Issuer: c.Issuer, Party: c.Party}).Violations
}
