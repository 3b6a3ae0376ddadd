package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/internal/long"
)

// length is the duration for which the clients work.
var length = long.Pick(300*time.Millisecond, time.Second)

func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(fake.New(fake.Options{}))
	defer srv.Close()
	l := load{url: srv.URL, clients: 16, users: 100, hot: 4}
	r, err := l.run(t.Context(), length)
	require.NoError(t, err)
	assert.Zero(t, r.failed, r)
	assert.Zero(t, r.lost, r)
	assert.EqualValues(t, 16*100, r.counters)
	assert.Positive(t, r.reads)
	assert.Positive(t, r.updates)
}

// The clients detect a server that loses updates, since it reads and writes without a
// lock.
func TestLossIsFound(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := map[string]any{"color": "red"}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		after := map[string]any{}
		for name, v := range now {
			after[name] = v
		}
		mu.Unlock()
		var body struct {
			Metadata map[string]any `json:"user_metadata"`
		}
		_ = json.NewDecoder(r.Body).Decode(&body)
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
			body.Metadata = nil
		}
		for name, v := range body.Metadata {
			after[name] = v
		}
		if r.Method == http.MethodPatch {
			time.Sleep(time.Millisecond)
			mu.Lock()
			now = after
			mu.Unlock()
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"user_id": "one", "user_metadata": after})
	}))
	defer srv.Close()
	l := load{url: srv.URL, clients: 8, users: 1, hot: 1}
	r, err := l.run(t.Context(), length)
	require.NoError(t, err)
	assert.Positive(t, r.lost, r)
}
