package fake_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// id returns the id that the request answers.
func (r *rig) id(path, body string) string {
	r.Helper()
	a := r.do("POST", path, body)
	require.Less(r, a.status, 300, a.body)
	return strings.Trim(field(r, a.body, "id"), `"`)
}

const (
	direct  = `{"source_id":"","source_name":"","source_type":"DIRECT"}`
	reading = `{"permissions":[{"resource_server_identifier":"https://api","permission_name":"read:x"}]}`
)

// A user has permissions directly and by roles, as long as user, role and resource server
// exist. The SDK's tests and recordings show the forms of the answers.
func TestRolesAndPermissions(t *testing.T) {
	r := start(t, fake.Options{})
	ann, other := r.ann(`{}`), r.create(`{"connection":"other","email":"ann@example.com","password":"p"}`)
	admin, guest := r.id("roles", `{"name":"Admin","description":"All"}`), r.id("roles", `{"name":"guest"}`)
	server := r.id("resource-servers", `{"identifier":"https://api","name":"API","scopes":[{"value":"read:x","description":"Read"},{"value":"write:x"}]}`)
	assert.Regexp(t, `^rol_[0-9A-Za-z]{16}$`, admin)
	assert.Equal(t, 204, r.do("POST", "users/"+ann+"/roles", `{"roles":["`+admin+`","`+admin+`","`+guest+`"]}`).status)
	roles := `[{"id":"` + admin + `","name":"Admin","description":"All"},{"id":"` + guest + `","name":"guest"}]`
	assert.JSONEq(t, roles, r.do("GET", "users/"+ann+"/roles", "").body)
	assert.JSONEq(t, roles, r.do("GET", "roles", "").body)
	assert.JSONEq(t, `{"roles":[{"id":"`+guest+`","name":"guest"}],"start":1,"limit":1,"total":2}`,
		r.do("GET", "users/"+ann+"/roles?per_page=1&page=1&include_totals=true", "").body)
	assert.JSONEq(t, `[{"id":"`+guest+`","name":"guest"}]`, r.do("GET", "roles?name_filter=UES", "").body)

	list := func(sources string) string {
		return `[{"permission_name":"read:x","description":"Read","resource_server_name":"API","resource_server_identifier":"https://api","sources":[` + sources + `]}]`
	}
	byAdmin := `{"source_id":"` + admin + `","source_name":"Admin","source_type":"ROLE"}`
	permissions := func() string { return r.do("GET", "users/"+ann+"/permissions", "").body }
	assert.Equal(t, 201, r.do("POST", "roles/"+admin+"/permissions", reading).status)
	assert.JSONEq(t, list(byAdmin), permissions())
	assert.Equal(t, 201, r.do("POST", "users/"+ann+"/permissions", reading).status)
	assert.Equal(t, 201, r.do("POST", "users/"+ann+"/permissions", reading).status, "again")
	assert.JSONEq(t, list(direct+","+byAdmin), permissions())
	assert.Equal(t, 204, r.do("DELETE", "roles/"+admin+"/permissions", reading).status)
	assert.JSONEq(t, list(direct), permissions())
	assert.Equal(t, 204, r.do("DELETE", "users/"+ann+"/permissions", reading).status)
	assert.Equal(t, "[]", permissions())

	assert.Equal(t, 201, r.do("POST", "users/"+ann+"/permissions", reading).status)
	assert.Equal(t, 204, r.do("DELETE", "resource-servers/"+server, "").status)
	r.id("resource-servers", `{"identifier":"https://api","scopes":[{"value":"read:x"}]}`)
	assert.Equal(t, "[]", permissions(), "of a resource server that is gone")

	assert.Equal(t, 200, r.do("POST", "roles/"+guest+"/users", `{"users":["`+other+`"]}`).status)
	assert.JSONEq(t, `{"users":[{"user_id":"`+ann+`","email":"ann@example.com","name":"ann@example.com","picture":`+field(t, r.do("GET", "users/"+ann, "").body, "picture")+`}],"next":"`+
		"YXV0aDB8MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAx"+`"}`, r.do("GET", "roles/"+guest+"/users?take=1", "").body)
	assert.Contains(t, r.do("GET", "roles/"+guest+"/users?take=1&from=YXV0aDB8MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAx", "").body, other)
	assert.Equal(t, 200, r.do("DELETE", "roles/"+admin, "").status)
	assert.JSONEq(t, `[{"id":"`+guest+`","name":"guest"}]`, r.do("GET", "users/"+ann+"/roles", "").body, "a role that is gone")

	require.Equal(t, 201, r.do("POST", "users/"+ann+"/identities", `{"provider":"auth0","user_id":"`+strings.TrimPrefix(other, "auth0|")+`"}`).status)
	assert.JSONEq(t, `[{"id":"`+guest+`","name":"guest"}]`, r.do("GET", "users/"+ann+"/roles", "").body, "a linked user keeps the primary's")
	require.Equal(t, 204, r.do("DELETE", "users/"+ann, "").status)
	r.create(`{"connection":"` + db + `","email":"ann@example.com","password":"p","user_id":"` + strings.TrimPrefix(ann, "auth0|") + `"}`)
	assert.Equal(t, "[]", r.do("GET", "users/"+ann+"/roles", "").body, "another user with the same id")
}

// Users who are deleted, and roles that are deleted, while they are assigned leave nothing
// behind.
func TestConcurrentGrants(t *testing.T) {
	r := start(t, fake.Options{})
	guest := r.id("roles", `{"name":"guest"}`)
	var working sync.WaitGroup
	for w := range 6 {
		working.Go(func() {
			for n := range 40 {
				id := fmt.Sprintf("u%d", n%3)
				switch (w + n) % 4 {
				case 0:
					r.do("POST", "users", fresh(id))
				case 1:
					r.do("DELETE", "users/auth0%7C"+id, "")
				case 2:
					r.do("POST", "users/auth0%7C"+id+"/roles", `{"roles":["`+guest+`"]}`)
					r.do("POST", "roles/"+guest+"/users", `{"users":["auth0|`+id+`"]}`)
				case 3:
					own := r.id("roles", `{"name":"own"}`)
					r.do("POST", "users/auth0%7C"+id+"/roles", `{"roles":["`+own+`"]}`)
					r.do("DELETE", "roles/"+own, "")
					r.do("GET", "roles/"+guest+"/users", "")
					r.do("GET", "users/auth0%7C"+id+"/permissions", "")
				}
			}
		})
	}
	working.Wait()
	for n := range 3 {
		r.do("DELETE", fmt.Sprintf("users/auth0%%7Cu%d", n), "")
	}
	assert.Equal(t, "[]", r.do("GET", "roles/"+guest+"/users", "").body)
	assert.JSONEq(t, `[{"id":"`+guest+`","name":"guest"}]`, r.do("GET", "roles", "").body)
}

// Each of these is refused with the status, in the form of the API, and changes nothing.
func TestHostileGrants(t *testing.T) {
	r := start(t, fake.Options{})
	ann := "users/" + r.ann(`{}`)
	role := "roles/" + r.id("roles", `{"name":"guest"}`)
	r.id("resource-servers", `{"identifier":"https://api","scopes":[{"value":"read:x"}]}`)
	many := `"rol_` + strings.Repeat(`x","rol_`, 1000) + `"`
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	bodies := map[string][]string{
		"roles": {
			``, `null`, `[]`, `"x"`, `{}`, `{"roles":null}`, `{"roles":{}}`, `{"roles":"rol_1"}`, `{"roles":[]}`, `{"roles":[1]}`, `{"roles":[null]}`, `{"roles":[["rol_1"]]}`,
			`{"roles":["guest"]}`, `{"roles":[""]}`, `{"roles":["rol_1"],"roles":["rol_1"]}`, `{"roles":["rol_1"],"x":1}`, `{"roles":["rol_1"`, `{"roles":` + deep + `}`,
			`{"roles":[` + many + `]}`, "{\"roles\":[\"\xff\"]}", `{"roles":["\u0000"]}`, `{"ROLES":["rol_1"]}`,
		},
		"permissions": {
			``, `[]`, `{}`, `{"permissions":null}`, `{"permissions":[]}`, `{"permissions":[1]}`, `{"permissions":["read:x"]}`, `{"permissions":[{}]}`, `{"permissions":[[]]}`,
			`{"permissions":[{"permission_name":"read:x"}]}`, `{"permissions":[{"resource_server_identifier":"https://api"}]}`,
			`{"permissions":[{"resource_server_identifier":"https://api","permission_name":1}]}`, `{"permissions":[{"resource_server_identifier":null,"permission_name":"read:x"}]}`,
			`{"permissions":[{"resource_server_identifier":"","permission_name":"read:x"}]}`, `{"permissions":[{"resource_server_identifier":"https://api","permission_name":""}]}`,
			`{"permissions":{"a":1}}`, `{"permissions":"x"}`, `{"permissions":[` + strings.Repeat(`{},`, 1000) + `{}]}`, `{"permissions":` + deep + `}`, `{"x":1}`, `{"permissions":[{}],"x":1}`,
		},
		"users": {
			``, `{}`, `{"users":[]}`, `{"users":[1]}`, `{"users":null}`, `{"users":{}}`, `{"users":"x"}`, `{"users":[{}]}`, `{"users":["a"],"x":1}`, `{"users":[` + many + `]}`, `{"users":` + deep + `}`,
		},
	}
	for path, methods := range map[string][]string{
		ann + "/roles": {"POST", "DELETE"}, ann + "/permissions": {"POST", "DELETE"}, role + "/permissions": {"POST", "DELETE"}, role + "/users": {"POST"},
	} {
		for _, method := range methods {
			for _, body := range bodies[path[strings.LastIndexByte(path, '/')+1:]] {
				a := r.do(method, path, body)
				assert.Equal(t, 400, a.status, "%s %s %.80s: %s", method, path, body, a.body)
				assert.Contains(t, a.body, `{"statusCode":400,"error":"Bad Request","message":"`)
			}
		}
	}
	for _, c := range [][3]string{
		{"POST", ann + "/roles", `{"roles":["rol_unknown"]}`}, {"POST", "users/auth0%7Cx/roles", `{"roles":["rol_unknown"]}`}, {"DELETE", "users/x/roles", `{"roles":["rol_unknown"]}`},
		{"GET", "users/x/roles", ""}, {"GET", "users/x/permissions", ""}, {"POST", "users/x/permissions", reading}, {"DELETE", "users/x/permissions", reading},
		{"POST", ann + "/permissions", strings.Replace(reading, "read:x", "read:y", 1)}, {"POST", ann + "/permissions", strings.Replace(reading, "//api", "//x", 1)},
		{"DELETE", ann + "/permissions", strings.Replace(reading, "//api", "//x", 1)}, {"POST", "roles/rol_x/permissions", reading}, {"DELETE", "roles/rol_x/permissions", reading},
		{"GET", "roles/rol_x", ""}, {"DELETE", "roles/rol_x", ""}, {"PATCH", "roles/rol_x", `{"name":"n"}`}, {"GET", "roles/rol_x/permissions", ""}, {"GET", "roles/rol_x/users", ""},
		{"POST", role + "/users", `{"users":["nobody"]}`}, {"POST", "roles/rol_x/users", `{"users":["` + annID + `"]}`}, {"GET", "roles/%00", ""}, {"GET", "roles/..%2f..", ""},
		{"GET", "user-blocks/nobody", ""}, {"DELETE", "user-blocks/auth0%7Cnobody", ""}, {"PUT", role, "{}"}, {"POST", role, "{}"}, {"GET", "resource-servers", ""}, {"GET", "roles/", ""},
	} {
		a := r.do(c[0], c[1], c[2])
		assert.Equal(t, 404, a.status, "%v: %s", c, a.body)
	}
	assert.Equal(t, "[]", r.do("GET", ann+"/roles", "").body)
	assert.Equal(t, "[]", r.do("GET", ann+"/permissions", "").body)
	assert.Equal(t, "[]", r.do("GET", role+"/users", "").body)
}

func TestHostileRolesAndServers(t *testing.T) {
	r := start(t, fake.Options{})
	role := "roles/" + r.id("roles", `{"name":"guest"}`)
	r.id("resource-servers", `{"identifier":"https://api"}`)
	for _, c := range [][3]string{
		{"POST", "roles", ``}, {"POST", "roles", `[]`}, {"POST", "roles", `{}`}, {"POST", "roles", `{"name":null}`}, {"POST", "roles", `{"name":1}`}, {"POST", "roles", `{"name":""}`},
		{"POST", "roles", `{"name":["a"]}`}, {"POST", "roles", `{"name":"a","id":"rol_1"}`}, {"POST", "roles", `{"name":"a","name":"b"}`}, {"POST", "roles", `{"description":"d"}`}, {"POST", "roles", `{"name":"a"`},
		{"PATCH", role, ``}, {"PATCH", role, `{}`}, {"PATCH", role, `{"name":null}`}, {"PATCH", role, `{"id":"x"}`}, {"PATCH", role, `{"description":1}`}, {"PATCH", role, `{"name":"a","name":"b"}`},
		{"POST", "resource-servers", ``}, {"POST", "resource-servers", `[]`}, {"POST", "resource-servers", `{}`}, {"POST", "resource-servers", `{"identifier":""}`}, {"POST", "resource-servers", `{"identifier":1}`},
		{"POST", "resource-servers", `{"identifier":null}`}, {"POST", "resource-servers", `{"identifier":"a","scopes":{}}`}, {"POST", "resource-servers", `{"identifier":"a","scopes":null}`}, {"POST", "resource-servers", `{"identifier":"a","scopes":[1]}`},
		{"POST", "resource-servers", `{"identifier":"a","scopes":[{}]}`}, {"POST", "resource-servers", `{"identifier":"a","scopes":[{"value":""}]}`}, {"POST", "resource-servers", `{"identifier":"a","scopes":[{"value":[]}]}`},
		{"GET", "roles?page=-1", ""}, {"GET", "roles?per_page=101", ""}, {"GET", "roles?per_page=x", ""}, {"GET", "roles?page=99999999999999999999", ""}, {"GET", "roles?x=1", ""}, {"GET", "roles?include_totals=1", ""},
		{"GET", role + "/users?from=%25%25", ""}, {"GET", role + "/users?take=-1", ""}, {"GET", role + "/users?take=1e9", ""}, {"GET", role + "/permissions?take=1", ""},
		{"GET", "user-blocks", ""}, {"GET", "user-blocks?identifier=", ""}, {"DELETE", "user-blocks", ""}, {"GET", "user-blocks?identifier=a&x=1", ""}, {"GET", "user-blocks?identifier=a&consider_brute_force_enablement=x", ""},
		{"GET", "user-blocks?identifier=a;b", ""}, {"GET", "connections?strategy", "x"}, {"GET", "connections?page=x", ""}, {"GET", "connections?from=%25", ""}, {"GET", "connections/con_x?x=1", ""},
	} {
		a := r.do(c[0], c[1], c[2])
		if strings.HasPrefix(c[1], "connections?strategy") {
			assert.Equal(t, 200, a.status) // a blank strategy finds nothing
			continue
		}
		assert.Equal(t, 400, a.status, "%v: %s", c, a.body)
	}
	assert.Equal(t, 409, r.do("POST", "resource-servers", `{"identifier":"https://api"}`).status)
	assert.JSONEq(t, `{"roles":[],"start":107374182400,"limit":100,"total":1}`, r.do("GET", "roles?page=1073741824&per_page=100&include_totals=true", "").body)
	assert.JSONEq(t, `[]`, r.do("GET", "roles?per_page=0", "").body)
	assert.JSONEq(t, `{"users":[]}`, r.do("GET", role+"/users?take=0", "").body)
	assert.JSONEq(t, `{"blocked_for":[]}`, r.do("GET", "user-blocks?identifier="+url.QueryEscape("a b\x00|*"), "").body)
	assert.Equal(t, 204, r.do("DELETE", "resource-servers/nothing", "").status)
}
