package main

import (
	"net/http/httptest"
	"testing"

	"github.com/auth0/go-auth0/management"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/goauth0/internal/rig"
	"github.com/metameld/metameld/user"
)

func TestRun(t *testing.T) {
	tenant := rig.New(t)
	srv := httptest.NewServer(tenant)
	defer srv.Close()
	require.NoError(t, run(t.Context(), rig.Ann, "annie", srv.URL, management.WithInsecure()))
	assert.Equal(t, user.Set("annie"), tenant.User(t, rig.Ann).Nickname)

	_ = tenant.Requests("PATCH")
	err := run(t.Context(), rig.Ann, "", srv.URL, management.WithInsecure())
	assert.ErrorContains(t, err, "guard: ")
	assert.Empty(t, tenant.Requests("PATCH"))
}
