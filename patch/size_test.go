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

// An inverse restores as much of a large profile as the API stores: it leaves out as few
// members as possible, and the error has the rule's message. Under lenient and by the
// reading uncapped it restores everything.
func TestInverseOfLargeProfile(t *testing.T) {
	text := func(n int) string { return `"` + strings.Repeat("x", n) + `"` }
	u := profile(t, `{"name":"Kim Long","blocked":false,"user_metadata":{"blob":`+text(52_000)+`,"note":`+text(3_000)+`,"plan":"gold"},"app_metadata":{"a":`+text(48_000)+`,"b":`+text(1_500)+`,"c":{"d":`+text(300)+`}}}`)
	require.Greater(t, len(u.AppendJSON(nil)), 104_900) // 2,500 bytes too large, or a little more
	require.Less(t, len(u.AppendJSON(nil)), 105_000)
	for _, tt := range []struct {
		payload, inverse string
		missed           []string
	}{
		{`{"user_metadata":{"note":null,"plan":"free"},"name":"Kim"}`, `{"name":"Kim Long","user_metadata":{"plan":"gold"}}`, []string{"/user_metadata/note"}},
		{`{"user_metadata":{"blob":null},"app_metadata":{"b":"short","c":null,"new":1}}`, `{"app_metadata":{"b":` + text(1_500) + `,"c":{"d":` + text(300) + `},"new":null}}`, []string{"/user_metadata/blob"}},
		{`{"user_metadata":{},"app_metadata":{"b":null}}`, `{"user_metadata":{"blob":` + text(52_000) + `,"plan":"gold"},"app_metadata":{"b":` + text(1_500) + `}}`, []string{"/user_metadata/note"}},
		// Here the profile stays too large, so nothing is restored that makes it larger,
		// except in the place of what is removed.
		{`{"app_metadata":{"b":null,"c":[2]},"name":"Kim"}`, `{}`, []string{"/name", "/app_metadata/c", "/app_metadata/b"}},
		{`{"app_metadata":{"b":null,"c":[2]},"name":"Kim","nickname":"kim"}`, `{"name":"Kim Long","nickname":null}`, []string{"/app_metadata/c", "/app_metadata/b"}},
		{`{"name":"Kim"}`, `{}`, []string{"/name"}},
		{`{"user_metadata":{"plan":"silver"},"name":"Kim Longer"}`, `{"name":"Kim Long","user_metadata":{"plan":"gold"}}`, nil},
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

// If no member alone is large enough, the largest is left out, and then the smallest that
// is enough.
func TestInverseDropsFew(t *testing.T) {
	var b strings.Builder
	for _, name := range []string{"a", "b", "c", "d"} {
		b.WriteString(`,"` + name + `":"` + strings.Repeat("x", 2_000+int(name[0])) + `"`)
	}
	u := profile(t, `{"user_metadata":{"blob":"`+strings.Repeat("x", 97_000)+`"`+b.String()+`}}`)
	q, err := payload(t, `{"user_metadata":{"a":null,"b":null,"c":null,"d":"short"}}`).Inverse(u, user.Target{})
	assert.Equal(t, []string{"/user_metadata/d", "/user_metadata/c"}, metadata.Unreachable(err))
	assert.Equal(t, 2, q.UserMetadata.Object().Len())
}

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
