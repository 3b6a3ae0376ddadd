package identities_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Each recorded link request has one of the two forms and names the secondary; the
// identities in the answer are those that Link returns.
func TestRecordedLinks(t *testing.T) {
	n := 0
	for _, x := range recordings.Of(t, "link") {
		n++
		r, err := identities.ParseRequest(x.Request)
		require.NoError(t, err, x.ID)
		assert.NoError(t, r.Validate(identities.Caller{}).Err(), x.ID)
		out, err := json.Marshal(r)
		require.NoError(t, err)
		assert.JSONEq(t, string(x.Request), string(out), x.ID)
		primary, secondary := recorded(t, x.Before), recorded(t, x.BeforeSecondary)
		provider, id, _ := r.Identity()
		main, _ := identities.Primary(secondary)
		assert.True(t, main.Is(provider, user.ID(strings.TrimPrefix(string(id), provider+"|"))), x.ID)
		l, err := identities.Link(primary, secondary, user.Target{})
		require.NoError(t, err, x.ID)
		assert.Empty(t, cmp.Diff(answered(t, x.Response), l.Profile.Identities), x.ID)
		assert.True(t, l.Profile.UserMetadata.Equal(primary.UserMetadata) && l.Profile.AppMetadata.Equal(primary.AppMetadata), x.ID)
	}
	assert.Equal(t, 4, n)
}

// The identities in the answer to each recorded unlink are those that Unlink returns,
// also where nothing was unlinked.
func TestRecordedUnlinks(t *testing.T) {
	nothing, n := 0, 0
	for _, x := range recordings.Of(t, "unlink") {
		n++
		provider, id := x.Unlinked(t)
		out, err := identities.Unlink(recorded(t, x.Before), provider, user.ID(id))
		require.NoError(t, err, x.ID)
		assert.Empty(t, cmp.Diff(answered(t, x.Response), out.Profile.Identities), x.ID)
		if errors.Is(out.Warnings, rule.NothingUnlinked) {
			nothing++
		}
	}
	assert.Equal(t, []int{3, 5}, []int{nothing, n})
}

func recorded(t *testing.T, text []byte) user.Profile {
	t.Helper()
	p, err := user.Parse(text)
	require.NoError(t, err)
	return p
}

func answered(t *testing.T, text []byte) (ids []user.Identity) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &ids))
	return ids
}
