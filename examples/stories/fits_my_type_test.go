package stories

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// settings are what a program expects in user_metadata.
type settings struct {
	Visits int64             `json:"visits"`
	Theme  map[string]string `json:"theme"`
}

// See whether the merged metadata still fits your own type: apply the payload, and decode
// the metadata of the profile afterwards.
func Example_fitsMyType() {
	before := user.Profile{UserMetadata: metadata.MustParse(`{"visits":9007199254740993,"theme":{"color":"red"}}`)}
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	for _, change := range []string{`{"theme":{"color":"blue","font":"serif"}}`, `{"theme":"dark"}`, `{"visits":1.5}`} {
		p := patch.Payload{UserMetadata: metadata.MustDelta(change)}
		out, err := p.Apply(before, user.Target{Connection: members, Sources: rule.Current})
		if err != nil {
			fmt.Println(err)
			return
		}
		var s settings
		err = out.Profile.UserMetadata.Decode(&s)
		fmt.Println(s, err)
	}
	// Output:
	// {9007199254740993 map[color:blue font:serif]} <nil>
	// {9007199254740993 map[]} json: cannot unmarshal string into Go struct field settings.theme of type map[string]string
	// {0 map[color:red]} json: cannot unmarshal number 1.5 into Go struct field settings.visits of type int64
}
