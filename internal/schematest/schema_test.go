// Package schematest compares the JSON Schema of the payload with package patch: both
// refuse the same vectors for the rules that the schema has.
package schematest

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// shape are the rules that the schema has.
var shape = []rule.ID{
	rule.Type, rule.Null, rule.MetadataNull, rule.Length, rule.PhoneFormat, rule.NothingToUpdate,
	rule.ReadOnly, rule.MetadataName, rule.NestedMetadataName, rule.ReservedName, rule.ExclusiveAttributes,
	rule.PasswordBytes, rule.PasswordCharacters,
}

// formats are the rules that the schema has in part: e-mails and URIs are more than a
// pattern.
var formats = []rule.ID{rule.EmailFormat, rule.PictureFormat}

func TestSchemaAgreesWithValidate(t *testing.T) {
	c := jsonschema.NewCompiler()
	schema, err := c.Compile("../../patch/payload.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	refused, accepted := 0, 0
	for _, v := range vectors.Load(t, "patch") {
		name := "patch.json"
		switch v.Op {
		case "form":
			name = "want.json" // the payload of the card
		case "output", "stage", "diff", "plan", "answer":
			continue // a vector without a payload, or whose payload has to be split
		}
		text := v.Need(t, name)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(v.Name, err)
		}
		p, err := patch.Parse(text)
		if err != nil {
			t.Fatal(v.Name, err)
		}
		has := func(rules []rule.ID) bool {
			for _, x := range p.Validate(user.Target{}).Violations {
				for _, id := range rules {
					if x.Rule == id {
						return true
					}
				}
			}
			return false
		}
		err = schema.Validate(doc)
		switch {
		case err != nil:
			refused++
			if !has(shape) && !has(formats) {
				t.Errorf("%s: the schema refuses what Validate accepts: %v", v.Name, err)
			}
		case has(shape):
			t.Errorf("%s: the schema accepts what Validate refuses: %v", v.Name, p.Validate(user.Target{}).Err())
		default:
			accepted++
		}
	}
	if refused < 50 || accepted < 50 {
		t.Errorf("%d refused, %d accepted: the vectors show too little", refused, accepted)
	}
}
