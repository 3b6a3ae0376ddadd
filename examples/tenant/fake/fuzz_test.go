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
		"POST /api/v2/roles {\"name\":\"a\"}\nPOST /api/v2/resource-servers {\"identifier\":\"i\",\"scopes\":[{\"value\":\"s\"}]}\nPOST /api/v2/users/auth0%7C1/permissions {\"permissions\":[{\"resource_server_identifier\":\"i\",\"permission_name\":\"s\"}]}\nGET /api/v2/users/auth0%7C1/permissions?include_totals=true ",
		"POST /api/v2/users/auth0%7C1/roles {\"roles\":[\"rol_x\"]}\nDELETE /api/v2/users/auth0%7C2/roles {\"roles\":[\"rol_x\"]}\nGET /api/v2/roles?name_filter=x&page=1 \nPATCH /api/v2/roles/rol_x {\"name\":null}\nGET /api/v2/roles/rol_x/users?take=1&from=eA ",
		"GET /api/v2/user-blocks?identifier=x \nDELETE /api/v2/user-blocks/auth0%7C1 \nGET /api/v2/connections?strategy=auth0&fields=id \nGET /api/v2/jobs/x/errors \nPOST /api/v2/jobs/users-imports x\nGET /api/v2/users?sort=created_at:-1&q=NOT%20_exists_:email ",
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
var statuses = []int{200, 201, 204, 400, 404, 409, 414, 415}

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

// An import of any file in any form is answered in the API's form, and its job tells of
// every row.
func FuzzImports(f *testing.F) {
	for _, users := range []string{`[{"email":"a@example.com","user_metadata":{"a":1}},{"email":"ann@example.com"}]`, `[{"email":"x"},{}]`, `{}`, `[1`} {
		f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=connection_id\r\n\r\nCONNECTION\r\n--b\r\nContent-Disposition: form-data; name=users\r\n\r\n"+users+"\r\n--b--")
	}
	connections := []user.Connection{{Name: "db", Kind: user.Database}}
	f.Fuzz(func(t *testing.T, kind, body string) {
		tenant := fake.New(fake.Options{Connections: connections})
		send := func(method, path string, body io.Reader) *httptest.ResponseRecorder {
			r, out := httptest.NewRequest(method, "/api/v2/"+path, body), httptest.NewRecorder()
			r.Header.Set("Content-Type", kind)
			tenant.ServeHTTP(out, r)
			return out
		}
		id := strings.Trim(field(t, strings.Trim(send("GET", "connections", nil).Body.String(), "[]"), "id"), `"`)
		out := send("POST", "jobs/users-imports", strings.NewReader(strings.ReplaceAll(body, "CONNECTION", id)))
		if !slices.Contains([]int{202, 400, 413, 415}, out.Code) || !json.Valid(out.Body.Bytes()) {
			t.Fatalf("answered %d %s", out.Code, out.Body)
		}
		if out.Code != 202 {
			return
		}
		path := "jobs/" + strings.Trim(field(t, out.Body.String(), "id"), `"`)
		var job struct {
			Status  string
			Summary struct{ Failed, Updated, Inserted, Total int }
		}
		if err := json.Unmarshal(send("GET", path, nil).Body.Bytes(), &job); err != nil || job.Status == "pending" {
			t.Fatal(job, err)
		}
		s := job.Summary
		users := len(emails(t, send("GET", "users?per_page=100", nil).Body.String()))
		if s.Failed+s.Updated+s.Inserted != s.Total || users != min(s.Inserted, 100) {
			t.Fatalf("%+v for %d users", s, users)
		}
	})
}
