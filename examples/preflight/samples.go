package main

import (
	"encoding/json"
	"fmt"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// sample is a built-in input.
type sample struct {
	title   string
	payload string
	target  string
}

// sampleUser is the user that the samples would update.
const sampleUser = `{
  "user_id": "auth0|65f0c0ffee",
  "email": "rosa@example.com",
  "email_verified": true,
  "name": "Rosa Diaz",
  "nickname": "rosa",
  "picture": "https://example.com/rosa.png",
  "identities": [
    {"provider": "auth0", "user_id": "65f0c0ffee", "connection": "members", "isSocial": false}
  ],
  "user_metadata": {
    "color": "green",
    "newsletter": true,
    "address": {"home": "12 Elm Street", "work": "99 High Street"}
  },
  "app_metadata": {"plan": "gold", "credits": 9007199254740993},
  "created_at": "2024-03-12T21:06:41.000Z",
  "updated_at": "2024-03-12T21:06:41.000Z",
  "logins_count": 7
}`

var samples = []sample{
	{
		"A valid payload: it sets two members, removes one, and replaces address whole",
		`{"nickname": "rosie", "user_metadata": {"color": "blue", "newsletter": null, "address": {"home": "7 Oak Lane"}}}`,
		`{"connection": {"name": "members", "kind": "database"}}`,
	},
	{
		"A payload that wipes: {} removes everything in app_metadata",
		`{"app_metadata": {}}`,
		`{"connection": {"name": "members", "kind": "database"}}`,
	},
	{
		"A payload that the connection does not allow: the users are in a custom database",
		`{"email": "rosa@example.org", "password": "correct-horse", "user_metadata": {"color": "blue"}}`,
		`{"connection": {"name": "members", "kind": "custom-database"}}`,
	},
}

// demonstrate judges the samples.
func demonstrate(p *printer, o options) error {
	for i, s := range samples {
		in := input{user: new(user.Profile)}
		if err := in.user.UnmarshalJSON([]byte(sampleUser)); err != nil {
			return err
		}
		var err error
		if in.payload, err = patch.Parse([]byte(s.payload)); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(s.target), &in.target); err != nil {
			return err
		}
		o.override(&in.target)
		if o.json {
			p.json(in.check())
			continue
		}
		if i > 0 {
			p.line("")
		}
		p.line(p.bold(fmt.Sprintf("%d. %s", i+1, s.title)))
		p.line("   PATCH " + in.payload.String())
		p.report(in.check())
	}
	return p.err
}
