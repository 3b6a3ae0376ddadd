package fake

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

func person(id, connection, email string) user.Profile {
	return user.Profile{
		UserID: user.Set(user.ID("auth0|" + id)), Email: user.Set(email),
		Identities: []user.Identity{{Provider: user.Set("auth0"), UserID: user.Set(user.ID(id)), Connection: user.Set(connection)}},
	}
}

// Concurrent creations, links, unlinks and deletions do not deadlock, and leave indexes
// that agree with the users.
func TestConcurrentStore(t *testing.T) {
	const users, workers, rounds = 3, 8, 3000
	s := newStore(func(string) bool { return true })
	id := func(n int) user.ID { return user.ID("auth0|" + strconv.Itoa(n)) }
	var working sync.WaitGroup
	for w := range workers {
		working.Go(func() {
			for n := range rounds {
				one, other := (w+n)%users, (w+n/3)%users
				var err error
				switch (w + n) % 5 {
				case 0:
					err = s.add(person(strconv.Itoa(one), "db", fmt.Sprintf("%d@example.com", one)))
				case 1, 2:
					key := identityKey("auth0", user.ID(strconv.Itoa(other)))
					err = s.join(id(one), key, noUser, func(u, v user.Profile) (user.Profile, error) {
						if len(v.Identities) > 1 {
							return u, noUser
						}
						out, err := identities.Link(u, v, user.Target{})
						return out.Profile, err
					})
				case 3:
					err = s.change(id(one), func(u user.Profile) ([]user.Profile, error) {
						out, err := identities.Unlink(u, "auth0", user.ID(strconv.Itoa(other)))
						if err != nil || out.Detached.UserID.IsZero() {
							return []user.Profile{u}, err
						}
						return []user.Profile{out.Profile, out.Detached}, nil
					})
				case 4:
					err = s.change(id(one), func(user.Profile) ([]user.Profile, error) { return nil, nil })
				}
				var had conflict
				var v rule.Violation
				if err != nil && !errors.Is(err, noUser) && !errors.As(err, &had) && !errors.As(err, &v) {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan bool)
	go func() { working.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("the store is deadlocked")
	}
	for _, u := range s.all() {
		require.NoError(t, s.change(u.UserID.Or(""), func(user.Profile) ([]user.Profile, error) { return nil, nil }))
	}
	assert.Empty(t, s.order)
	assert.Empty(t, s.unique)
	assert.Empty(t, s.byEmail)
}

// rename changes the e-mail of a user.
func rename(t *testing.T, s *store, id user.ID, email string) {
	t.Helper()
	require.NoError(t, s.change(id, func(u user.Profile) ([]user.Profile, error) {
		u.Email = user.Set(email)
		return []user.Profile{u}, nil
	}))
}

// Users with equal e-mails are found in the order in which they were added, also after
// one of them had another e-mail, and in connections with or without unique e-mails.
func TestOrderByEmail(t *testing.T) {
	for _, unique := range []bool{true, false} {
		s := newStore(func(string) bool { return unique })
		found := func(email string) (ids []user.ID) {
			for _, u := range s.withEmail(email) {
				ids = append(ids, u.UserID.Or(""))
			}
			return ids
		}
		for i := range 3 {
			require.NoError(t, s.add(person(strconv.Itoa(i), "db"+strconv.Itoa(i), "a@example.com")))
		}
		rename(t, s, "auth0|1", "b@example.com")
		assert.Equal(t, []user.ID{"auth0|0", "auth0|2"}, found("a@example.com"))
		assert.Equal(t, []user.ID{"auth0|1"}, found("b@example.com"))
		rename(t, s, "auth0|1", "a@example.com")
		assert.Equal(t, []user.ID{"auth0|0", "auth0|1", "auth0|2"}, found("A@example.com"))
		assert.Empty(t, found("b@example.com"))
	}
}

// all returns a consistent snapshot: of two writes in sequence, it never has the second
// one only.
func TestAllIsASnapshot(t *testing.T) {
	const users, rounds = 1000, 5000
	s := newStore(func(string) bool { return true })
	for i := range users {
		require.NoError(t, s.add(person(strconv.Itoa(i), "db", fmt.Sprintf("%d@example.com", i))))
	}
	first, last := user.ID("auth0|0"), user.ID("auth0|"+strconv.Itoa(users-1))
	count := func(n int64) func(user.Profile) ([]user.Profile, error) {
		return func(u user.Profile) ([]user.Profile, error) {
			u.LoginsCount = user.Set(n)
			return []user.Profile{u}, nil
		}
	}
	done := make(chan error)
	go func() {
		var err error
		for n := range int64(rounds) {
			err = errors.Join(err, s.change(first, count(n+1)), s.change(last, count(n+1)))
		}
		done <- err
	}()
	for {
		select {
		case err := <-done:
			require.NoError(t, err)
			return
		default:
			all := s.all()
			a, b := all[0].LoginsCount.Or(0), all[users-1].LoginsCount.Or(0)
			require.True(t, a == b || a == b+1, "the first has %d, the last %d", a, b)
		}
	}
}
