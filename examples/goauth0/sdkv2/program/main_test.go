package main

import (
	"testing"

	"github.com/auth0/go-auth0/v2/management/option"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/goauth0/internal/rig"
	"github.com/metameld/metameld/user"
)

func TestRun(t *testing.T) {
	tenant, url := rig.Start(t)
	require.NoError(t, run(t.Context(), rig.Ann, "annie", url, option.WithInsecure()))
	assert.Equal(t, user.Set("annie"), tenant.User(t, rig.Ann).Nickname)

	_ = tenant.Requests("PATCH")
	err := run(t.Context(), rig.Ann, "", url, option.WithInsecure())
	assert.ErrorContains(t, err, "guard: ")
	assert.Empty(t, tenant.Requests("PATCH"))
}
