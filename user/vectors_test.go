package user_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

func TestVectors(t *testing.T) {
	for _, v := range vectors.Load(t, "user") {
		if v.Op == "" { // package lifecycle runs the others
			t.Run(v.Name, func(t *testing.T) { checkParse(t, v) })
		}
	}
}

// checkParse checks that the profile of a vector is read and written without loss, or
// refused.
func checkParse(t *testing.T, v vectors.Vector) {
	text := v.Need(t, "user.json")
	switch v.Expect {
	case "passes", "result":
		roundTrip(t, string(text))
	case "fault":
		_, err := user.Parse(text)
		var es metadata.Errors
		require.ErrorAs(t, err, &es)
		var pointers []string
		for _, e := range es {
			pointers = append(pointers, e.Pointer)
		}
		assert.Contains(t, pointers, v.Pointer)
	default:
		t.Fatalf("unknown expect: %s", v.Expect)
	}
}
