package fake_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// exported is a user as a line of the export has it.
type exported struct {
	ID         string `json:"user_id"`
	Email      string `json:"email"`
	Identities []struct {
		Provider string `json:"provider"`
		UserID   string `json:"user_id"`
	} `json:"identities"`
	Metadata map[string]int `json:"user_metadata"`
}

// exportOf reads the export, in which every user is that of the first identity and
// no identity is that of two users.
func exportOf(t *testing.T, r *rig) map[string]exported {
	users, owner := map[string]exported{}, map[string]string{}
	for line := range strings.Lines(r.do("GET", "/tenant/export", "").body) {
		var u exported
		if err := json.Unmarshal([]byte(line), &u); err != nil {
			t.Error(err)
		}
		users[u.ID] = u
		if len(u.Identities) == 0 || u.Identities[0].Provider+"|"+u.Identities[0].UserID != u.ID {
			t.Errorf("%s is not a user of the first identity of %v", u.ID, u.Identities)
		}
		for _, i := range u.Identities {
			id := i.Provider + "|" + i.UserID
			if owner[id] != "" {
				t.Errorf("%s is part of %s and of %s", id, owner[id], u.ID)
			}
			owner[id] = u.ID
		}
	}
	return users
}

// Whatever is done to the same few users at once, deleting them included, is
// answered in order, and leaves users that are whole: TestConcurrentLinks shows that
// without a deletion none goes. Each worker counts in a member of its own in one
// user, to whom others are linked all the while; no count is lost.
func TestEverythingAtOnce(t *testing.T) {
	const workers, rounds, contested = 8, 150, 4
	r := start(t, fake.Options{})
	fresh := func(id string) string {
		return `{"connection":"` + db + `","user_id":"` + id + `","email":"` + id + `@example.com","password":"p"}`
	}
	r.create(fresh("anchor"))
	statuses := map[string]string{
		"GET": "200 400 404", "POST": "201 400 404 409", "PATCH": "200 400 404", "DELETE": "200 204 400 404",
	}
	do := func(method, path, body string) answer {
		a := r.do(method, path, body)
		if !strings.Contains(statuses[method], fmt.Sprint(a.status)) ||
			a.status >= 400 && !strings.HasPrefix(a.body, fmt.Sprintf(`{"statusCode":%d,`, a.status)) {
			t.Errorf("%s %s is answered %d %s", method, path, a.status, a.body)
		}
		return a
	}
	counted := make([]int, workers)
	var links atomic.Int64
	var working sync.WaitGroup
	for w := range workers {
		working.Go(func() {
			rnd := rand.New(rand.NewPCG(6, uint64(w)))
			for n := range rounds {
				one, other := fmt.Sprint(rnd.IntN(contested)), fmt.Sprint(rnd.IntN(contested))
				user := "users/auth0%7C" + one
				switch rnd.IntN(10) {
				case 0:
					if do("POST", "users/auth0%7Canchor/identities", `{"provider":"auth0","user_id":"`+one+`"}`).status == 201 {
						links.Add(1)
					}
				case 1:
					do("DELETE", "users/auth0%7Canchor/identities/auth0/"+one, "")
				case 2:
					do("POST", user+"/identities", `{"provider":"auth0","user_id":"`+other+`"}`)
				case 3:
					do("DELETE", user+"/identities/auth0/"+other, "")
				case 4:
					do("DELETE", user, "")
				case 5, 6:
					do("POST", "users", fresh(one))
				case 7:
					counted[w]++
					a := do("PATCH", "users/auth0%7Canchor", fmt.Sprintf(`{"user_metadata":{"w%d":%d}}`, w, counted[w]))
					if a.status != 200 || counts(t, a.body)[fmt.Sprintf("w%d", w)] != counted[w] {
						t.Errorf("the answer to update %d of worker %d is %d %s", counted[w], w, a.status, a.body)
					}
				case 8:
					do("PATCH", user, fmt.Sprintf(`{"email":"%s-%d-%d@example.com"}`, one, w, n))
				case 9:
					do("GET", user, "")
					do("GET", "users?q=email:"+one+"*", "")
					do("GET", "users-by-email?email="+one+"@example.com", "")
					exportOf(t, r)
				}
			}
		})
	}
	working.Wait()
	assert.Positive(t, links.Load())

	want := map[string]int{}
	for w, n := range counted {
		want[fmt.Sprintf("w%d", w)] = n
	}
	users := exportOf(t, r)
	assert.Equal(t, want, users["auth0|anchor"].Metadata)

	// Every index agrees with the users: each is found, and what none has is free.
	assert.Contains(t, r.do("GET", "users?include_totals=true", "").body, fmt.Sprintf(`"total":%d`, len(users)))
	taken := map[string]bool{}
	for id, u := range users {
		assert.Equal(t, 200, r.do("GET", "users/"+id, "").status, id)
		assert.Equal(t, []string{u.Email}, emails(t, r.do("GET", "users-by-email?email="+u.Email, "").body))
		for _, i := range u.Identities {
			taken[i.UserID] = true
		}
	}
	for i := range contested {
		if id := fmt.Sprint(i); taken[id] {
			assert.Equal(t, 409, r.do("POST", "users", fresh(id)).status, id)
		} else {
			r.create(fresh(id))
		}
	}
	for id := range maps.Keys(exportOf(t, r)) {
		require.Equal(t, 204, r.do("DELETE", "users/"+id, "").status)
	}
	assert.Empty(t, exportOf(t, r))
	for _, id := range []string{"anchor", "0", "1", "2", "3"} {
		r.create(fresh(id))
	}
}
