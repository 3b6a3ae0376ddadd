package identities_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// What is refused has no outcome, and so no warnings.
func TestRefusedLinkIsZero(t *testing.T) {
	u := account("auth0", "ann", `{"color":"red"}`)
	l, err := identities.Link(u, u)
	require.ErrorIs(t, err, rule.SameIdentity)
	assert.Zero(t, l)
	l, err = identities.LinkMerging(u, u, metadata.Deep)
	require.ErrorIs(t, err, rule.SameIdentity)
	assert.Zero(t, l)
}

// Root attributes move two levels down as profileData, which may be too deep.
func TestLinkTooDeep(t *testing.T) {
	deep := account("auth0", "ann", `{}`)
	deep.Extra = metadata.MustParse(`{"x":` + strings.Repeat("[", 9_998) + strings.Repeat("]", 9_998) + `}`)
	_, err := deep.Object()
	require.NoError(t, err, "it is not too deep where it is")
	for _, pair := range [][2]user.Profile{{deep, account("sms", "1", `{}`)}, {account("sms", "1", `{}`), deep}} {
		l, err := identities.Link(pair[0], pair[1])
		var errs metadata.Errors
		require.ErrorAs(t, err, &errs)
		assert.Zero(t, l)
	}
}

// An identity that does not show its provider and user_id is not taken for one
// where they are empty.
func TestLinkOfHiddenIdentities(t *testing.T) {
	empty := user.Profile{Identities: []user.Identity{{Provider: user.Set(""), UserID: user.Set[user.ID]("")}}}
	for _, hidden := range []user.Identity{{}, {Provider: user.Set("")}, {UserID: user.Set[user.ID]("")}} {
		_, err := identities.Link(empty, user.Profile{Identities: []user.Identity{hidden}})
		assert.NoError(t, err)
	}
	_, err := identities.Link(empty, empty)
	assert.ErrorIs(t, err, rule.SameIdentity)
}

// What is logged is what there is, without the tokens of identities.
func TestOutcomesLog(t *testing.T) {
	u := account("auth0", "ann", `{}`)
	u.Identities = append(u.Identities, user.Identity{Provider: user.Set("sms"), UserID: user.Set[user.ID]("1"), AccessToken: user.Set(user.NewSecret("secret"))})
	out, err := identities.Unlink(u, "sms", "1")
	require.NoError(t, err)
	for _, text := range []string{identities.Delete(u).LogValue().String(), out.LogValue().String(), user.Outcome{Profile: u}.LogValue().String()} {
		assert.Contains(t, text, "sms")
		assert.NotContains(t, text, "secret")
	}
}

// severe checks that violations have the severity and evidence of their rules.
func severe(t *testing.T, vs rule.Violations, err error) {
	t.Helper()
	var v rule.Violation
	if errors.As(err, &v) {
		vs = append(slices.Clone(vs), v)
	}
	for _, v := range vs {
		r, ok := rule.Find(v.Rule)
		require.True(t, ok, v.Rule)
		assert.Equal(t, []any{r.Severity, r.Evidence}, []any{v.Severity, v.Evidence}, v.Rule)
	}
}
