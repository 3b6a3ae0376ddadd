package identities_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// A refused link returns the zero Outcome, without warnings.
func TestRefusedLinkIsZero(t *testing.T) {
	u := account("auth0", "ann", `{"color":"red"}`)
	l, err := identities.Link(u, u, user.Target{})
	require.ErrorIs(t, err, rule.SameIdentity)
	assert.Zero(t, l)
	l, err = identities.LinkMerging(u, u, metadata.Deep, user.Target{})
	require.ErrorIs(t, err, rule.SameIdentity)
	assert.Zero(t, l)
}

// Root attributes can be too deep for profileData, two levels below.
func TestLinkTooDeep(t *testing.T) {
	deep := account("auth0", "ann", `{}`)
	deep.Extra = metadata.MustParse(`{"x":` + strings.Repeat("[", 9_998) + strings.Repeat("]", 9_998) + `}`)
	_, err := deep.Object()
	require.NoError(t, err, "the profile itself is not too deep")
	for _, pair := range [][2]user.Profile{{deep, account("sms", "1", `{}`)}, {account("sms", "1", `{}`), deep}} {
		l, err := identities.Link(pair[0], pair[1], user.Target{})
		var errs metadata.Errors
		require.ErrorAs(t, err, &errs)
		assert.Zero(t, l)
	}
}

// An identity without provider or user_id is not equal to one where they are empty.
func TestLinkOfHiddenIdentities(t *testing.T) {
	empty := user.Profile{Identities: []user.Identity{{Provider: user.Set(""), UserID: user.Set[user.ID]("")}}}
	for _, hidden := range []user.Identity{{}, {Provider: user.Set("")}, {UserID: user.Set[user.ID]("")}} {
		_, err := identities.Link(empty, user.Profile{Identities: []user.Identity{hidden}}, user.Target{})
		assert.NoError(t, err)
	}
	_, err := identities.Link(empty, empty, user.Target{})
	assert.ErrorIs(t, err, rule.SameIdentity)
}

// Outcomes log their content without the tokens of identities.
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

// An unlink that changes nothing lists the ids that would, and not the one that was
// given.
func TestNothingUnlinkedListsIDs(t *testing.T) {
	u := account("auth0", "ann", `{}`)
	add := func(provider, id string) {
		u.Identities = append(u.Identities, user.Identity{Provider: user.Set(provider), UserID: user.Set(user.ID(id))})
	}
	add("samlp", "okta|jo")
	add("samlp", "adfs|jo")
	add("samlp", strings.Repeat("x", 1_000))
	add("sms", "1")
	message := func(provider string, id user.ID) string {
		out, err := identities.Unlink(u, provider, id)
		require.NoError(t, err)
		require.Len(t, out.Warnings, 1)
		assert.Equal(t, rule.Disputed, out.Warnings[0].Evidence)
		return out.Warnings[0].Message
	}
	assert.Regexp(t, ` as it stands: okta\|jo, adfs\|jo, more$`, message("samlp", "secret"))
	assert.NotContains(t, message("samlp", "secret"), "secret")
	assert.Regexp(t, ` no identity of this provider$`, message("oidc", "okta|jo"))
}

// many returns a user with n identities of the provider.
func many(provider string, n int) user.Profile {
	u := account(provider, "0", `{}`)
	for i := range n - 1 {
		u.Identities = append(u.Identities, user.Identity{
			Provider: user.Set(provider), UserID: user.Set(user.ID(strconv.Itoa(i + 1))), AccessToken: user.Set(user.NewSecret("t")),
			ProfileData: metadata.MustParse(`{"email":"kim@example.com"}`),
		})
	}
	return u
}

// A link does not read the identities that are linked already: in a chain of links each
// would read the text of all before it. To read one allocates.
func TestLinkReadsNoIdentity(t *testing.T) {
	one, lenient := account("sms", "1", `{}`), user.Target{Sources: rule.Lenient}
	allocated := func(n int) float64 {
		u := many("auth0", n)
		return testing.AllocsPerRun(2, func() {
			_, err := identities.Link(u, one, lenient)
			require.NoError(t, err)
		})
	}
	assert.Less(t, allocated(10_000)-allocated(100), 1000.0) // buffers that grow; the race detector drops pooled ones
}

// Two users with many identities each are linked. To compare each with each other would
// take a minute.
func TestLinkOfMany(t *testing.T) {
	const n = 20_000
	u, lenient := many("auth0", n), user.Target{Sources: rule.Lenient}
	l, err := identities.Link(u, many("sms", n), lenient)
	require.NoError(t, err)
	assert.Len(t, l.Profile.Identities, 2*n)
	other := many("sms", n)
	other.Identities = append(other.Identities, user.Identity{Provider: user.Set("auth0"), UserID: user.Set(user.ID("auth0|" + strconv.Itoa(n-1)))})
	_, err = identities.Link(u, other, lenient)
	assert.ErrorIs(t, err, rule.AlreadyLinked)
	other.Identities[n].UserID = user.Set(user.ID("0"))
	_, err = identities.Link(u, other, lenient)
	assert.ErrorIs(t, err, rule.SameIdentity)
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

// An id is listed up to its length, others not, and identities without an id never.
func TestNothingUnlinkedListsSomeIDs(t *testing.T) {
	message := func(u user.Profile) string {
		out, err := identities.Unlink(u, "samlp", "none")
		require.NoError(t, err)
		require.Len(t, out.Warnings, 1)
		return out.Warnings[0].Message
	}
	u := account("auth0", "ann", `{}`)
	u.Identities = append(u.Identities, user.Identity{Provider: user.Set("samlp")}, user.Identity{Provider: user.Set("samlp"), UserID: user.Set(user.ID(strings.Repeat("x", 200)))})
	assert.Regexp(t, ` as it stands: x{200}$`, message(u))
	for i := range 15 {
		u.Identities = append(u.Identities, user.Identity{Provider: user.Set("samlp"), UserID: user.Set(user.ID("id" + strconv.Itoa(i)))})
	}
	assert.Regexp(t, `, id8, more$`, message(u))
}
