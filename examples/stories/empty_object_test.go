package stories

import (
	"encoding/json"
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
	body, err := json.Marshal(careless)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := patch.Parse(body)
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
	fmt.Println(string(body), "->", out.Changes())
	for _, w := range out.Warnings {
		fmt.Println(w.Rule, w.Message)
	}

	// The Diff of an object to itself is the zero Delta, which is not sent.
	delta, err := metadata.FirstLevel.Diff(before.AppMetadata, before.AppMetadata)
	fmt.Println(delta.IsZero(), err, patch.Payload{AppMetadata: delta, Blocked: user.Set(false)})
	// Output:
	// {"app_metadata":{}} -> [removed /app_metadata]
	// patch.metadata-wipe {} removes everything in app_metadata; leave it out to change nothing
	// true <nil> {"blocked":false}
}
