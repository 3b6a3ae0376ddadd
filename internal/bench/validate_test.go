package bench

import (
	"slices"
	"strings"
	"testing"

	"github.com/metameld/metameld/patch"
)

func payloads(t *testing.T) (texts []string) {
	t.Helper()
	for _, size := range []string{"2KB", "10KB"} {
		_, text, ok := NewPayload(size)
		if !ok {
			t.Fatal(size)
		}
		texts = append(texts, string(text))
	}
	return texts
}

// TestPayloads shows that there is nothing to report about the payloads that are
// measured, and that metameld then does not allocate.
func TestPayloads(t *testing.T) {
	bounds := [][2]int{{250, 400}, {9_600, 10_000}}
	for i, text := range payloads(t) {
		if n := len(text); n < bounds[i][0] || n > bounds[i][1] {
			t.Errorf("%d bytes", n)
		}
		p, err := patch.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if v := p.Validate(databaseUser); !v.Valid() || len(v.Warnings) > 0 {
			t.Errorf("%.60s: %v, %v", text, v.Err(), v.Warnings)
		}
		if n := testing.AllocsPerRun(10, func() { _ = p.Validate(databaseUser).Err() }); n > 0 {
			t.Errorf("%.60s: %v allocations", text, n)
		}
	}
	if _, _, ok := NewPayload("1MB"); ok {
		t.Error("no payload is so large")
	}
}

// TestValidators shows that all accept the same valid payloads, and which ones a schema
// cannot tell from them.
func TestValidators(t *testing.T) {
	vs, err := Validators()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"metameld", jsonSchema, jsonSchemaAPI, kinOpenAPI}
	tests := []struct {
		payload string
		refuse  []string
	}{
		{`{"email":null}`, nil},
		{`{"email":"kim@example.com","email_verified":false,"verify_email":true,"client_id":"abc"}`, nil},
		{`{"password":"correct horse","connection":"members"}`, nil},
		{`{"blocked":true,"nickname":"k"}`, nil},
		{`{"user_metadata":{},"app_metadata":{"a":null,"b":[{"c":[1,2.5,"x",false]}]}}`, nil},
		{`{"given_name":"` + strings.Repeat("é", 150) + `"}`, nil},
		{`{"given_name":"` + strings.Repeat("é", 151) + `"}`, all},
		{`{"name":""}`, all},
		{`{"name":7}`, all},
		{`{"blocked":"yes"}`, all},
		{`{"blocked":null}`, all},
		{`{"connection":null,"name":"Kim"}`, all},
		{`{"phone_number":"0151"}`, all},
		{`{"user_metadata":[]}`, all},
		{`{"app_metadata":"x"}`, all},
		{`{}`, all[:2]},
		{`{"user_metadata":{"a.b":1}}`, all[:2]},
		{`{"app_metadata":{"x":[{"$y":1}]}}`, all[:2]},
		{`{"app_metadata":{"email":"x"}}`, all[:2]},
		{`{"email":"kim@example.com","password":"correct horse"}`, all[:2]},
		{`{"user_id":"auth0|1","name":"Kim"}`, all[:2]},
		{`{"picture":"kim.png"}`, all[:2]},
		{`{"email":"kim@example"}`, all[:1]},
		{`{"name":null,"picture":null}`, all[:1]}, // of a user of a database
	}
	for _, text := range payloads(t) {
		tests = append(tests, struct {
			payload string
			refuse  []string
		}{text, nil})
	}
	for _, tt := range tests {
		for _, c := range vs {
			judge, err := c.Read([]byte(tt.payload))
			if err != nil {
				t.Fatal(c.Name, err)
			}
			if err := judge(); (err != nil) != slices.Contains(tt.refuse, c.Name) {
				t.Errorf("%s, %.80s: %v", c.Name, tt.payload, err)
			}
		}
	}
}
