package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The server answers with the files of the page only, each with its type and the policy.
func TestServe(t *testing.T) {
	files, err := static()
	require.NoError(t, err)
	files["playground.wasm"], files["wasm_exec.js"] = []byte("\x00asm"), []byte("//")
	h := newHandler(files)
	get := func(method, target, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, http.NoBody)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for name := range files {
		w := get("GET", "/"+name, "")
		assert.Equal(t, 200, w.Code, name)
		assert.NotEmpty(t, w.Header().Get("Content-Type"), name)
		assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
		assert.Equal(t, 304, get("GET", "/"+name, w.Header().Get("ETag")).Code)
	}
	assert.Equal(t, string(files["index.html"]), get("GET", "/", "").Body.String())
	assert.Equal(t, 404, get("GET", "/../main.go", "").Code)
	assert.Equal(t, 405, get("POST", "/", "").Code)
}

// The page has the policy of the server, no inline script or style, and names no other host.
func TestPage(t *testing.T) {
	files, err := static()
	require.NoError(t, err)
	page := string(files["index.html"])
	assert.Contains(t, page, `content="`+policy+`"`)
	assert.NotContains(t, page, "style=")
	assert.NotContains(t, page, "<style")
	assert.Equal(t, strings.Count(page, "<script"), strings.Count(page, "<script src="))
	for name, text := range files {
		rest := strings.ReplaceAll(string(text), "http://www.w3.org/2000/svg", "")
		assert.NotContains(t, rest, "http://", name)
		assert.NotContains(t, rest, "https://", name)
		assert.NotContains(t, rest, "innerHTML", name)
	}
}

// The page can be written as files.
func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	files, err := static()
	require.NoError(t, err)
	require.NoError(t, write(files, dir))
	for name, data := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, data, got)
	}
}

func TestUsage(t *testing.T) {
	assert.Error(t, run([]string{"x"}, nil))
	assert.Error(t, run([]string{"-nonsense"}, nil))
}
