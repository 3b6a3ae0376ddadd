package fake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
)

// A script has a line of method, path and body for each request. Every answer has the
// API's form, and the export seeds a tenant with an equal export.
func FuzzRequests(f *testing.F) {
	for _, script := range []string{
		`POST /api/v2/users {"connection":"db","email":"ann@example.com","password":"p","user_metadata":{"a":{"b":null}}}`,
		"PATCH /api/v2/users/auth0%7C1 {\"user_metadata\":{\"a\":1e400},\"app_metadata\":{}}\nPATCH /api/v2/users/auth0%7C1 {\"email\":\"B@example.com\"}\nGET /api/v2/users?q=email:b*&include_totals=true&per_page=1&page=1 ",
		"POST /api/v2/users/auth0%7C1/identities {\"provider\":\"auth0\",\"user_id\":\"2\"}\nPATCH /api/v2/users/auth0%7C1 {\"connection\":\"db\",\"phone_number\":null}\nDELETE /api/v2/users/auth0%7C1/identities/auth0/2 ",
		"POST /api/v2/users/google-oauth2%7C3/identities {\"link_with\":\"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhdXRoMHwxIiwiYXVkIjoiYSJ9.cw\"}\nDELETE /api/v2/users/google-oauth2%7C3 \nGET /api/v2/users/auth0%7C1?fields=a,b&include_fields=false ",
		"GET /api/v2/users-by-email?email=ann%40example.com&fields=user_id \nPOST /oauth/token x\nGET /tenant/export \nHEAD /api/v2/users \nGET //x/../y ",
		"PATCH /api/v2/users/google-oauth2%7C3 {\"user_metadata\":null,\"x\":null,\"email_verified\":\"true\",\"password\":\"\\ud800\"}",
		"PATCH /api/v2/users/x%7C4 {\"email\":\"new@example.com\"}\nDELETE /api/v2/users/x%7C4 \nGET /api/v2/users-by-email?email=dan@example.com ",
	} {
		f.Add(script)
	}
	connections := []user.Connection{{Name: "db", Kind: user.Database}, {Name: "g", Strategy: "google-oauth2", Kind: user.Social}, {Name: "odd"}}
	seed := `{"user_id":"auth0|1","email":"ann@example.com","identities":[{"provider":"auth0","user_id":"1","connection":"db"}],"user_metadata":{"a":{"b":[1]}}}
{"user_id":"auth0|2","email":"bob@example.com","identities":[{"provider":"auth0","user_id":2,"connection":"db"}],"app_metadata":null}
{"user_id":"google-oauth2|3","email_verified":"true","identities":[{"provider":"google-oauth2","user_id":"3","connection":"g","profileData":[]}],"user_metadata":"odd"}
{"user_id":"x|4","email":"dan@example.com","identities":[{"provider":"x","user_id":"4","connection":"odd"}]}`
	f.Fuzz(func(t *testing.T, script string) {
		o := fake.Options{Connections: connections}
		tenant := fake.New(o)
		if err := tenant.Seed(strings.NewReader(seed)); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(script, "\n") {
			request(t, tenant, line)
		}
		var first, second bytes.Buffer
		again := fake.New(o)
		if err := tenant.Export(&first); err != nil {
			t.Fatal(err)
		}
		if err := again.Seed(bytes.NewReader(first.Bytes())); err != nil {
			t.Fatalf("%v in\n%s", err, &first)
		}
		if err := again.Export(&second); err != nil || first.String() != second.String() {
			t.Fatalf("exported\n%s\nand then\n%s", &first, &second)
		}
	})
}

// statuses are the statuses of answers.
var statuses = []int{200, 201, 204, 400, 404, 409, 415}

// request makes the request in line, the method, path and body, and checks the form of
// the answer.
func request(t *testing.T, tenant http.Handler, line string) {
	parts := strings.SplitN(line, " ", 3)
	if len(parts) < 3 {
		return
	}
	target, err := url.Parse(parts[1])
	if err != nil || !strings.HasPrefix(parts[1], "/") {
		return
	}
	out := httptest.NewRecorder()
	tenant.ServeHTTP(out, &http.Request{Method: parts[0], URL: target, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(parts[2]))})
	body := out.Body.Bytes()
	if !slices.Contains(statuses, out.Code) {
		t.Fatalf("%q is answered %d %s", line, out.Code, body)
	}
	var refused struct{ StatusCode int }
	switch {
	case out.Code >= 400:
		if err := json.Unmarshal(body, &refused); err != nil || refused.StatusCode != out.Code {
			t.Fatalf("%q is answered %d %s", line, out.Code, body)
		}
	case out.Code != 204 && target.Path != "/tenant/export" && !json.Valid(body):
		t.Fatalf("%q is answered %s", line, body)
	}
}
