package stories

import (
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Clear one attribute and keep the rest: null removes a member, and members that the
// payload does not name stay. The target has a social connection that takes the profile
// attributes from the identity provider at the first login only: there the API lets an
// update remove them. In the Auth0 store its answer is disputed.
func Example_clearOneAttribute() {
	before := user.Profile{
		Name:         user.Set("Rosa Diaz"),
		FamilyName:   user.Set("Diaz"),
		UserMetadata: metadata.MustParse(`{"color":"green","shoe_size":38}`),
	}
	p := patch.Payload{
		FamilyName:   user.Null[string](),
		UserMetadata: metadata.MustDelta(`{"shoe_size":null}`),
	}
	fmt.Println(p)

	google := user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social, RootAttributes: user.OnFirstLogin}
	out, err := p.Apply(before, user.Target{Connection: google})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range out.Changes() {
		fmt.Println(c)
	}
	fmt.Println(out.Profile.UserMetadata)
	// Output:
	// {"user_metadata":{"shoe_size":null},"family_name":null}
	// removed /family_name
	// removed /user_metadata/shoe_size
	// {"color":"green"}
}
