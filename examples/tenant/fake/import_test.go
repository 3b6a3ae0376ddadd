package fake_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
)

// send sends a form with the given names and values.
func (r *rig) send(pairs ...string) answer {
	r.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		require.NoError(r, form.WriteField(pairs[i], pairs[i+1]))
	}
	require.NoError(r, form.Close())
	return r.post(form.FormDataContentType(), body.String())
}

// post sends the body of an import.
func (r *rig) post(kind, body string) answer {
	r.Helper()
	resp, err := http.Post(r.URL+"/api/v2/jobs/users-imports", kind, strings.NewReader(body))
	require.NoError(r, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(r, err)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// connection returns the id of a connection.
func (r *rig) connection(name string) string {
	var list []struct{ ID string }
	require.NoError(r, json.Unmarshal([]byte(r.do("GET", "connections?name="+name, "").body), &list))
	require.Len(r, list, 1)
	return list[0].ID
}

// The form has the documented names only, and true or false where it must.
func TestImportForm(t *testing.T) {
	for _, c := range [][3]string{
		{"upsert", "banana", "'Expected type boolean but found type string' on property upsert"}, {"upsert", "", "on property upsert"},
		{"send_completion_email", "maybe", "on property send_completion_email"}, {"nope", "1", "'Additional properties not allowed: nope'"},
		{"upsert", "true", ""}, {"send_completion_email", "false", ""}, {"external_id", "any", ""},
	} {
		r := start(t, fake.Options{}) // a tenant runs two jobs at a time
		a := r.send("connection_id", r.connection(db), c[0], c[1], "users", "[]")
		if c[2] == "" {
			assert.Equal(t, 202, a.status, a.body)
			continue
		}
		assert.Equal(t, 400, a.status, a.body)
		assert.Contains(t, a.body, c[2])
	}
}

// imports imports users and returns the job, its summary and the codes of its errors.
func (r *rig) imports(users, upsert string) (job, summary string, codes []string) {
	r.Helper()
	a := r.send("connection_id", r.connection(db), "upsert", upsert, "external_id", "own", "send_completion_email", "false", "users", users)
	require.Equal(r, 202, a.status, a.body)
	assert.Equal(r, `"pending"`, field(r, a.body, "status"))
	job = "jobs/" + strings.Trim(field(r, a.body, "id"), `"`)
	a = r.do("GET", job, "")
	require.Equal(r, 200, a.status, a.body)
	var failed []struct{ Errors []struct{ Code string } }
	if e := r.do("GET", job+"/errors", ""); e.status == 200 && field(r, a.body, "summary") != "" {
		require.NoError(r, json.Unmarshal([]byte(e.body), &failed), e.body)
	}
	for _, f := range failed {
		codes = append(codes, f.Errors[0].Code)
	}
	return job, field(r, a.body, "summary"), codes
}

func TestImport(t *testing.T) {
	r := start(t, fake.Options{})
	r.ann(`{"color":"red"}`)
	_, summary, codes := r.imports(`[{"email":"bob@example.com","user_id":"bob","email_verified":true,"user_metadata":{"a":1}},{"email":"Ann@example.com"},{"email":"no"},{"x":1},{"email":"bob@example.com"}]`, "false")
	assert.JSONEq(t, `{"total":5,"inserted":1,"updated":0,"failed":4}`, summary)
	assert.Equal(t, []string{"DUPLICATED_USER", "FORMAT", "NOT_PASSED", "DUPLICATED_USER"}, codes)
	assert.JSONEq(t, `{"a":1}`, field(t, r.do("GET", "users/auth0%7Cbob", "").body, "user_metadata"))

	_, summary, codes = r.imports(`[{"email":"bob@example.com","user_metadata":{"b":2},"email_verified":true},{"email":"BOB@example.com","name":"B"},{"email":"new@example.com","user_id":"bob"}]`, "true")
	assert.JSONEq(t, `{"total":3,"inserted":0,"updated":1,"failed":2}`, summary)
	assert.Equal(t, []string{"DUPLICATED_USER", "DUPLICATED_USER"}, codes, "a row with the e-mail of another one, also with upsert")
	assert.JSONEq(t, `{"b":2}`, field(t, r.do("GET", "users/auth0%7Cbob", "").body, "user_metadata"), "metadata is replaced")

	job, _, _ := r.imports(`{"email":"bob@example.com"}`, "false")
	a := r.do("GET", job, "")
	assert.Equal(t, `"failed"`, field(t, a.body, "status"))
	assert.Equal(t, `"Failed to parse users file JSON when importing users. Make sure it is valid JSON."`, field(t, a.body, "status_details"))
	assert.JSONEq(t, a.body, r.do("GET", job+"/errors", "").body)

	job, summary, _ = r.imports(`[]`, "true")
	assert.JSONEq(t, `{"total":0,"inserted":0,"updated":0,"failed":0}`, summary)
	assert.Equal(t, `"own"`, field(t, r.do("GET", job, "").body, "external_id"))
	assert.Equal(t, 204, r.do("GET", job+"/errors", "").status)
}

// A row that failed is answered without secrets.
func TestImportMasksSecrets(t *testing.T) {
	r := start(t, fake.Options{})
	job, _, _ := r.imports(`[{"email":"no","password_hash":"canary","custom_password_hash":{"x":"canary"},"mfa_factors":[{"totp":{"secret":"canary"}}],"password":"canary"}]`, "false")
	a := r.do("GET", job+"/errors", "")
	assert.Equal(t, 200, a.status)
	assert.NotContains(t, a.body, "canary")
}

// An import is done when its job is read, or a second later; two can be pending, and a
// job is forgotten after a day.
func TestPendingImports(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	wait := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	r := start(t, fake.Options{Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	id := r.connection(db)
	send := func(email string) answer { return r.send("connection_id", id, "users", `[{"email":"`+email+`"}]`) }
	users := func() int { return len(emails(t, r.do("GET", "users", "").body)) }
	first := send("a@example.com")
	assert.Equal(t, 202, first.status)
	assert.Equal(t, 202, send("b@example.com").status)
	a := send("c@example.com")
	assert.Equal(t, 429, a.status)
	assert.Contains(t, a.body, "There are 2 active import users jobs, please wait until some of them are finished and try again")
	assert.Zero(t, users())
	job := "jobs/" + strings.Trim(field(t, first.body, "id"), `"`)
	assert.Equal(t, 200, r.do("GET", job, "").status)
	assert.Equal(t, 1, users())
	assert.Equal(t, 202, send("c@example.com").status)
	wait(time.Second)
	assert.Equal(t, 3, users())
	wait(24 * time.Hour)
	assert.Equal(t, 404, r.do("GET", job, "").status)
}

// Jobs that are read concurrently are done once.
func TestConcurrentImports(t *testing.T) {
	r := start(t, fake.Options{})
	id := r.connection(db)
	var working sync.WaitGroup
	for w := range 6 {
		working.Go(func() {
			for n := range 20 {
				a := r.send("connection_id", id, "upsert", "true", "users", fmt.Sprintf(`[{"email":"user%d@example.com","user_metadata":{"w":%d}}]`, n, w))
				if a.status == 202 {
					job := "jobs/" + strings.Trim(field(t, a.body, "id"), `"`)
					for range 2 {
						working.Go(func() { r.do("GET", job, "") })
					}
					if s := r.do("GET", job, ""); s.status != 200 || field(t, s.body, "status") != `"completed"` {
						t.Error(s.body)
					}
				} else if a.status != 429 {
					t.Error(a.body)
				}
			}
		})
	}
	working.Wait()
	assert.LessOrEqual(t, len(emails(t, r.do("GET", "users", "").body)), 20)
}

func TestHostileImports(t *testing.T) {
	r := start(t, fake.Options{Connections: append([]user.Connection{{Name: "scripts", Kind: user.CustomDatabase}}, connections...)})
	id := r.connection(db)
	for _, c := range []struct {
		status int
		pairs  []string
	}{
		{400, nil}, {400, []string{"users", "[]"}}, {400, []string{"connection_id", id}}, {400, []string{"connection_id", "", "users", "[]"}}, {400, []string{"connection_id", "con_x", "users", "[]"}},
		{400, []string{"connection_id", r.connection("google-oauth2"), "users", "[]"}}, {400, []string{"connection_id", r.connection("sms"), "users", "[]"}}, {400, []string{"connection_id", r.connection("scripts"), "users", "[]"}},
		{413, []string{"connection_id", id, "users", strings.Repeat(" ", 512_001)}}, {400, []string{"connection_id", strings.Repeat("c", 1001), "users", "[]"}}, {400, []string{"external_id", strings.Repeat("c", 1<<20)}},
		{400, []string{"", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""}}, {400, []string{"x", "y", "connection_id", id}},
	} {
		a := r.send(c.pairs...)
		assert.Equal(t, c.status, a.status, "%.100q: %s", c.pairs, a.body)
	}
	for kind, body := range map[string]string{
		"application/json": "{}", "": "", "multipart/form-data": "x", "text/plain": "x", "multipart/form-data; boundary=": "x",
	} {
		assert.Equal(t, 415, r.post(kind, body).status, kind)
	}
	for _, body := range []string{"", "x", "--x", "--x\r\n", "--x\r\nContent-Disposition: form-data; name=users\r\n\r\n[]", "--x\r\n\r\n--x\r\n\r\n--x--", strings.Repeat("--x\r\n\r\n", 100) + "--x--", "--x\r\n" + strings.Repeat("a: b\r\n", 100_000)} {
		assert.Equal(t, 400, r.post("multipart/form-data; boundary=x", body).status, "%.40q", body)
	}
	assert.Equal(t, "[]", r.do("GET", "users", "").body)
	for _, users := range []string{
		``, `x`, `null`, `{}`, `[`, `[1]`, `[null]`, `[[]]`, `["x"]`, "[{\"email\":\"\xff\"}]", `[{"email":"a@example.com","email":"b@example.com"}]`, strings.Repeat("[", 200_000), `[{"user_metadata":` + strings.Repeat("[", 200_000),
	} {
		_, summary, _ := r.imports(users, "true")
		assert.Empty(t, summary, "%.40q", users)
	}
	for _, row := range []string{
		`{}`, `{"email":null}`, `{"email":1}`, `{"email":[]}`, `{"email":""}`, `{"email":"\u0000@example.com"}`, `{"email":"a@example.com","user_id":1}`, `{"email":"a@example.com","blocked":"x"}`,
		`{"email":"a@example.com","password":"p"}`, `{"email":"a@example.com","mfa_factors":{}}`, `{"email":"a@example.com","custom_password_hash":[]}`, `{"email":"a@example.com","app_metadata":{"blocked":true}}`,
		`{"email":"a@example.com","user_metadata":{"a.b":1}}`, `{"email":"a@example.com","phone_number":"1"}`, `{"email":"a@example.com","picture":"x"}`, `{"email":"a@example.com","identities":[]}`,
	} {
		_, summary, codes := r.imports(`[`+row+`]`, "true")
		assert.JSONEq(t, `{"total":1,"inserted":0,"updated":0,"failed":1}`, summary, row)
		assert.NotEmpty(t, codes)
	}
	_, summary, _ := r.imports(`[`+strings.TrimSuffix(strings.Repeat(`{},`, 10_000), ",")+`]`, "false")
	assert.JSONEq(t, `{"total":10000,"inserted":0,"updated":0,"failed":10000}`, summary)
	for _, path := range []string{"jobs/x", "jobs/x/errors", "jobs/users-imports", "jobs/%00", "jobs", "jobs/"} {
		assert.Equal(t, 404, r.do("GET", path, "").status, path)
	}
	assert.Equal(t, "[]", r.do("GET", "users", "").body)
}
