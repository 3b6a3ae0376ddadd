package fake

import "slices"

// found returns the users for whom a search holds, in the order in which they were added.
func (t *Tenant) found(c condition) []*committed {
	list, ok := t.store.candidates(c)
	if !ok {
		list = t.store.all()
	}
	if c == nil {
		return list
	}
	return slices.DeleteFunc(list, func(u *committed) bool { return !c.holds(u) })
}

// candidates returns the users with the e-mail that c asks for. It reports false if c
// does not ask for one.
func (s *store) candidates(c condition) ([]*committed, bool) {
	switch c := c.(type) {
	case term:
		if c.phrase != "" && len(c.path) == 1 && c.path[0] == "email" {
			return s.withEmail(c.phrase), true
		}
	case every:
		for _, x := range c {
			if list, ok := s.candidates(x); ok {
				return list, true
			}
		}
	}
	return nil, false
}
