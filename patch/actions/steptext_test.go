package actions_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
)

// Steps are read from JSON and written to it without loss.
func TestStepText(t *testing.T) {
	const list = `[{"set_user_metadata":["a",{"b":[1, null]}]},{"set_app_metadata":["",null]},{"set_user_metadata":["u"]},{"next_action":true},` +
		`{"redirect":true},{"set_primary_user":"auth0|k2"},{"management_update":{"name":null,"x":1}},{"deny":true}]`
	steps, err := actions.ParseSteps([]byte(list))
	require.NoError(t, err)
	out, err := json.Marshal(steps)
	require.NoError(t, err)
	assert.JSONEq(t, list, string(out))
	again, err := actions.ParseSteps(out)
	require.NoError(t, err)
	if diff := cmp.Diff(steps, again); diff != "" {
		t.Error(diff)
	}
	assert.True(t, steps[0].Equal(actions.SetUserMetadata("a", map[string]any{"b": []any{1, nil}})))
	assert.False(t, steps[0].Equal(steps[1]))
	assert.Equal(t, "set_user_metadata", steps[0].String())
	assert.Equal(t, "{}", text(t, actions.Step{}))
	assert.ErrorIs(t, new(actions.Step).UnmarshalJSON([]byte(`{`)), metadata.ErrSyntax)
	assert.ErrorIs(t, new(actions.Step).UnmarshalJSON([]byte(`5`)), user.ErrMistyped)
	assert.ErrorIs(t, new(actions.Step).UnmarshalJSON([]byte(`{}`)), user.ErrUnknownValue)
}

// A setter that Run refuses for its arguments has no text, which would read as another
// setter.
func TestStepWithoutText(t *testing.T) {
	for want, s := range map[metadata.Fault]actions.Step{
		metadata.ErrType: actions.SetUserMetadata("k", make(chan int)),
		metadata.ErrUTF8: actions.SetAppMetadata("k\xff", 1),
	} {
		_, err := json.Marshal([]actions.Step{s})
		require.ErrorIs(t, err, want)
		var es metadata.Errors
		require.ErrorAs(t, err, &es)
	}
	assert.Equal(t, `{"set_user_metadata":["k"]}`, text(t, actions.SetUserMetadata("k", metadata.Value{})), "undefined")
}

// Elements that are not steps are errors with their pointers, at most 1,000 of them.
func TestParseStepsErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                    "",
		`null`:                                  "",
		`[1,{"deny":true},null]`:                "/0 /2",
		`[{}]`:                                  "/0",
		`[{"deny":true,"redirect":true}]`:       "/0",
		`[{"deny":false}]`:                      "/0/deny",
		`[{"deny":null}]`:                       "/0/deny",
		`[{"denies":true}]`:                     "/0/denies",
		`[{"":true}]`:                           "/0/",
		`[{"set_user_metadata":[]}]`:            "/0/set_user_metadata",
		`[{"set_user_metadata":null}]`:          "/0/set_user_metadata",
		`[{"set_user_metadata":{"a":1}}]`:       "/0/set_user_metadata",
		`[{"set_user_metadata":[1,2]}]`:         "/0/set_user_metadata/0",
		`[{"set_user_metadata":["a",1,2]}]`:     "/0/set_user_metadata/2",
		`[{"set_primary_user":null}]`:           "/0/set_primary_user",
		`[{"management_update":null}]`:          "/0/management_update",
		`[{"management_update":{"a":1,"a":2}}]`: "/0/management_update/a",
	} {
		_, err := actions.ParseSteps([]byte(text))
		var es metadata.Errors
		require.ErrorAs(t, err, &es, text)
		var pointers []string
		for _, e := range es {
			pointers = append(pointers, e.Pointer)
		}
		assert.Equal(t, want, strings.Join(pointers, " "), text)
	}

	for n, want := range map[int]int{1000: 1000, 1001: 1001, 5000: 1001} {
		_, err := actions.ParseSteps([]byte("[" + strings.Repeat("1,", n-1) + "1]"))
		var es metadata.Errors
		require.ErrorAs(t, err, &es)
		assert.Len(t, es, want)
		assert.Equal(t, n > 1000, errors.Is(err, metadata.ErrMore))
	}
}

// Parsed steps are written as the JSON values that were read, and run on every trigger.
func FuzzSteps(f *testing.F) {
	f.Add([]byte(`[{"set_user_metadata":["a",{"__proto__":1e400}]},{"set_primary_user":"x"},{"redirect":true},{"management_update":{"a":[]}},{"set_app_metadata":["\u0000"]}]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		steps, err := actions.ParseSteps(in)
		if err != nil {
			return
		}
		out := text(t, steps)
		var got, want metadata.Value
		require.NoError(t, got.UnmarshalJSON([]byte(out)))
		require.NoError(t, want.UnmarshalJSON(in))
		if !got.Equal(want) {
			t.Fatalf("%s is written as %s", in, out)
		}
		for _, tr := range actions.Triggers() {
			replays(t, actions.Stage{Trigger: tr, User: kim}, steps)
		}
	})
}
