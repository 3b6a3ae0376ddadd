package fake_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// How do I test my service without a tenant? Start one in the test, seed it with users, and
// let the service update them: here it loses the member work. docs/testing.md does so with
// Auth0's SDK for Go.
func Example_service() {
	tenant := fake.New(fake.Options{Sources: rule.Current})
	ann := `{"user_id":"auth0|1","user_metadata":{"address":{"home":"h","work":"w"}},"identities":[{"connection":"Username-Password-Authentication","provider":"auth0","user_id":"1","isSocial":false}]}`
	if err := tenant.Seed(strings.NewReader(ann)); err != nil {
		fmt.Println(err)
		return
	}
	update := `{"user_metadata":{"address":{"home":"new"}}}` // as the service sends it
	r := httptest.NewRequest(http.MethodPatch, "/api/v2/users/auth0%7C1", strings.NewReader(update))
	w := httptest.NewRecorder() // or use httptest.NewServer(tenant)
	tenant.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Metameld-Warning"))

	u, err := user.Parse(w.Body.Bytes())
	fmt.Println(u.UserMetadata, err)
	// Output:
	// 200 patch.replaced-object
	// {"address":{"home":"new"}} <nil>
}
