package patch_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// An inverse leaves out metadata that makes a profile too large, and the error has the
// rule's message. Under lenient and by the reading uncapped it restores everything.
func TestInverseOfLargeProfile(t *testing.T) {
	text := func(n int) string { return `"` + strings.Repeat("x", n) + `"` }
	u := profile(t, `{"name":"Kim Long","blocked":false,"user_metadata":{"blob":`+text(52_000)+`,"note":`+text(3_000)+`,"plan":"gold"},"app_metadata":{"a":`+text(48_000)+`,"b":`+text(1_500)+`,"c":{"d":`+text(300)+`}}}`)
	require.Greater(t, len(u.AppendJSON(nil)), 104_900) // 2,500 bytes too large, or a little more
	require.Less(t, len(u.AppendJSON(nil)), 105_000)
	for _, tt := range []struct {
		payload, inverse string
		missed           []string
	}{
		{`{"user_metadata":{"note":null,"plan":"free"},"name":"Kim"}`, `{"name":"Kim Long"}`, []string{"/user_metadata/plan", "/user_metadata/note"}},
		{`{"user_metadata":{"blob":null},"app_metadata":{"new":1}}`, `{}`, []string{"/user_metadata/blob", "/app_metadata/new"}},
		{`{"user_metadata":{"plan":"silver"},"name":"Kim Longer"}`, `{"name":"Kim Long","user_metadata":{"plan":"gold"}}`, nil},
		{`{"name":"Kim"}`, `{}`, []string{"/name"}},      // the profile stays too large
		{`{"blocked":true}`, `{}`, []string{"/blocked"}}, // false is longer
	} {
		p := payload(t, tt.payload)
		for name, target := range map[string]user.Target{
			"strict": {}, "current": {Sources: rule.Current}, "timed": {Now: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)},
		} {
			out, err := p.Apply(u, user.Target{Sources: rule.Lenient, Now: target.Now}) // some payloads grow the profile
			require.NoError(t, err)
			q, err := p.Inverse(u, target)
			assert.Equal(t, tt.missed, metadata.Unreachable(err), "%s, %s", tt.payload, name)
			assert.True(t, payload(t, tt.inverse).Equal(q), "%s, %s: %.300s", tt.payload, name, q.AppendJSON(nil))
			assert.Equal(t, tt.missed != nil, errors.Is(err, rule.ProfileAllowance), "%s, %s", tt.payload, name)
			if !q.IsZero() {
				_, err = q.Apply(out.Profile, target)
				assert.NoError(t, err, "%s, %s", tt.payload, name)
			}
			var list rule.Violations
			if tt.missed != nil && assert.ErrorAs(t, err2(p.Inverse(u, target)), &list) {
				require.Len(t, list, 1, "listed once")
				assert.Contains(t, list[0].Message, "set Sources to lenient")
				assert.Contains(t, list[0].Message, limit.ProfileEndOfLife)
				assert.NotContains(t, list[0].Message, "xxx")
			}
		}
		for name, target := range map[string]user.Target{"lenient": {Sources: rule.Lenient}, "uncapped": {Policies: rule.Policies{rule.ProfileAllowance: "uncapped"}}} {
			out, err := p.Apply(u, target)
			require.NoError(t, err)
			q, err := p.Inverse(u, target)
			require.NoError(t, err, "%s, %s", tt.payload, name)
			back, err := q.Apply(out.Profile, target)
			require.NoError(t, err)
			assert.True(t, back.Profile.Equal(u), "%s, %s", tt.payload, name)
		}
	}
}

func err2(_ patch.Payload, err error) error { return err }

// A member that a policy refuses is left out first; what then fits is restored.
func TestInverseOfTwoRefusals(t *testing.T) {
	u := profile(t, `{"username":"`+strings.Repeat("k", 15)+`","user_metadata":{"a":"`+strings.Repeat("x", limit.ProfileAllowance-len(`{"user_metadata":{"a":""}}`))+`"}}`)
	q, err := payload(t, `{"username":null,"user_metadata":{"a":"short"}}`).Inverse(u, user.Target{Policies: rule.Policies{rule.FirstUsername: "refused"}})
	assert.Equal(t, []string{"/username"}, metadata.Unreachable(err))
	assert.ErrorIs(t, err, rule.FirstUsername)
	assert.NotErrorIs(t, err, rule.ProfileAllowance)
	assert.True(t, q.UserMetadata.Object().Equal(u.UserMetadata))
}

// The payload that makes a profile too large through updated_at is not planned.
func TestPlanCountsTimestamps(t *testing.T) {
	const updated = `,"updated_at":"2026-11-27T00:00:00.000Z"`
	u := user.Profile{Name: user.Set("A")}
	u.UserMetadata = metadata.MustParse(`{"a":"` + strings.Repeat("x", limit.ProfileAllowance-len(`{"name":"A","user_metadata":{"a":""}}`+updated)) + `"}`)
	at := user.Target{Now: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}
	for name, fits := range map[string]bool{"B": true, "BB": false} {
		p := patch.Payload{Name: user.Set(name)}
		_, err := p.Apply(u, at)
		assert.Equal(t, !fits, errors.Is(err, rule.ProfileAllowance), name)
		_, err = patch.Plan(u, p, at)
		assert.Equal(t, !fits, errors.Is(err, rule.ProfileAllowance), name)
	}
}
