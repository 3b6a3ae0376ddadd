package patch

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/metameld/metameld/internal/check"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

var update = flag.Bool("update", false, "write the generated files")

// keyed is an ordered member of a generated JSON object.
type keyed struct {
	name  string
	value any
}

// ordered is a JSON object whose members keep their order.
type ordered []keyed

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

// cite returns a part of the schema that names its rule.
func cite(id rule.ID, rest ...keyed) ordered {
	r, _ := rule.Find(id)
	return append(ordered{{"$comment", string(id) + ": " + r.Statement}}, rest...)
}

// schemaOf returns the JSON Schema of the payload. It has the rules that hold for
// every user, strictly read, as far as a schema can express them.
func schemaOf() ordered {
	return ordered{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "The body of PATCH /api/v2/users/{id}, strictly read"},
		{"$comment", "Generated from the catalogue of rules of metameld: go test ./patch -run Schema -update"},
		{"type", "object"},
		{"properties", propertiesOf()},
		{"allOf", combinations()},
		{"$defs", ordered{
			{"metadata", ordered{
				{"type", "object"},
				{"propertyNames", cite(rule.MetadataName, keyed{"pattern", `^[^.$]*$`})},
				{"additionalProperties", ordered{{"$ref", "#/$defs/value"}}},
			}},
			{"value", ordered{
				{"if", ordered{{"type", "object"}}},
				{"then", ordered{
					{"propertyNames", cite(rule.NestedMetadataName, keyed{"pattern", `^[^.$]*$`})},
					{"additionalProperties", ordered{{"$ref", "#/$defs/value"}}},
				}},
				{"else", ordered{{"items", ordered{{"$ref", "#/$defs/value"}}}}},
			}},
		}},
	}
}

// propertiesOf returns the schemas of the attributes, and false for each that is
// read-only.
func propertiesOf() (properties ordered) {
	table := new(Payload).fields()
	for a := range attributes {
		_, isFlag := table[a].Field.(*user.Field[bool])
		properties = append(properties, keyed{a.String(), attributeSchema(a, isFlag)})
	}
	for _, name := range limit.Managed {
		properties = append(properties, keyed{name, false})
	}
	return properties
}

// attributeSchema returns the schema of one attribute.
func attributeSchema(a attribute, isFlag bool) (s ordered) {
	switch {
	case a.isMetadata():
		s = ordered{{"$ref", "#/$defs/metadata"}}
	case isFlag:
		s = ordered{{"type", "boolean"}}
	case a.isNullable():
		s = ordered{{"type", []string{"string", "null"}}}
	default:
		s = ordered{{"type", "string"}}
	}
	least, most := check.Lengths(a.String())
	if least > 0 {
		s = append(s, keyed{"minLength", least})
	}
	if most > 0 {
		s = append(s, keyed{"maxLength", most})
	}
	switch a {
	case attrEmail:
		s = append(s, keyed{"format", "email"}, keyed{"minLength", 3}, keyed{"maxLength", limit.Email})
	case attrPhoneNumber:
		s = append(s, keyed{"pattern", `^\+[0-9]{1,15}$`})
	case attrPicture:
		s = append(s, keyed{"format", "uri"}, keyed{"pattern", `^([Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])://[^\s]+$`})
	case attrPassword:
		s = append(s, keyed{"maxLength", limit.PasswordBytes}, keyed{"pattern", `^[ -~]*$`})
	case attrAppMetadata:
		s = append(s, keyed{"propertyNames", cite(rule.ReservedName, keyed{"not", ordered{{"enum", limit.ReservedNames}}})})
	}
	return s
}

// combinations returns the schemas of which attributes can be sent together.
func combinations() []ordered {
	var updatable []ordered
	for a := range attributes {
		if a.isUpdatable() {
			updatable = append(updatable, ordered{{"required", []string{a.String()}}})
		}
	}
	list := []ordered{cite(rule.NothingToUpdate, keyed{"anyOf", updatable})}
	for _, x := range exclusive {
		list = append(list, cite(rule.ExclusiveAttributes, keyed{"not", ordered{{"required", []string{x[0].String(), x[1].String()}}}}))
	}
	return list
}

// The JSON Schema that is checked in is the generated one.
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

// golden compares a generated text with the file that is checked in.
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
		t.Errorf("%s is out of date; go test ./patch -run Schema -update writes it", file)
	}
}

// Each attribute of the table has a field that Parse sets.
func TestParseSetsEveryAttribute(t *testing.T) {
	for a, name := range names {
		value := "null"
		if attribute(a).isMetadata() {
			value = `{"a":1}`
		}
		p, err := Parse([]byte(`{"` + name + `":` + value + `}`))
		if err != nil || !p.Extra.IsZero() || !p.has(attribute(a)) {
			t.Errorf("%s is not a field: %v, %v", name, p, err)
		}
		if p.unset(attribute(a)); !p.IsZero() {
			t.Errorf("%s stays", name)
		}
	}
}
