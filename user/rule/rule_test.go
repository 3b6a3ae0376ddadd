package rule_test

import (
	"errors"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/user/rule"
)

var id = regexp.MustCompile(`^(value|patch|user|identities|metadata)\.[a-z][a-z0-9-]*$`)

func TestCatalogue(t *testing.T) {
	seen := map[rule.ID]bool{}
	for _, r := range rule.All() {
		assert.False(t, seen[r.ID], r.ID)
		seen[r.ID] = true
		assert.Regexp(t, id, string(r.ID))
		assert.NotEmpty(t, r.Topic, r.ID)
		assert.NotEmpty(t, r.Statement, r.ID)
		assert.NotEmpty(t, r.Source, r.ID)
		assert.Contains(t, []rule.Evidence{rule.Documented, rule.Observed, rule.Inferred, rule.Disputed}, r.Evidence, r.ID)
		assert.Contains(t, []rule.Severity{rule.SeverityError, rule.SeverityWarning}, r.Severity, r.ID)
		assert.NotEqual(t, 1, len(r.Readings), "%s: one reading is none", r.ID)
		if r.Evidence == rule.Disputed && r.Severity == rule.SeverityError {
			assert.NotEmpty(t, r.Readings, r.ID)
		}
		got, ok := rule.Find(r.ID)
		assert.True(t, ok)
		assert.Equal(t, r, got)
	}
	assert.Len(t, seen, len(rule.All()))
	_, ok := rule.Find("patch.nothing")
	assert.False(t, ok)
}

// Changes to the result of All do not change the catalogue.
func TestCatalogueIsCopied(t *testing.T) {
	all := rule.All()
	for i := range all {
		all[i].Statement = "changed"
		for k := range all[i].Readings {
			all[i].Readings[k].Name = "changed"
		}
	}
	one, _ := rule.Find(rule.PasswordBytes)
	one.Readings[0].Name = "changed"
	for _, r := range rule.All() {
		assert.NotEqual(t, "changed", r.Statement)
		for _, x := range r.Readings {
			assert.NotEqual(t, "changed", x.Name)
		}
	}
}

func TestErrorsFindRules(t *testing.T) {
	err := error(rule.Violations{rule.Violation{Rule: rule.Null, Pointer: "/blocked", Message: "m"}, rule.Violation{Rule: rule.ExclusiveAttributes, Pointer: "", Message: "n"}})
	assert.ErrorIs(t, err, rule.Null)
	assert.ErrorIs(t, err, rule.ExclusiveAttributes)
	assert.False(t, errors.Is(err, rule.Type))
	var v rule.Violation
	require.ErrorAs(t, err, &v)
	assert.Equal(t, rule.Null, v.Rule)
	assert.Equal(t, "m [patch.null] at /blocked\nn [patch.exclusive-attributes]", err.Error())
	assert.NoError(t, rule.Verdict{}.Err())
	assert.True(t, rule.Verdict{Warnings: rule.Violations{v}}.Valid())
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		endpoint rule.Endpoint
		status   int
		message  string
		want     rule.ID
	}{
		{rule.EndpointUpdate, 400, "Cannot update password and email simultaneously.", rule.ExclusiveAttributes},
		{rule.EndpointUpdate, 400, "Cannot update password and email simultaneously", rule.ExclusiveAttributes},
		{rule.EndpointUpdate, 400, "Cannot update  and email simultaneously.", ""},
		{rule.EndpointUpdate, 409, "Cannot update password and email simultaneously.", ""},
		{rule.EndpointCreate, 400, "Cannot update password and email simultaneously.", ""},
		{rule.EndpointUpdate, 400, "The following user attributes cannot be updated: name, picture. The specified connection belongs to a secondary identity.", rule.SecondaryAttributes},
		{rule.EndpointUpdate, 400, "The following user attributes cannot be updated: name. The connection (a (b) c) must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'. For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync", rule.SyncedAttributes},
		{rule.EndpointUpdate, 400, "Cannot update * and * simultaneously.", rule.ExclusiveAttributes},
		{rule.EndpointUpdate, 400, "Payload validation error: 'Additional properties not allowed: foo'", rule.UnknownAttribute},
		{rule.EndpointUpdate, 400, "Payload validation error: 'Additional properties not allowed: foo, bar'.", rule.UnknownAttribute},
		{rule.EndpointUpdate, 400, "Payload validation error: 'Additional properties not allowed: foo (consider storing them in app_metadata or user_metadata. See \"Users Metadata\" in https://auth0.com/docs/api/v2/changes for more details)'.", rule.UnknownAttribute},
		{rule.EndpointUpdate, 400, "Payload validation error: 'Additional properties not allowed: identities'", rule.ReadOnly},
		{rule.EndpointUpdate, 400, "Payload validation error: 'Additional properties not allowed: foo, last_login'.", rule.ReadOnly},
		{rule.EndpointUpdate, 400, "Payload validation error: 'Additional properties not allowed: foo,passkeys (consider storing them in app_metadata or user_metadata. See \"Users Metadata\" in https://auth0.com/docs/api/v2/changes for more details)'.", rule.ReadOnly},
		{rule.EndpointUpdate, 400, "The following user attributes cannot be updated: name, picture. The connection must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'.", rule.SyncedAttributes},
		{rule.EndpointUpdate, 400, "The following user attributes cannot be removed: foo, bar. The connection (corp) should have disabled 'Sync user profile attributes at each login' (see https://auth0.com/docs) or defined these attributes in 'options.non_persistent_attrs' array (see https://auth0.com/docs).", rule.SyncedRemoval},
		{rule.EndpointUpdate, 400, "", ""},
		{rule.EndpointUpdate, 400, ".", ""},
		{rule.EndpointCreate, 409, "The user already exists.", rule.UserExists},
		{rule.EndpointCreate, 400, "Payload validation error: 'Additional properties not allowed: identities'.", rule.UnknownMember},
		{rule.EndpointSignUp, 400, "The user already exists (username: ann).", rule.UserExists},
		{rule.EndpointImport, 0, "The user already exist and upsert parameter is false", rule.ImportExists},
		{rule.EndpointLink, 409, "Specified identity already exists", rule.AlreadyLinked},
		{rule.EndpointUnlink, 400, "Main identity cannot be removed.", rule.MainIdentity},
		{rule.EndpointUnlink, 403, "Insufficient scope, expected any of: update:users", rule.LinkScope},
		{rule.EndpointLink, 403, "Insufficient scope; expected any of: update:users", rule.LinkScope},
		{rule.EndpointImport, 403, "Insufficient scope; expected any of: create:users", rule.CreationScope},
		{rule.EndpointImport, 403, "Insufficient scope", ""},
		{"nowhere", 400, "Main identity cannot be removed.", ""},
	} {
		r, ok := rule.Match(tt.endpoint, tt.status, tt.message)
		assert.Equal(t, tt.want, r.ID, tt.message)
		assert.Equal(t, tt.want != "", ok, tt.message)
	}
}

// Each rule with a known answer is an error, and Match finds it by that answer.
func TestAnswers(t *testing.T) {
	n := 0
	for _, e := range []rule.Endpoint{rule.EndpointUpdate, rule.EndpointCreate, rule.EndpointLink, rule.EndpointUnlink, rule.EndpointImport, rule.EndpointSignUp} {
		for _, r := range rule.All() {
			status, message, _ := rule.AnswerTo(e, r.ID)
			if message == "" {
				continue
			}
			n++
			assert.Equal(t, rule.SeverityError, r.Severity, r.ID)
			back, ok := rule.Match(e, status, message)
			assert.True(t, ok, message)
			assert.Equal(t, r.ID, back.ID)
		}
	}
	assert.Equal(t, 45, n)
}

func TestPolicies(t *testing.T) {
	none := rule.Policies(nil)
	assert.Equal(t, "strict", none.Reading(rule.Strict, rule.PasswordBytes))
	assert.Equal(t, "lenient", none.Reading(rule.Lenient, rule.PasswordBytes))
	assert.Equal(t, "accepted", none.Reading(rule.Lenient, rule.PasswordNull), "it has no lenient reading")
	assert.Equal(t, "", none.Reading(rule.Strict, rule.Type))
	assert.Equal(t, "", none.Reading(rule.Strict, "patch.nothing"))
	some := rule.Policies{rule.PasswordBytes: "strict", rule.PasswordNull: "refused", rule.BlockLifted: "no such reading"}
	assert.Equal(t, "strict", some.Reading(rule.Lenient, rule.PasswordBytes))
	assert.Equal(t, "refused", some.Reading(rule.Strict, rule.PasswordNull))
	assert.Equal(t, "lifted", some.Reading(rule.Strict, rule.BlockLifted))
}

func TestSources(t *testing.T) {
	for s, want := range map[rule.Sources]string{rule.Strict: "strict", rule.Lenient: "lenient", 200: "strict"} {
		assert.Equal(t, want, s.String())
		text, err := s.MarshalText()
		require.NoError(t, err)
		var back rule.Sources
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, want, back.String())
	}
	s := rule.Lenient
	assert.Error(t, s.UnmarshalText([]byte("Lenient")))
	assert.Equal(t, rule.Lenient, s)
}
