package rule_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/user/rule"
)

// ParsePolicies reads what encoding/json writes for Policies, for every reading.
func TestParsePolicies(t *testing.T) {
	want := rule.Policies{}
	for _, r := range rule.All() {
		for _, x := range r.Readings {
			want[r.ID] = x.Name
			text, err := json.Marshal(want)
			require.NoError(t, err)
			got, err := rule.ParsePolicies(text)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	}
	require.NotEmpty(t, want)
}

// Policies that have no effect are errors, which contain no value.
func TestParsePoliciesRefuses(t *testing.T) {
	for _, text := range []string{
		``, `null`, `[]`, `"x"`, `{`, `{} {}`, `{"patch.nested-null":"stored"} x`,
		`{"patch.nested-null":"s3cret"}`, `{"patch.nested-null":7}`, `{"patch.nested-null":null}`,
		`{"patch.s3cret":"stored"}`, `{"patch.null":"s3cret"}`, `{"s3cret":{}}`,
		`{"patch.nested-null":"stored","patch.nested-null":"stripped"}`,
		`{"patch.nested-null":"stored","patch.nested\u002dnull":"stored"}`,
	} {
		p, err := rule.ParsePolicies([]byte(text))
		require.Error(t, err, text)
		assert.Nil(t, p, text)
		assert.False(t, strings.Contains(err.Error(), "s3cret"), err)
	}
}

func TestParsePoliciesEmpty(t *testing.T) {
	p, err := rule.ParsePolicies([]byte(" {} "))
	require.NoError(t, err)
	assert.Equal(t, rule.Policies{}, p)
}
