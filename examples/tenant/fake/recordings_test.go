package fake_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/user"
)

// The tenant answers each recorded creation, update, link and unlink as recorded.
func TestRecordings(t *testing.T) {
	methods := map[string]string{"create": http.MethodPost, "update": http.MethodPatch, "link": http.MethodPost, "unlink": http.MethodDelete}
	n := map[string]int{}
	for _, x := range recordings.Load(t) {
		method := methods[x.Kind]
		if method == "" {
			continue
		}
		n[x.Kind]++
		t.Run(x.ID, func(t *testing.T) {
			want := profile(t, x.Response)
			o := fake.Options{Connections: []user.Connection{{Name: want.Identities[0].Connection.Or(""), Strategy: "auth0", Kind: user.Database}}}
			if x.Kind == "create" {
				o.NewID = func() string { return string(want.Identities[0].UserID.Or("")) }
				want.UpdatedAt = want.CreatedAt // one is a millisecond later
			}
			if now, err := want.UpdatedAt.Or("").Time(); err == nil {
				o.Now = func() time.Time { return now }
			}
			r := start(t, o)
			for _, before := range []json.RawMessage{x.Before, x.BeforeSecondary} {
				if before != nil {
					var line bytes.Buffer
					require.NoError(t, json.Compact(&line, before))
					require.NoError(t, r.Seed(&line))
				}
			}
			a := r.do(method, x.Path, string(x.Request))
			require.Equal(t, x.Status, a.status, a.body)
			got := profile(t, []byte(a.body))
			assert.Equal(t, want.LastPasswordReset.IsZero(), got.LastPasswordReset.IsZero())
			got.LastPasswordReset = want.LastPasswordReset // some milliseconds before updated_at
			if !got.Equal(want) {
				t.Errorf("the answer is\n%s\nand was\n%s", a.body, x.Response)
			}
		})
	}
	assert.Equal(t, map[string]int{"create": 58, "update": 16, "link": 4, "unlink": 5}, n)
}

// profile reads an answer: a user, or the identities of a user.
func profile(t *testing.T, text []byte) user.Profile {
	t.Helper()
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		text = append(append([]byte(`{"identities":`), text...), '}')
	}
	p, err := user.Parse(text)
	require.NoError(t, err)
	return p
}
