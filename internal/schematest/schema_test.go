// Package schematest holds the JSON Schema of the payload against the vectors and
// against the library: what one of them refuses for its shape, so does the other.
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

// shape are the rules that the schema says.
var shape = []rule.ID{
	rule.Type, rule.Null, rule.MetadataNull, rule.Length, rule.PhoneFormat, rule.NothingToUpdate,
	rule.ReadOnly, rule.MetadataName, rule.NestedMetadataName, rule.ReservedName, rule.ExclusiveAttributes,
	rule.PasswordBytes, rule.PasswordCharacters,
}

// formats are those that it says in part: e-mail and URI are more than a pattern.
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
			name = "want.json" // what the card sends
		case "output", "stage", "diff", "plan":
			continue // no payload comes in, or one that has to be split
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
