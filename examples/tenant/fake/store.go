package fake

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// store keeps users.
//
// A change of a user holds the lock of its record from the read to the write. The store's
// lock is held only to look records up and to commit. A record is locked before the store,
// and the older one of two records first.
type store struct {
	identifies func(connection string) bool // whether e-mails, usernames and phone numbers are unique

	mu      sync.RWMutex
	last    uint64
	order   []*record // by seq: as they were added
	unique  map[key]*record
	byEmail map[string][]*record // in lower case
}

// record holds the current state of a user.
type record struct {
	seq  uint64
	mu   sync.Mutex
	keys []key                     // of now
	now  atomic.Pointer[committed] // nil once the user is gone

	granted atomic.Pointer[granted] // nil: nothing
}

// committed is one state of a user. It is never changed.
type committed struct {
	user.Profile
	text   []byte          // its JSON
	object metadata.Object // of text
}

// key is a value that only one user can have.
type key struct{ attribute, scope, value string }

func newStore(identifies func(string) bool) *store {
	return &store{identifies: identifies, unique: map[key]*record{}, byEmail: map[string][]*record{}}
}

func userKey(id user.ID) key { return key{"user_id", "", string(id)} }

// identityKey returns the key of an identity, whether or not its id has the provider as a
// prefix.
func identityKey(provider string, id user.ID) key {
	return key{"identity", provider, strings.TrimPrefix(string(id), provider+"|")}
}

// keysOf returns the keys of p.
func (s *store) keysOf(p *user.Profile) []key {
	id, _ := p.UserID.Get()
	keys := []key{userKey(id)}
	for i, identity := range p.Identities {
		keys = append(keys, identityKey(identity.Provider.Or(""), identity.UserID.Or("")))
		connection := identity.Connection.Or("")
		if !s.identifies(connection) {
			continue
		}
		for attribute, own := range identifiers(p) {
			if i > 0 { // a linked identity keeps its own values
				own, _ = identity.ProfileData.At("/" + attribute).Str()
			}
			if own != "" {
				keys = append(keys, key{attribute, connection, strings.ToLower(own)})
			}
		}
	}
	return keys
}

// identifiers yields the attributes that are unique in a connection.
func identifiers(p *user.Profile) iter.Seq2[string, string] {
	return func(yield func(attribute, value string) bool) {
		_ = yield("email", p.Email.Or("")) && yield("username", p.Username.Or("")) && yield("phone_number", p.PhoneNumber.Or(""))
	}
}

// conflict returns the error for a key that another user has already.
type conflict struct{ attribute string }

func (c conflict) Error() string { return c.attribute + " is taken" }

// find returns the record that has k, or nil.
func (s *store) find(k key) *record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.unique[k]
}

// get returns the user with that id, or nil.
func (s *store) get(id user.ID) *committed {
	if r := s.find(userKey(id)); r != nil {
		return r.now.Load()
	}
	return nil
}

// add adds a user. The error is a conflict.
func (s *store) add(p user.Profile) error { return s.commit(nil, p) }

// change replaces the user with that id. f returns the changed user and any user that is
// detached from it, or none to delete the user. The error is noUser, a conflict, or that
// of f.
func (s *store) change(id user.ID, f func(user.Profile) ([]user.Profile, error)) error {
	r := s.find(userKey(id))
	if r == nil {
		return noUser
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now.Load()
	if now == nil {
		return noUser
	}
	after, err := f(now.Profile)
	if err != nil {
		return err
	}
	return s.commit([]*record{r}, after...)
}

// join replaces two users, the one with that id and the one that has k, with the user
// that f returns. Both can be the same. The error is noUser, none if no user has k, a
// conflict, or that of f.
func (s *store) join(id user.ID, k key, none error, f func(one, other user.Profile) (user.Profile, error)) error {
	for {
		one, other := s.find(userKey(id)), s.find(k)
		if one == nil {
			return noUser
		}
		if other == nil {
			return none
		}
		unlock := lock(one, other)
		if s.find(userKey(id)) != one || s.find(k) != other { // they changed before they were locked
			unlock()
			continue
		}
		defer unlock()
		p, err := f(one.now.Load().Profile, other.now.Load().Profile)
		if err != nil {
			return err
		}
		return s.commit([]*record{one, other}, p)
	}
}

// lock locks two records, which can be the same, and returns the function that unlocks
// them.
func lock(a, b *record) (unlock func()) {
	if a == b {
		a.mu.Lock()
		return a.mu.Unlock
	}
	if a.seq > b.seq {
		a, b = b, a
	}
	a.mu.Lock()
	b.mu.Lock()
	return func() { b.mu.Unlock(); a.mu.Unlock() }
}

// commit replaces the users of the locked records with the given users, in order. Users
// of further records are deleted, and further users are added. Readers see all of it or
// nothing. If the error is a conflict, nothing changes.
func (s *store) commit(records []*record, users ...user.Profile) error {
	type entry struct {
		now  *committed
		keys []key
	}
	entries := make([]entry, len(users))
	for i, p := range users {
		// Without the text of the request, which may hold a password.
		text := p.AppendJSON(nil)
		o, err := metadata.Parse(text)
		if err != nil {
			return err
		}
		p, err := user.Parse(text)
		if err != nil {
			return err
		}
		entries[i] = entry{&committed{p, text, o}, s.keysOf(&p)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		for _, k := range e.keys {
			if r := s.unique[k]; r != nil && !slices.Contains(records, r) {
				return conflict{k.attribute}
			}
		}
	}
	for _, r := range records {
		s.unindex(r)
	}
	for i, e := range entries {
		if i < len(records) {
			s.index(records[i], e.now, e.keys)
			continue
		}
		s.last++
		r := &record{seq: s.last}
		s.order = append(s.order, r)
		s.index(r, e.now, e.keys)
	}
	for _, r := range records[min(len(records), len(users)):] {
		r.now.Store(nil)
		at, _ := slices.BinarySearchFunc(s.order, r.seq, bySeq)
		s.order = slices.Delete(s.order, at, at+1)
	}
	return nil
}

func bySeq(r *record, seq uint64) int { return cmp.Compare(r.seq, seq) }

func (s *store) index(r *record, now *committed, keys []key) {
	r.now.Store(now)
	r.keys = keys
	for _, k := range keys {
		s.unique[k] = r
	}
	if email := strings.ToLower(now.Email.Or("")); email != "" {
		list := s.byEmail[email]
		at, _ := slices.BinarySearchFunc(list, r.seq, bySeq)
		s.byEmail[email] = slices.Insert(list, at, r)
	}
}

func (s *store) unindex(r *record) {
	for _, k := range r.keys {
		delete(s.unique, k)
	}
	email := strings.ToLower(r.now.Load().Email.Or(""))
	list := slices.DeleteFunc(s.byEmail[email], func(x *record) bool { return x == r })
	if s.byEmail[email] = list; len(list) == 0 {
		delete(s.byEmail, email)
	}
}

// withEmail returns the users with that e-mail in any case, in their order.
func (s *store) withEmail(email string) []*committed {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return load(s.byEmail[strings.ToLower(email)])
}

// all returns every user, in their order.
func (s *store) all() []*committed {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return load(s.order)
}

// page returns the users from the start-th on, in their order, and how many there
// are.
func (s *store) page(start, length int) (list []*committed, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	total = len(s.order)
	start = min(start, total)
	return load(s.order[start:min(start+length, total)]), total
}

func load(records []*record) []*committed {
	list := make([]*committed, len(records))
	for i, r := range records {
		list[i] = r.now.Load()
	}
	return list
}
