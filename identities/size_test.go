package identities_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// A link is judged by the profile that it makes; an unlink makes one smaller.
func TestSize(t *testing.T) {
	primary := user.Profile{UserID: user.Set[user.ID]("auth0|1"), Identities: []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set[user.ID]("1"), Connection: user.Set("db")}}}
	secondary := user.Profile{UserID: user.Set[user.ID]("google-oauth2|2"), Identities: []user.Identity{{Provider: user.Set("google-oauth2"), UserID: user.Set[user.ID]("2"), Connection: user.Set("g")}}}
	bio := func(n int) metadata.Object {
		return metadata.MustParse(`{"bio":"` + strings.Repeat("x", n) + `"}`)
	}
	secondary.Extra = bio(0)
	out, err := identities.Link(primary, secondary, user.Target{})
	require.NoError(t, err)
	least := len(out.Profile.AppendJSON(nil))
	for _, tt := range []struct {
		bytes         int
		warns, beyond bool
	}{
		{limit.Profile, false, false}, {limit.Profile + 1, true, false}, {limit.ProfileAllowance, true, false}, {limit.ProfileAllowance + 1, true, true},
	} {
		secondary.Extra = bio(tt.bytes - least)
		for at, refuses := range map[*user.Target]bool{
			{}: true, {Sources: rule.Current}: true, {Sources: rule.Lenient}: false, {Policies: rule.Policies{rule.ProfileAllowance: "uncapped"}}: false,
		} {
			out, err := identities.Link(primary, secondary, *at)
			merged, failed := identities.LinkMerging(primary, secondary, metadata.FirstLevel, *at)
			assert.Equal(t, err, failed)
			assert.Equal(t, tt.beyond && refuses, errors.Is(err, rule.ProfileAllowance), "%d, %s: %v", tt.bytes, at.Sources, err)
			if err != nil {
				assert.Equal(t, user.Outcome{}, out)
				continue
			}
			assert.Len(t, out.Profile.AppendJSON(nil), tt.bytes)
			assert.Equal(t, tt.warns, errors.Is(out.Warnings, rule.ProfileSize), "%d", tt.bytes)
			assert.Equal(t, tt.beyond, errors.Is(out.Warnings, rule.ProfileAllowance), "%d", tt.bytes)
			assert.Equal(t, out.Warnings, merged.Warnings)
			left, err := identities.Unlink(out.Profile, "google-oauth2", "2")
			require.NoError(t, err)
			assert.NotErrorIs(t, left.Warnings, rule.ProfileSize)
		}
	}
	primary.UserMetadata = bio(2 * limit.ProfileAllowance)
	primary.Identities = append(primary.Identities, user.Identity{Provider: user.Set("sms"), UserID: user.Set[user.ID]("3")})
	left, err := identities.Unlink(primary, "sms", "3")
	require.NoError(t, err)
	assert.ErrorIs(t, left.Warnings, rule.ProfileSize)
	assert.NotErrorIs(t, left.Warnings, rule.ProfileAllowance)
}
