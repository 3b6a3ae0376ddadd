package fake_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// locked is a buffer for concurrent writers.
type locked struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *locked) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *locked) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// Each request has one log record, without anything of its body and query.
func TestLog(t *testing.T) {
	var out locked
	r := start(t, fake.Options{Log: slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	r.create(`{"connection":"` + db + `","email":"canary@example.com","password":"canary"}`)
	for _, c := range [][3]string{
		{"PATCH", "users/" + annID, `{"password":"canary"}`},
		{"PATCH", "users/" + annID, `{"password":"canary","email":"canary@example.com"}`},
		{"PATCH", "users/" + annID, `{"password":"canary`},
		{"PATCH", "users/" + annID, `{"password":"canary","password":"canary"}`},
		{"PATCH", "users/" + annID, `{"password":["canary"],"canary":"canary"}`},
		{"PATCH", "users/" + annID, `{"user_metadata":{"canary.canary":"canary"}}`},
		{"POST", "users", `{"connection":"canary","password":"canary"}`},
		{"POST", "users", `{"connection":"` + db + `","email":"canary@example.com","password":"canary"}`},
		{"POST", "users/" + annID + "/identities", `{"link_with":"canary"}`},
		{"POST", "/oauth/token", `{"client_secret":"canary"}`},
		{"GET", "users-by-email?email=canary@example.com", ""},
		{"GET", "users?q=canary", ""},
		{"GET", "canary?canary", ""},
	} {
		a := r.do(c[0], c[1], c[2])
		if a.status >= 400 && !strings.Contains(c[2], `canary.canary`) && !strings.Contains(c[2], `"canary":`) {
			assert.NotContains(t, a.body, "canary", "%v", c)
		}
	}
	r.Close() // once the last record is written
	assert.NotContains(t, out.String(), "canary")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	assert.Len(t, lines, 14)
	var record map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[2]), &record))
	assert.Equal(t, "request", record["msg"])
	assert.Equal(t, "WARN", record["level"])
	assert.Equal(t, "PATCH /api/v2/users/{id}", record["route"])
	assert.EqualValues(t, 400, record["status"])
	assert.Equal(t, annID, record["user"])
	assert.Equal(t, "patch.exclusive-attributes", record["rule"])
}
