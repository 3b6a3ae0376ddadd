package mask_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/mask"
	"github.com/metameld/metameld/metadata"
)

// A change of a profile is masked as the profile is; other values stay.
func TestChange(t *testing.T) {
	for _, x := range []struct{ pointer, value, want string }{
		{"/access_token", `"t"`, `"********"`},
		{"/access_token", `null`, `null`},
		{"/refresh_token/a/b", `1`, `"********"`},
		{"/profileData", `{"id_token":"t","a":1}`, `{"id_token":"********","a":1}`},
		{"/profileData", `"t"`, `"t"`},
		{"/profileData/id_token", `"t"`, `"********"`},
		{"/profileData/a", `"t"`, `"t"`},
		{"/identities", `[{"a":1, "access_token":"t","profileData":{"refresh_token":"t"}},{}]`, `[{"a":1,"access_token":"********","profileData":{"refresh_token":"********"}},{}]`},
		{"/identities", `[{"a":1}]`, `[{"a":1}]`},
		{"/identities", `["t",{"access_token":null}]`, `["********",{"access_token":null}]`},
		{"/identities", `{"a":1}`, `"********"`},
		{"/identities", `null`, `null`},
		{"/identities/a", `1`, `"********"`},
		{"/app_metadata/access_token", `"t"`, `"t"`},
		{"/user_metadata/identities", `["t"]`, `["t"]`},
		{"/user_metadata", `{"access_token":"t"}`, `{"access_token":"t"}`},
		{"/name", `"t"`, `"t"`},
	} {
		v := metadata.MustValue(x.value)
		got := mask.Change(metadata.Change{Pointer: x.pointer, Kind: metadata.Replaced, From: v, To: v})
		assert.Equal(t, x.want, got.From.String(), x.pointer)
		assert.Equal(t, x.want, got.To.String(), x.pointer)
		added := mask.Change(metadata.Change{Pointer: x.pointer, Kind: metadata.Added, To: v})
		assert.True(t, added.From.IsZero(), x.pointer)
		assert.Equal(t, x.want, added.To.String(), x.pointer)
	}
}
