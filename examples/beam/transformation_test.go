package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func TestParseTransformation(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: "",
		`{"where":{"/a":null},"unless":{"/b/0":1},"target":{"lenient":true}}`: "",
		`{"set":{"/a/b":1},"remove":["/a/c"],"rename":{"/d":"/e"}}`:           "",

		`[]`:                                     "not a JSON object",
		`{"set":{},"set":{}}`:                    "duplicate name: /set (byte 10)",
		`{"sets":{}}`:                            "unknown member: /sets",
		`{"set":[]}`:                             "value of the wrong type: /set",
		`{"remove":{}}`:                          "value of the wrong type: /remove",
		`{"set":{"a":1,"":2}}`:                   "not a JSON Pointer to a member: /set/a\nnot a JSON Pointer to a member: /set/",
		`{"remove":["/a",1]}`:                    "not a JSON Pointer to a member: /remove/1",
		`{"rename":{"/a":"b"}}`:                  "not a JSON Pointer to a member: /rename/~1a",
		`{"set":{"/a":null}}`:                    "null is set by remove: /set/~1a",
		`{"set":{"/a":1,"/a/b":1}}`:              "changed twice: /a/b",
		`{"set":{"/a/b":1},"remove":["/a"]}`:     "changed twice: /a",
		`{"rename":{"/a":"/b","/b":"/c"}}`:       "changed twice: /b",
		`{"target":{"lenent":true}}`:             "unknown member: /target/lenent",
		`{"target":1}`:                           "not a JSON object: /target",
		`{"connections":{"m":{"kind":"dbase"}}}`: "unknown value: /connections/m/kind",
		`{"connections":{"m":{"kind":1,"x":2}}}`: "value of the wrong type: /connections/m/kind\nunknown member: /connections/m/x",
		`{"connections":[]}`:                     "value of the wrong type: /connections",
	} {
		_, err := parseTransformation([]byte(text))
		if want == "" {
			assert.NoError(t, err, text)
		} else if assert.Error(t, err, text) {
			assert.Equal(t, want, err.Error(), text)
		}
	}
}

// plan has the verdict, payloads and error of the table for each user. The function is
// long because it holds the table.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name, transformation, user string
		verdict                    verdict
		payloads                   string
		err                        error
	}{
		{
			"null matches null and absent attributes",
			`{"where":{"/nickname":null,"/picture":null},"set":{"/app_metadata/seen":true}}`,
			`{"user_id":"auth0|1","picture":null}`,
			planned, `[{"app_metadata":{"seen":true}}]`, nil,
		},
		{
			"unless null matches present attributes",
			`{"unless":{"/nickname":null},"set":{"/app_metadata/seen":true}}`,
			`{"user_id":"auth0|1"}`,
			unmatched, `null`, nil,
		},
		{
			"numbers match by value, places in lists too",
			`{"where":{"/identities/0/connection":"m","/app_metadata/n":1},"set":{"/app_metadata/n":2}}`,
			`{"user_id":"auth0|1","app_metadata":{"n":1.0},"identities":[{"connection":"m"}]}`,
			planned, `[{"app_metadata":{"n":2}}]`, nil,
		},
		{
			"a rename from one metadata to the other",
			`{"rename":{"/user_metadata/plan":"/app_metadata/plan"}}`,
			`{"user_id":"auth0|1","user_metadata":{"plan":{"name":"gold","null":null},"a":1}}`,
			planned, `[{"user_metadata":{"plan":null},"app_metadata":{"plan":{"name":"gold","null":null}}}]`, nil,
		},
		{
			"the last member is removed by name: {} would remove members that others wrote",
			`{"remove":["/user_metadata/a","/user_metadata/b"]}`,
			`{"user_id":"auth0|1","user_metadata":{"b":1,"a":{"c":2}}}`,
			planned, `[{"user_metadata":{"b":null,"a":null}}]`, nil,
		},
		{
			"all metadata is removed by name too",
			`{"remove":["/app_metadata"]}`,
			`{"user_id":"auth0|1","app_metadata":{"b":1,"a":{"c":2}}}`,
			planned, `[{"app_metadata":{"b":null,"a":null}}]`, nil,
		},
		{
			"e-mail and username are two payloads",
			`{"set":{"/email":"a@example.com","/username":"ann"},"target":{"connection":{"kind":"database","requires_username":true}}}`,
			`{"user_id":"auth0|1","username":"an","email":"b@example.com"}`,
			planned, `[{"email":"a@example.com"},{"username":"ann"}]`, nil,
		},
		{
			"an attribute that Auth0 manages",
			`{"set":{"/user_id":"auth0|2"}}`,
			`{"user_id":"auth0|1"}`,
			refused, `null`, metadata.ErrUnreachable,
		},
		{
			"nothing is planned if a part is unreachable",
			`{"set":{"/app_metadata/a":1,"/logins_count":2}}`,
			`{"user_id":"auth0|1"}`,
			refused, `null`, metadata.ErrUnreachable,
		},
		{
			"a name that metadata cannot have",
			`{"set":{"/app_metadata/a.b":1}}`,
			`{"user_id":"auth0|1"}`,
			refused, `null`, metadata.ErrUnreachable,
		},
		{
			"the connection of the primary identity decides",
			`{"set":{"/nickname":"a"},"connections":{"google":{"kind":"social"}}}`,
			`{"user_id":"google-oauth2|1","identities":[{"connection":"google"},{"connection":"m"}]}`,
			refused, `null`, rule.SyncedAttributes,
		},
		{
			"the target's connection counts if the user's is not listed",
			`{"set":{"/nickname":"a"},"target":{"connection":{"kind":"social"}},"connections":{"m":{"kind":"database"}}}`,
			`{"user_id":"google-oauth2|1","identities":[{"connection":"google"}]}`,
			refused, `null`, rule.SyncedAttributes,
		},
		{
			"metadata that is not an object stays as it is",
			`{"set":{"/app_metadata/a":1}}`,
			`{"user_id":"auth0|1","app_metadata":"old"}`,
			refused, `null`, metadata.ErrPath,
		},
	} {
		tr, err := parseTransformation([]byte(c.transformation))
		require.NoError(t, err, c.name)
		p, v, err := tr.plan([]byte(c.user))
		assert.Equal(t, c.verdict, v, "%s: %v", c.name, err)
		assert.ErrorIs(t, err, c.err, c.name)
		assert.Equal(t, user.ID(decoded(t, c.user).(map[string]any)["user_id"].(string)), p.UserID, c.name)
		if v != planned {
			assert.Empty(t, p.Payloads, c.name)
			continue
		}
		var texts []byte
		texts = append(texts, '[')
		for i, payload := range p.Payloads {
			if i > 0 {
				texts = append(texts, ',')
			}
			texts = payload.AppendJSON(texts)
		}
		assert.Equal(t, c.payloads, string(append(texts, ']')), c.name)
	}
}

// Effects and warnings are counted, and written beside the payloads.
func TestEffects(t *testing.T) {
	f := planFn{Transformation: `{"set":{"/email":"b@example.com"},"target":{"connection":{"kind":"passwordless-email"}}}`}
	require.NoError(t, f.Setup())
	counts := map[string]int64{}
	var plans []string
	require.NoError(t, f.ProcessElement(
		line{File: "f", Number: 3, Text: []byte(`{"user_id":"email|1","email":"a@example.com"}`)},
		func(s string) { plans = append(plans, s) },
		func(s string) { t.Error(s) },
		func(key string, n int64) { counts[key] += n },
	))
	require.Len(t, plans, 1)
	assert.Contains(t, plans[0], `"effects":[{"kind":"sessions-expire","rule":"patch.sessions-expire","pointer":"/email"},{"kind":"change-email-message","rule":"patch.change-email-message","pointer":"/email"}]`)
	assert.Contains(t, plans[0], `"rule":"patch.email-keeps-verified"`)
	assert.Equal(t, int64(1), counts["effects change-email-message"])
	assert.Equal(t, int64(1), counts["effects sessions-expire"])
	assert.Equal(t, int64(1), counts["warnings patch.email-keeps-verified"])
	assert.Equal(t, int64(1), counts["verdicts planned"])
	assert.Equal(t, int64(1), counts["payloads"])
}
