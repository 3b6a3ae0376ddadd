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
		t.Run(v.Name, func(t *testing.T) {
			text := v.Need(t, "user.json")
			switch v.Expect {
			case "passes", "result":
				roundTrip(t, string(text))
				p, err := user.Parse(text)
				require.NoError(t, err)
				if want := v.Section("want.json"); want != nil {
					data := p.ProfileData()
					assert.True(t, data.Equal(metadata.MustParse(string(want))), "profileData is %s", data)
				}
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
				t.Fatalf("expect: %s means nothing here", v.Expect)
			}
		})
	}
}
