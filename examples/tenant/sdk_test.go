package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The packages of the SDK are pinned by the hashes of their contents, without URLs.
func TestLockfile(t *testing.T) {
	text, err := os.ReadFile("sdk/package-lock.json")
	require.NoError(t, err)
	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	require.NoError(t, json.Unmarshal(text, &lock))
	for _, name := range []string{"auth0-4", "auth0-5", "auth0-7"} {
		require.Contains(t, lock.Packages, "node_modules/"+name)
	}
	for name, p := range lock.Packages {
		if name != "" { // the package itself
			assert.NotEmpty(t, p.Version, name)
			assert.NotEmpty(t, p.Integrity, name)
			assert.Empty(t, p.Resolved, name)
		}
	}
}
