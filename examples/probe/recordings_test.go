package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/recordings"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// everything is what a recorded answer shows, apart from times.
var everything = []string{
	"/user_id", "/email", "/email_verified", "/username", "/phone_number", "/phone_verified", "/name", "/nickname", "/given_name", "/family_name",
	"/picture", "/blocked", "/identities", "/user_metadata", "/app_metadata", "/last_password_reset" + present,
}

// recorded returns the exchange and the profile that a recording answers.
func recorded(t *testing.T, x recordings.Exchange) (exchange, user.Profile) {
	t.Helper()
	e := exchange{body: x.Request}
	parse := func(text []byte) user.Profile {
		if text == nil {
			return user.Profile{}
		}
		if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
			text = slices.Concat([]byte(`{"identities":`), text, []byte("}"))
		}
		p, err := user.Parse(text)
		require.NoError(t, err)
		return p
	}
	e.before, e.second = parse(x.Before), parse(x.BeforeSecondary)
	switch x.Kind {
	case "create":
		e.path = usersPath
	case "update":
		e.path = userPath
	case "link":
		e.path = identitiesPath
	case "unlink":
		e.path = identitiesPath + "/auth0/"
		provider, id := x.Unlinked(t)
		e.provider, e.identity = provider, user.ID(id)
	}
	return e, parse(x.Response)
}

// Answers that were recorded from the API give the readings that they show, and contradict
// none. The readings are those of the catalogue, found by the code that judges a probe.
func TestRecordings(t *testing.T) {
	found := map[rule.ID]map[string]int{}
	n := 0
	for _, x := range recordings.Load(t) {
		if !slices.Contains([]string{"create", "update", "link", "unlink"}, x.Kind) {
			continue
		}
		e, after := recorded(t, x)
		watch := everything
		if e.path == identitiesPath || strings.HasPrefix(e.path, identitiesPath+"/") {
			watch = []string{"/identities"}
		}
		at := user.Target{Connection: user.Connection{Kind: user.Database, Strategy: "auth0"}, Sources: rule.Lenient}
		if e.path == usersPath {
			watch = slices.DeleteFunc(slices.Clone(watch), func(p string) bool {
				return after.Identities != nil && (p == "/user_id" || p == "/identities") && !bytes.Contains(e.body, []byte(`"user_id"`))
			})
		}
		seen := outcome{watched: see(after, watch)}
		n++
		for _, r := range rule.All() {
			if len(r.Readings) == 0 {
				continue
			}
			predicted, err := predictions(e, r.ID, at, watch)
			require.NoError(t, err, x.ID)
			fit := fitting(r.ID, predicted, seen)
			assert.NotEmpty(t, fit, "%s: %s: no reading predicts the answer", x.ID, r.ID)
			if len(fit) == len(r.Readings) {
				continue
			}
			if found[r.ID] == nil {
				found[r.ID] = map[string]int{}
			}
			for _, name := range fit {
				found[r.ID][name]++
			}
		}
	}
	assert.Equal(t, 83, n)
	assert.Equal(t, map[rule.ID]map[string]int{
		rule.SecondaryConnection: {"secondary": 5},
		rule.MetadataWipe:        {"app-metadata-absent": 1},
		rule.PrimaryProfileData:  {"shown": 4},
	}, found)
}
