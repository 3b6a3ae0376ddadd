package stories

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Why {} is dangerous: sent for a metadata object, it removes everything in it. A struct
// of maps sends it by accident; a Payload does not.
func Example_emptyObject() {
	before := user.Profile{AppMetadata: metadata.MustParse(`{"plan":"gold","roles":["admin"]}`)}

	careless := struct {
		AppMetadata map[string]any `json:"app_metadata"`
	}{AppMetadata: map[string]any{}} // the form has no changes
	p, err := patch.From(careless)
	if err != nil {
		fmt.Println(err)
		return
	}
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	out, err := p.Apply(before, user.Target{Connection: members, Sources: rule.Current})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p, "->", out.Changes())
	for _, w := range out.Warnings {
		fmt.Println(w.Rule, w.Message)
	}
	// Output:
	// {"app_metadata":{}} -> [removed /app_metadata]
	// patch.metadata-wipe {} removes everything in app_metadata; leave it out to change nothing
}

// The Diff of an object to itself is the zero Delta, which is not sent.
func Example_unchangedObject() {
	now := metadata.MustParse(`{"plan":"gold","roles":["admin"]}`)
	delta, err := metadata.FirstLevel.Diff(now, now)
	fmt.Println(delta.IsZero(), err, patch.Payload{AppMetadata: delta, Blocked: user.Set(false)})
	// Output: true <nil> {"blocked":false}
}
