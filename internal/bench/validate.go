package bench

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// apiSchema is the schema of the body of an update as the API publishes it: types,
// lengths and a pattern. It asks much less than Validate and payload.schema.json.
//
// Source: Auth0 Management API, UpdateUserRequestContent.
//
//go:embed api.schema.json
var apiSchema []byte

// The names of the validators.
const (
	jsonSchema    = "jsonschema"
	jsonSchemaAPI = "jsonschema-api"
	kinOpenAPI    = "kin-openapi-api"
)

// NewPayload returns the text of a payload without findings: a typical one for 2KB, and
// one with large metadata for 10KB, which is as large as it can be without a warning.
func NewPayload(size string) (name string, text []byte, ok bool) {
	const head = `{"given_name":"Zoé","family_name":"Müller","name":"Zoé Müller","nickname":"zoé","picture":"https://example.com/avatars/zoe-2.png",` +
		`"email_verified":true,"app_metadata":{"seats":15,"limits":{"projects":60,"storage_mb":40960}},"user_metadata":`
	switch size {
	case "2KB":
		return "typical", []byte(head + `{"tags":["beta","早期"],"score":87.25,"legacy_id":null,"last_seen_version":"5.2.0"}}`), true
	case "10KB":
		stored := strings.ReplaceAll(string(document(9_500)), `"owner":null`, `"owner":"me"`) // a nested null is a finding
		return "large", []byte(head + stored + "}"), true
	}
	return "", nil, false
}

// Validator is one way to judge a payload in memory.
type Validator struct {
	Name string
	Role Role

	// Read reads a payload and returns a function that judges it.
	Read func(text []byte) (judge func() error, err error)
}

// Validators returns them. metameld comes first. A yardstick has the API's schema only.
// Those with a schema stop at the first finding or list them all, as they do by default.
func Validators() ([]Validator, error) {
	root, err := sources()
	if err != nil {
		return nil, err
	}
	strict, err := jsonschema.NewCompiler().Compile(filepath.Join(root, "patch", "payload.schema.json"))
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(apiSchema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("api.schema.json", doc); err != nil {
		return nil, err
	}
	api, err := c.Compile("api.schema.json")
	if err != nil {
		return nil, err
	}
	var open openapi3.Schema
	if err := json.Unmarshal(apiSchema, &open); err != nil {
		return nil, err
	}
	return []Validator{
		{"metameld", Ours, readPayload},
		{jsonSchema, Peer, readNumbers(strict.Validate)},
		{jsonSchemaAPI, Yardstick, readNumbers(api.Validate)},
		{kinOpenAPI, Yardstick, func(text []byte) (func() error, error) {
			var v any
			err := json.Unmarshal(text, &v)
			return func() error { return open.VisitJSON(v) }, err
		}},
	}, nil
}

// readPayload reads a payload for metameld.
func readPayload(text []byte) (func() error, error) {
	p, err := patch.Parse(text)
	return func() error { return p.Validate(databaseUser).Err() }, err
}

// readNumbers reads a payload as package jsonschema wants it, with json.Number.
func readNumbers(validate func(any) error) func(text []byte) (func() error, error) {
	return func(text []byte) (func() error, error) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		return func() error { return validate(v) }, err
	}
}

// databaseUser is the target of the payloads: a user of a database connection.
var databaseUser = user.Target{Connection: user.Connection{Kind: user.Database, Name: "members"}}

// addValidators adds the contenders that judge a payload. Each run judges one that was
// never judged before. It reports false where there is no payload of the size.
func (g *Group) addValidators() bool {
	name, text, ok := NewPayload(g.Size)
	if !ok {
		return false
	}
	g.Size, g.Bytes = name, len(text)
	vs, err := Validators()
	if err != nil {
		panic(fmt.Errorf("the schemas: %w", err)) // a test compiles them
	}
	for _, c := range vs {
		g.addFresh(c.Name, c.Role, func() (func() error, error) { return c.Read(text) })
	}
	return true
}
