package hostile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
)

// answers returns the texts of the answers of operations whose inputs have members of that
// name.
func answers(t *testing.T, name string) (list []string) {
	text := func(s string) []byte { return []byte(strings.ReplaceAll(s, "NAME", name)) }
	say := func(what string, v ...any) { list = append(list, what+": "+fmt.Sprintln(v...)) }
	p, err := patch.Parse(text(`{"NAME":1,"user_metadata":{"NAME":{"NAME":null}}}`))
	require.NoError(t, err)
	say("Validate", p.Validate(user.Target{}))

	c, err := lifecycle.ParseCreation(text(`{"NAME":1,"connection":"db","email":"a@b.co","password":"p","user_metadata":{"NAME":{"NAME":null}}}`))
	require.NoError(t, err)
	out, err := c.Create("1", user.Target{Connection: user.Connection{Kind: user.Database, Name: "db"}})
	say("Create", out.Warnings, err)
	row, err := lifecycle.ParseRow(text(`{"NAME":1,"email":"a@b.co","custom_password_hash":{"NAME":1,"algorithm":"md5","hash":{"value":"x","NAME":1}},"mfa_factors":[{"NAME":1}],"app_metadata":{"NAME":1}}`))
	require.NoError(t, err)
	out, err = row.Import(user.Profile{}, false, "1", user.Target{})
	say("Import", out.Warnings, err)

	_, _, err = user.ParseConnection(text(`{"NAME":1,"name":"n","strategy":"auth0","options":{"NAME":1,"attributes":{"NAME":{},"email":{"NAME":1}}}}`))
	say("ParseConnection", err)
	say("Connection", new(user.Connection).UnmarshalJSON(text(`{"NAME":1,"attributes":{"NAME":{},"email":{"NAME":1}}}`)))
	say("Target", new(user.Target).UnmarshalJSON(text(`{"NAME":1,"policies":{"NAME":"x"}}`)))
	_, err = actions.ParseSteps(text(`[{"NAME":1},{"deny":true,"NAME":1},{"setUserMetadata":["NAME",1]}]`))
	say("ParseSteps", err)
	_, err = identities.ParseRequest(text(`{"NAME":1,"link_with":"x"}`))
	say("ParseRequest", err)
	say("Form", new(card.Form).UnmarshalJSON(text(`{"NAME":1,"Metadata":{"NAME":{"NAME":null}}}`)))

	u := must(user.Parse(text(`{"NAME":1,"user_id":"auth0|1","identities":[{"provider":"auth0","user_id":"1","connection":"db","NAME":1,"profileData":{"NAME":2}},{"provider":"sms","user_id":"2","connection":"sms","profileData":{"NAME":2}}],"user_metadata":{"NAME":1}}`)))
	v := must(user.Parse(text(`{"NAME":2,"user_id":"sms|1","identities":[{"provider":"sms","user_id":"1","connection":"sms"}],"user_metadata":{"NAME":{"NAME":1}},"app_metadata":{"NAME":1}}`)))
	say("Changes", user.Changes(u, v))
	d, err := patch.Diff(u, v)
	say("Diff", d, err)
	say("Conflicts", patch.Conflicts(d, p))
	plan, err := patch.PlanTo(u, v, user.Target{})
	say("PlanTo", plan, err)
	q := must(patch.Parse(text(`{"user_metadata":{"NAME":null},"app_metadata":{"NAME":{}}}`)))
	out, err = q.Apply(u, user.Target{})
	say("Apply", out.Profile, out.Warnings, err)
	inverse, err := q.Inverse(u, user.Target{})
	say("Inverse", inverse, err)

	out, err = identities.Link(u, v, user.Target{})
	say("Link", out.Profile, out.Warnings, err)
	out, err = identities.LinkMerging(u, v, metadata.Deep, user.Target{})
	say("LinkMerging", out.Profile, out.Warnings, err)
	unlinked, err := identities.Unlink(u, "sms", "2")
	say("Unlink", unlinked.Profile, unlinked.Detached, unlinked.Warnings, err)
	out, err = lifecycle.Login(u, v, user.Target{Connection: user.Connection{Kind: user.Social, Strategy: "github", Name: "sms"}})
	say("Login", out.Profile, out.Warnings, err)

	staged, err := actions.Stage{Trigger: actions.PostLogin, User: u}.Run(actions.SetUserMetadata(name, 1), actions.SetAppMetadata(name, 2), actions.NextAction(), actions.SetAppMetadata(name, nil))
	say("Stage", staged, staged.Warnings, err, slices.Collect(staged.EventUsers()))
	return list
}

// A member named "" is treated as any other: the answers differ by the name only.
func TestEmptyName(t *testing.T) {
	empty, other := answers(t, ""), answers(t, "q")
	offsets := regexp.MustCompile(`\(byte \d+\)`)
	for i := range other {
		want := strings.NewReplacer(`"q"`, `""`, "/q", "/", " q: ", " : ").Replace(other[i])
		assert.Equal(t, offsets.ReplaceAllString(want, ""), offsets.ReplaceAllString(empty[i], ""))
	}
}
