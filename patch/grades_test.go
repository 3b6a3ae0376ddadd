package patch_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// The evidence is that of the case, not of the whole rule.
func TestEvidenceOfTheCase(t *testing.T) {
	declared := user.Connection{Kind: user.Database, Attributes: user.Attributes{Email: &user.Attribute{}}}
	custom := user.Connection{Kind: user.CustomDatabase, Attributes: user.Attributes{PhoneNumber: &user.Attribute{}}}
	for _, c := range []struct {
		payload  string
		target   user.Target
		id       rule.ID
		pointer  string
		evidence rule.Evidence
	}{
		{`{}`, user.Target{}, rule.NothingToUpdate, "", rule.Observed},
		{`{}`, user.Target{Sources: rule.Lenient}, rule.NothingToUpdate, "", rule.Observed},
		{`{"connection":"staff"}`, user.Target{}, rule.NothingToUpdate, "", rule.Inferred},
		{`{"x":1}`, user.Target{}, rule.NothingToUpdate, "", rule.Inferred},
		{`{"client_id":"c"}`, user.Target{}, rule.NothingToUpdate, "", rule.Disputed},
		{`{"password":null}`, user.Target{}, rule.PasswordNull, "/password", rule.Documented},
		{`{"phone_number":"+15551234567"}`, user.Target{Connection: declared}, rule.PhoneDatabase, "/phone_number", rule.Documented},
		{`{"phone_verified":true}`, user.Target{Connection: declared, Sources: rule.Lenient}, rule.PhoneDatabase, "/phone_verified", rule.Documented},
		{`{"phone_number":"+15551234567"}`, user.Target{Connection: user.Connection{Kind: user.Database}}, rule.PhoneDatabase, "/phone_number", rule.Disputed},
		{`{"phone_number":"+15551234567"}`, user.Target{Connection: custom}, rule.CustomDatabase, "/phone_number", rule.Observed},
	} {
		got := found(t, c.payload, c.target, c.id)[c.pointer]
		assert.Equal(t, c.evidence, got.Evidence, "%s %s", c.payload, c.id)
	}
}
