package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
)

// The faults that a transformation adds to those of the library.
const (
	errTaken   metadata.Fault = "something is there already"
	errPointer metadata.Fault = "not a JSON Pointer to a member"
	errOverlap metadata.Fault = "changed twice"
	errNull    metadata.Fault = "null is set by remove"
)

// transformation says which users are to become what. See the README for its JSON.
type transformation struct {
	where, unless []member // a user has all of the first and none of the others
	rename        []rename
	remove        [][]string
	set           []member
	target        user.Target
	connections   map[string]user.Connection // by name, for the target
}

// member is a place in a user and the value there.
type member struct {
	path  []string
	value metadata.Value
}

type rename struct{ from, to []string }

// parseTransformation returns the transformation in text. Nothing is ignored: what
// is spelled wrong would change other users, or change them otherwise.
func parseTransformation(text []byte) (t transformation, err error) {
	o, err := metadata.Parse(text)
	if err != nil {
		return t, err
	}
	var p parser
	for name, v := range o.All() {
		switch name {
		case "where":
			t.where = p.members(name, v)
		case "unless":
			t.unless = p.members(name, v)
		case "rename":
			for _, m := range p.changed(p.members(name, v)) {
				t.rename = append(t.rename, rename{m.path, p.pointer(m.value, name, metadata.Pointer(m.path...))})
			}
		case "remove":
			i := 0
			for e := range v.Elements() {
				t.remove = append(t.remove, p.pointer(e, name, fmt.Sprint(i)))
				i++
			}
			if v.Kind() != metadata.KindArray {
				p.fault(user.ErrMistyped, name)
			}
		case "set":
			t.set = p.changed(p.members(name, v))
			for _, m := range t.set {
				if m.value.IsNull() {
					p.fault(errNull, name, metadata.Pointer(m.path...))
				}
			}
		case "target":
			p.decode(v, &t.target, name)
		case "connections":
			t.connections = map[string]user.Connection{}
			for key, v := range p.object(v, name).All() {
				c := user.Connection{Name: key}
				p.decode(v, &c, name, key)
				if c.Name == "" {
					c.Name = key
				}
				t.connections[key] = c
			}
		default:
			p.fault(user.ErrUnknownMember, name)
		}
	}
	if p.errs != nil {
		return t, p.errs
	}
	return t, nil
}

// parser collects what is wrong with a transformation.
type parser struct {
	errs  metadata.Errors
	paths [][]string // that are changed
}

func (p *parser) fault(f metadata.Fault, path ...string) {
	p.errs = append(p.errs, &metadata.Error{Fault: f, Pointer: metadata.Pointer(path...)})
}

func (p *parser) object(v metadata.Value, path ...string) metadata.Object {
	o, ok := v.Object()
	if !ok {
		p.fault(user.ErrMistyped, path...)
	}
	return o
}

// members returns the members of v, whose names are pointers.
func (p *parser) members(name string, v metadata.Value) (list []member) {
	for key, v := range p.object(v, name).All() {
		path, ok := metadata.ParsePointer(key)
		if !ok || len(path) == 0 {
			p.fault(errPointer, name, key)
			continue
		}
		list = append(list, member{path, v})
	}
	return list
}

// pointer returns the path to be changed that v is.
func (p *parser) pointer(v metadata.Value, at ...string) []string {
	s, ok := v.Str()
	path, is := metadata.ParsePointer(s)
	if !ok || !is || len(path) == 0 {
		p.fault(errPointer, at...)
		return nil
	}
	p.changed([]member{{path: path}})
	return path
}

// changed notes that the members are changed, each once: nothing depends on the
// order in which they are.
func (p *parser) changed(list []member) []member {
	for _, m := range list {
		for _, q := range p.paths {
			if n := min(len(q), len(m.path)); slices.Equal(q[:n], m.path[:n]) {
				p.fault(errOverlap, m.path...)
			}
		}
		p.paths = append(p.paths, m.path)
	}
	return list
}

// decode decodes v and puts where it stands before the pointers of the faults.
func (p *parser) decode(v metadata.Value, dst any, path ...string) {
	var faults metadata.Errors
	if err := v.Decode(dst); errors.As(err, &faults) {
		for _, e := range faults {
			p.errs = append(p.errs, &metadata.Error{Fault: e.Fault, Pointer: metadata.Pointer(path...) + e.Pointer})
		}
	} else if err != nil {
		p.fault(user.ErrMistyped, path...)
	}
}

// matches reports whether u is to be transformed.
func (t transformation) matches(u metadata.Object) bool {
	has := func(m member) bool {
		v := u.At(metadata.Pointer(m.path...))
		return v.Equal(m.value) || m.value.IsNull() && v.IsZero()
	}
	for _, m := range t.where {
		if !has(m) {
			return false
		}
	}
	return !slices.ContainsFunc(t.unless, has)
}

// apply returns what u is to become. The error is a metadata.Errors.
func (t transformation) apply(u metadata.Object) (metadata.Object, error) {
	var errs metadata.Errors
	put := func(v metadata.Value, path []string) {
		var faults metadata.Errors
		var err error
		if u, err = u.With(v, path...); errors.As(err, &faults) {
			errs = append(errs, faults...)
		}
	}
	for _, r := range t.rename {
		v, ok := u.Get(r.from...)
		if !ok {
			continue
		}
		if _, taken := u.Get(r.to...); taken {
			errs = append(errs, &metadata.Error{Fault: errTaken, Pointer: metadata.Pointer(r.to...)})
			continue
		}
		u = u.Without(r.from...)
		put(v, r.to)
	}
	for _, path := range t.remove {
		u = u.Without(path...)
	}
	for _, m := range t.set {
		put(m.value, m.path)
	}
	if errs != nil {
		return metadata.Object{}, errs
	}
	return u, nil
}

// targetOf returns what is known of the user u.
func (t transformation) targetOf(u user.Profile) user.Target {
	target := t.target
	if len(u.Identities) > 0 {
		if c, ok := t.connections[u.Identities[0].Connection.Or("")]; ok {
			target.Connection = c
		}
	}
	return target
}

// oneLine returns the words of err on one line.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
