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

// exported is a user in a line of the export.
type exported struct {
	ID         string `json:"user_id"`
	Email      string `json:"email"`
	Identities []struct {
		Provider string `json:"provider"`
		UserID   string `json:"user_id"`
	} `json:"identities"`
	Metadata map[string]int `json:"user_metadata"`
}

// exportOf returns the exported users. It checks that each user_id is that of the first
// identity, and that no identity is part of two users.
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

// contention is a test in which workers change the same few users concurrently. Each
// worker counts in its own member of the metadata of the user anchor.
type contention struct {
	*testing.T
	*rig
	counted []int // by worker
	links   atomic.Int64
}

// The statuses that the answers to each method can have.
var contentionStatuses = map[string]string{
	"GET": "200 400 404", "POST": "201 400 404 409", "PATCH": "200 400 404", "DELETE": "200 204 400 404",
}

// send sends a request and checks the status and the form of the answer.
func (c *contention) send(method, path, body string) answer {
	a := c.do(method, path, body)
	if !strings.Contains(contentionStatuses[method], fmt.Sprint(a.status)) ||
		a.status >= 400 && !strings.HasPrefix(a.body, fmt.Sprintf(`{"statusCode":%d,`, a.status)) {
		c.T.Errorf("%s %s is answered %d %s", method, path, a.status, a.body)
	}
	return a
}

// fresh returns the body that creates the user with that id.
func fresh(id string) string {
	return `{"connection":"` + db + `","user_id":"` + id + `","email":"` + id + `@example.com","password":"p"}`
}

// step makes a random change of the users with the ids one and other, or reads one.
func (c *contention) step(rnd *rand.Rand, worker, n int, one, other string) {
	user := "users/auth0%7C" + one
	switch rnd.IntN(10) {
	case 0:
		if c.send("POST", "users/auth0%7Canchor/identities", `{"provider":"auth0","user_id":"`+one+`"}`).status == 201 {
			c.links.Add(1)
		}
	case 1:
		c.send("DELETE", "users/auth0%7Canchor/identities/auth0/"+one, "")
	case 2:
		c.send("POST", user+"/identities", `{"provider":"auth0","user_id":"`+other+`"}`)
	case 3:
		c.send("DELETE", user+"/identities/auth0/"+other, "")
	case 4:
		c.send("DELETE", user, "")
	case 5, 6:
		c.send("POST", "users", fresh(one))
	case 7:
		c.count(worker)
	case 8:
		c.send("PATCH", user, fmt.Sprintf(`{"email":"%s-%d-%d@example.com"}`, one, worker, n))
	case 9:
		c.send("GET", user, "")
		c.send("GET", "users?q=email:"+one+"*", "")
		c.send("GET", "users-by-email?email="+one+"@example.com", "")
		exportOf(c.T, c.rig)
	}
}

// count counts in the worker's member.
func (c *contention) count(worker int) {
	c.counted[worker]++
	a := c.send("PATCH", "users/auth0%7Canchor", fmt.Sprintf(`{"user_metadata":{"w%d":%d}}`, worker, c.counted[worker]))
	if a.status != 200 || counts(c.T, a.body)[fmt.Sprintf("w%d", worker)] != c.counted[worker] {
		c.T.Errorf("the answer to update %d of worker %d is %d %s", c.counted[worker], worker, a.status, a.body)
	}
}

// Concurrent changes of the same users, deletions included, have valid answers, lose no
// count and leave indexes that agree with the users.
func TestConcurrentRequests(t *testing.T) {
	const workers, rounds, contested = 8, 150, 4
	c := &contention{T: t, rig: start(t, fake.Options{}), counted: make([]int, workers)}
	c.create(fresh("anchor"))
	var working sync.WaitGroup
	for w := range workers {
		working.Go(func() {
			rnd := rand.New(rand.NewPCG(6, uint64(w)))
			for n := range rounds {
				one, other := fmt.Sprint(rnd.IntN(contested)), fmt.Sprint(rnd.IntN(contested))
				c.step(rnd, w, n, one, other)
			}
		})
	}
	working.Wait()
	assert.Positive(t, c.links.Load())

	want := map[string]int{}
	for w, n := range c.counted {
		want[fmt.Sprintf("w%d", w)] = n
	}
	users := exportOf(t, c.rig)
	assert.Equal(t, want, users["auth0|anchor"].Metadata)
	c.checkIndexes(users, contested)
	for id := range maps.Keys(exportOf(t, c.rig)) {
		require.Equal(t, 204, c.do("DELETE", "users/"+id, "").status)
	}
	assert.Empty(t, exportOf(t, c.rig))
	for _, id := range []string{"anchor", "0", "1", "2", "3"} {
		c.create(fresh(id))
	}
}

// checkIndexes checks that each user is found, and that an id can be created again only
// if no user has it.
func (c *contention) checkIndexes(users map[string]exported, contested int) {
	assert.Contains(c.T, c.do("GET", "users?include_totals=true", "").body, fmt.Sprintf(`"total":%d`, len(users)))
	taken := map[string]bool{}
	for id, u := range users {
		assert.Equal(c.T, 200, c.do("GET", "users/"+id, "").status, id)
		assert.Equal(c.T, []string{u.Email}, emails(c.T, c.do("GET", "users-by-email?email="+u.Email, "").body))
		for _, i := range u.Identities {
			taken[i.UserID] = true
		}
	}
	for i := range contested {
		if id := fmt.Sprint(i); taken[id] {
			assert.Equal(c.T, 409, c.do("POST", "users", fresh(id)).status, id)
		} else {
			c.create(fresh(id))
		}
	}
}
