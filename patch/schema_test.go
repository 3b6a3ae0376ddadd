package patch

import (
	"bytes"
	"encoding/json"
	flags "flag"
	"os"
	"testing"

	"github.com/metameld/metameld/internal/check"
)

var update = flags.Bool("update", false, "write the generated files")

// pair is an ordered member of a generated JSON object.
type pair struct {
	name  string
	value any
}

// ordered is a JSON object whose members keep their order.
type ordered []pair

func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// schemaOf returns the JSON Schema of the payload: the rules of the catalogue
// that hold for every user and that a schema can say, strictly read. Each part
// names its rule.
func schemaOf() ordered {
	says := func(id RuleID, rest ...pair) ordered {
		return append(ordered{{"$comment", string(id) + ": " + rule(id).Statement}}, rest...)
	}
	properties := ordered{}
	var p Payload
	for a := range attributes {
		var s ordered
		switch p.field(a).(type) {
		case *Field[string]:
			s = ordered{{"type", []string{"string", "null"}}}
		case *Param[string]:
			s = ordered{{"type", "string"}}
		case *Param[bool]:
			s = ordered{{"type", "boolean"}}
		default:
			s = ordered{{"$ref", "#/$defs/metadata"}}
		}
		least, most := check.Limits(a.String())
		if least > 0 {
			s = append(s, pair{"minLength", least})
		}
		if most > 0 {
			s = append(s, pair{"maxLength", most})
		}
		switch a {
		case email:
			s = append(s, pair{"format", "email"}, pair{"minLength", 3}, pair{"maxLength", 254})
		case phoneNumber:
			s = append(s, pair{"pattern", `^\+[0-9]{1,15}$`})
		case picture:
			s = append(s, pair{"format", "uri"}, pair{"pattern", `^([Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])://[^\s]+$`})
		case password:
			s = append(s, pair{"maxLength", 72}, pair{"pattern", `^[!-~]*$`})
		case appMetadata:
			s = append(s, pair{"propertyNames", says(RuleReservedName, pair{"not", ordered{{"enum", check.Reserved}}})})
		}
		properties = append(properties, pair{a.String(), s})
	}
	for _, name := range readOnly {
		properties = append(properties, pair{name, false})
	}
	var updatable []ordered
	for a := range attributes {
		if a.isUpdatable() {
			updatable = append(updatable, ordered{{"required", []string{a.String()}}})
		}
	}
	pairs := []ordered{says(RuleNothingToUpdate, pair{"anyOf", updatable})}
	for _, x := range exclusive {
		pairs = append(pairs, says(RuleExclusive, pair{"not", ordered{{"required", []string{x[0].String(), x[1].String()}}}}))
	}
	return ordered{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "The body of PATCH /api/v2/users/{id}, strictly read"},
		{"$comment", "Generated from the catalogue of rules of metameld: go test ./patch -run Schema -update"},
		{"type", "object"},
		{"properties", properties},
		{"allOf", pairs},
		{"$defs", ordered{
			{"metadata", ordered{
				{"type", "object"},
				{"propertyNames", says(RuleMetadataName, pair{"pattern", `^[^.$]*$`})},
				{"additionalProperties", ordered{{"$ref", "#/$defs/value"}}},
			}},
			{"value", ordered{
				{"if", ordered{{"type", "object"}}},
				{"then", ordered{
					{"propertyNames", says(RuleNestedMetadataName, pair{"pattern", `^[^.$]*$`})},
					{"additionalProperties", ordered{{"$ref", "#/$defs/value"}}},
				}},
				{"else", ordered{{"items", ordered{{"$ref", "#/$defs/value"}}}}},
			}},
		}},
	}
}

func TestSchema(t *testing.T) {
	text, err := json.Marshal(schemaOf())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	golden(t, "payload.schema.json", b.Bytes())
}

// golden compares what was generated with the file that is checked in.
func golden(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not what is generated; go test ./patch -run Schema -update writes it", file)
	}
}
