package stories

import (
	"encoding/json"
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Why {} is dangerous: for a metadata object it does not say "nothing", it says
// "remove everything". A struct of maps sends it by accident; a Payload does not.
func Example_emptyObject() {
	before := user.Profile{AppMetadata: metadata.MustParse(`{"plan":"gold","roles":["admin"]}`)}

	careless := struct {
		AppMetadata map[string]any `json:"app_metadata"`
	}{AppMetadata: map[string]any{}} // nothing changed, says the form
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
	out, err := p.Apply(before, patch.Target{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(body), "->", out.Changes)
	for _, w := range out.Warnings {
		fmt.Println(w.Rule, w.Message)
	}

	// The Delta of an object to itself says nothing, and nothing is sent.
	says, err := metadata.FirstLevel.Diff(before.AppMetadata, before.AppMetadata)
	fmt.Println(says.IsZero(), err, patch.Payload{AppMetadata: says, Blocked: patch.Value(false)})
	// Output:
	// {"app_metadata":{}} -> [removed /app_metadata]
	// patch.metadata-wipe {} removes everything in app_metadata
	// true <nil> {"blocked":false}
}
