// Package recordings reads recorded exchanges with the Management API from a directory
// beside the checkout. They are not part of the repository: tests that want them are
// skipped if they are absent.
package recordings

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Exchange is one recorded request and its answer.
type Exchange struct {
	ID              string          `json:"id"`
	Kind            string          `json:"kind"` // create, get, list, update, link, unlink
	Path            string          `json:"path"`
	UserID          string          `json:"user_id"`
	Request         json.RawMessage `json:"request"`
	Status          int             `json:"status"`
	Response        json.RawMessage `json:"response"`
	Before          json.RawMessage `json:"before"`           // the profile last seen; see Load
	BeforeSecondary json.RawMessage `json:"before_secondary"` // of a link
	NextGet         json.RawMessage `json:"next_get"`
}

// Load returns the recorded exchanges. It skips the test if there are none.
//
// An update or a link whose Before is absent gets one from the other exchanges
// about that user: the newest profile, of an update the newest that is older. Of
// one update there is none, and its answer stands in: to repeat it changes nothing.
func Load(t testing.TB) []Exchange {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..")
	text, err := os.ReadFile(filepath.Join(root, "..", "shared", "semantics", "recordings.json"))
	if os.IsNotExist(err) {
		t.Skip("no recordings beside this checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []Exchange
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("the recordings are empty")
	}
	for i := range list {
		if x := &list[i]; x.Before == nil && (x.Kind == "update" || x.Kind == "link") {
			x.Before = newest(list, *x)
		}
	}
	return list
}

// Of returns the recorded exchanges of one kind, as [Load] does.
func Of(t testing.TB, kind string) []Exchange {
	t.Helper()
	list := slices.DeleteFunc(Load(t), func(x Exchange) bool { return x.Kind != kind })
	if len(list) == 0 {
		t.Fatalf("no recorded %s", kind)
	}
	return list
}

// Unlinked returns the identity that the path of an unlink names.
func (x Exchange) Unlinked(t testing.TB) (provider, id string) {
	t.Helper()
	_, rest, _ := strings.Cut(x.Path, "/identities/")
	provider, id, _ = strings.Cut(rest, "/")
	id, err := url.PathUnescape(id)
	if err != nil {
		t.Fatal(x.ID, err)
	}
	return provider, id
}

// newest returns the newest profile of the user whom x is about.
func newest(list []Exchange, x Exchange) (u json.RawMessage) {
	updated := func(text json.RawMessage) string {
		var p struct {
			UpdatedAt string `json:"updated_at"`
		}
		_ = json.Unmarshal(text, &p) // a list of identities has none
		return p.UpdatedAt
	}
	for _, y := range list {
		at := updated(y.Response)
		if y.UserID == x.UserID && at > updated(u) && (x.Kind == "link" || at < updated(x.Response)) {
			u = y.Response
		}
	}
	if u == nil {
		return x.Response
	}
	return u
}

// Users returns every profile in the exchanges, with the exchange's id.
func Users(t testing.TB, list []Exchange) map[string][]json.RawMessage {
	t.Helper()
	users := make(map[string][]json.RawMessage)
	add := func(id string, text json.RawMessage) {
		if len(text) > 0 && text[0] == '{' {
			users[id] = append(users[id], text)
		}
	}
	for _, x := range list {
		add(x.ID, x.Before)
		add(x.ID, x.BeforeSecondary)
		add(x.ID, x.NextGet)
		switch x.Kind {
		case "create", "get", "update":
			add(x.ID, x.Response)
		case "list":
			var page struct{ Users []json.RawMessage }
			if json.Unmarshal(x.Response, &page) != nil {
				if err := json.Unmarshal(x.Response, &page.Users); err != nil {
					t.Fatal(x.ID, err)
				}
			}
			for _, u := range page.Users {
				add(x.ID, u)
			}
		}
	}
	return users
}
