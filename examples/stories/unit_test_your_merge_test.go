package stories

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// setPlan is the function to test: it makes the payload to send.
func setPlan(plan string) patch.Payload {
	delta, err := metadata.Delta{}.Set("plan", plan)
	if err != nil {
		panic(err) // a string can always be set
	}
	return patch.Payload{AppMetadata: delta}
}

// Unit-test your own merge: apply the payload that you would send, and compare the
// profile afterwards. cmp.Diff compares objects and payloads without options.
func TestUnitTestYourOwnMerge(t *testing.T) {
	before, err := user.Parse([]byte(`{"user_id":"auth0|65f0c0ffee","app_metadata":{"plan":"free","credits":3}}`))
	require.NoError(t, err)

	sent := setPlan("gold")
	out, err := sent.Apply(before, user.Target{Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}, Sources: rule.Current})
	require.NoError(t, err)

	want := metadata.MustParse(`{"credits":3.0,"plan":"gold"}`) // the order of members and the spelling of numbers do not matter
	if diff := cmp.Diff(want, out.Profile.AppMetadata); diff != "" {
		t.Errorf("app_metadata (-want +got):\n%s", diff)
	}
	assert.Empty(t, out.Warnings)
	assert.True(t, sent.Equal(patch.Payload{AppMetadata: metadata.MustDelta(`{"plan":"gold"}`)}))
}
