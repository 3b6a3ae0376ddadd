package fake_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// Each of several writers counts in its own member of one user's metadata. Each answer
// has the writer's count, no reader reads a count that falls, and none is lost.
func TestNoUpdateIsLost(t *testing.T) {
	const writers, updates = 16, 100
	r := start(t, fake.Options{})
	ann := r.ann(`{}`)
	var writing, reading sync.WaitGroup
	var done atomic.Bool
	for w := range writers {
		writing.Go(func() {
			for n := 1; n <= updates; n++ {
				a := r.do("PATCH", "users/"+ann, fmt.Sprintf(`{"user_metadata":{"w%d":%d}}`, w, n))
				if a.status != 200 || counts(t, a.body)[fmt.Sprintf("w%d", w)] != n {
					t.Errorf("the answer to update %d of writer %d is %d %s", n, w, a.status, a.body)
				}
			}
		})
	}
	for range 2 {
		reading.Go(func() {
			for last := map[string]int{}; !done.Load(); {
				now := counts(t, r.do("GET", "users/"+ann, "").body)
				for name, n := range last {
					if now[name] < n {
						t.Errorf("%s fell from %d to %d", name, n, now[name])
					}
				}
				last = now
			}
		})
	}
	writing.Wait()
	done.Store(true)
	reading.Wait()
	last := counts(t, r.do("GET", "users/"+ann, "").body)
	assert.Len(t, last, writers)
	for name, n := range last {
		assert.Equal(t, updates, n, name)
	}
}

// counts returns user_metadata.
func counts(t *testing.T, user string) map[string]int {
	var u struct {
		Metadata map[string]int `json:"user_metadata"`
	}
	if err := json.Unmarshal([]byte(user), &u); err != nil {
		t.Error(err)
	}
	return u.Metadata
}

// While users are linked, unlinked, changed, created and deleted concurrently, each
// identity is part of one user.
func TestConcurrentLinks(t *testing.T) {
	const users, rounds = 6, 60
	r := start(t, fake.Options{})
	for i := range users {
		r.create(fmt.Sprintf(`{"connection":"%s","email":"user%d@example.com","password":"p","user_id":"%d"}`, db, i, i))
	}
	var writing, reading sync.WaitGroup
	var done atomic.Bool
	for w := range 2 * users {
		writing.Go(func() {
			for n := range rounds {
				r.changeLinks(w%users, (w+n)%users, n, fmt.Sprintf("extra%d-%d", w, n))
			}
		})
	}
	reading.Go(func() {
		for !done.Load() {
			checkIdentities(t, r, users)
		}
	})
	writing.Wait()
	done.Store(true)
	reading.Wait()
	checkIdentities(t, r, users)
	checkIndexes(t, r, users)
}

// changeLinks makes the nth change of the user with the id one. extra is the id of a
// user who is created and deleted again.
func (r *rig) changeLinks(one, other, n int, extra string) {
	switch n % 4 {
	case 0, 1:
		r.do("POST", fmt.Sprintf("users/auth0%%7C%d/identities", one), fmt.Sprintf(`{"provider":"auth0","user_id":"%d"}`, other))
	case 2:
		r.do("DELETE", fmt.Sprintf("users/auth0%%7C%d/identities/auth0/%d", one, other), "")
	case 3:
		r.do("PATCH", fmt.Sprintf("users/auth0%%7C%d", one), fmt.Sprintf(`{"email":"user%d-%d@example.com"}`, one, n))
		r.do("POST", "users", fmt.Sprintf(`{"connection":"%s","email":"%s@example.com","password":"p","user_id":"%s"}`, db, extra, extra))
		r.do("DELETE", "users/auth0%7C"+extra, "")
	}
}

// checkIdentities checks that each identity is part of one exported user.
func checkIdentities(t *testing.T, r *rig, users int) {
	seen := map[string]int{}
	for line := range strings.Lines(r.do("GET", "/tenant/export", "").body) {
		var u struct {
			Identities []struct {
				UserID string `json:"user_id"`
			}
		}
		if err := json.Unmarshal([]byte(line), &u); err != nil {
			t.Error(err)
		}
		for _, i := range u.Identities {
			seen[i.UserID]++
		}
	}
	for i := range users {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("identity %d is part of %d users", i, n)
		}
	}
}

// checkIndexes unlinks all identities, and checks that every index agrees with the
// users.
func checkIndexes(t *testing.T, r *rig, users int) {
	for i := range users {
		for j := range users {
			r.do("DELETE", fmt.Sprintf("users/auth0%%7C%d/identities/auth0/%d", i, j), "")
		}
	}
	for i := range users {
		a := r.do("GET", fmt.Sprintf("users/auth0%%7C%d", i), "")
		require.Equal(t, 200, a.status)
		email := strings.Trim(field(t, a.body, "email"), `"`)
		assert.Equal(t, []string{email}, emails(t, r.do("GET", "users-by-email?email="+email, "").body))
		assert.Equal(t, 409, r.do("POST", "users", `{"connection":"`+db+`","email":"`+email+`","password":"p"}`).status)
		assert.Equal(t, 204, r.do("DELETE", fmt.Sprintf("users/auth0%%7C%d", i), "").status)
		r.create(`{"connection":"` + db + `","email":"` + email + `","password":"p"}`)
	}
	assert.Len(t, emails(t, r.do("GET", "users", "").body), users)
}
