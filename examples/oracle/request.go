package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// request holds the arguments of one line as JSON text.
type request map[string][]byte

func read(line []byte) (request, error) {
	o, err := metadata.Parse(line)
	if err != nil {
		return nil, unreadable("", err)
	}
	req := make(request, o.Len())
	for name, v := range o.All() {
		req[name] = []byte(v.String())
	}
	return req, nil
}

// ignored returns the names of the members that the operation does not take, so that a
// caller sees a misspelt one.
func (req request) ignored(op operation) (names []string) {
	takes := strings.Fields(op.takes)
	for name := range req {
		if name != "op" && !slices.Contains(takes, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), 100)]
}

func (req request) has(name string) bool { return req[name] != nil }

// input is the answer for an argument that cannot be read.
func input(name string, err error) error { return unreadable(metadata.Pointer(name), err) }

// unreadable is the answer for a text that cannot be read, at a pointer into the line.
func unreadable(pointer string, err error) error {
	p := &problem{Kind: "input", Pointer: pointer, Message: err.Error()}
	var es metadata.Errors
	if errors.As(err, &es) {
		p.Pointer += es[0].Pointer
		p.Message = string(es[0].Fault)
		if es[0].Fault == user.ErrUnknownValue {
			p.Message += allowed(es[0].Pointer)
		}
		for i, e := range es[1:] {
			if i == 10 {
				p.Message += fmt.Sprintf("; and %d more", len(es)-1-i)
				break
			}
			p.Message += fmt.Sprintf("; %s at %s", e.Fault, pointer+e.Pointer)
		}
	}
	return p
}

// allowed lists the values that the member of a target at pointer takes.
func allowed(pointer string) string {
	path, _ := metadata.ParsePointer(pointer)
	if len(path) == 0 {
		return ""
	}
	var values []string
	switch name := path[len(path)-1]; name {
	case "sources":
		values = []string{rule.Strict.String(), rule.Current.String(), rule.Lenient.String()}
	case "kind":
		for _, k := range []user.Kind{user.Database, user.CustomDatabase, user.Social, user.Enterprise, user.PasswordlessEmail, user.PasswordlessSMS} {
			values = append(values, string(k))
		}
	case "root_attributes":
		values = []string{user.OnEachLogin.String(), user.OnFirstLogin.String(), user.NeverOnLogin.String()}
	case "status":
		values = []string{"required", "optional", "inactive"}
	default: // a policy
		r, _ := rule.Find(rule.ID(name))
		for _, x := range r.Readings {
			values = append(values, x.Name)
		}
	}
	if values == nil {
		return ""
	}
	return "; allowed: " + strings.Join(values, ", ")
}

func missing(name string) error {
	return &problem{Kind: "input", Pointer: metadata.Pointer(name), Message: "this argument is needed"}
}

// argument reads a required argument.
func argument[T any](req request, name string, parse func(text []byte) (T, error)) (v T, err error) {
	if !req.has(name) {
		return v, missing(name)
	}
	if v, err = parse(req[name]); err != nil {
		return v, input(name, err)
	}
	return v, nil
}

// optional reads an argument that can be absent.
func optional[T any](req request, name string, parse func(text []byte) (T, error)) (v T, err error) {
	if !req.has(name) {
		return v, nil
	}
	return argument(req, name, parse)
}

// decoded parses a text into a type with UnmarshalJSON.
func decoded[T any, P interface {
	*T
	UnmarshalJSON([]byte) error
}](text []byte) (v T, err error) {
	err = P(&v).UnmarshalJSON(text)
	return v, err
}

func (req request) text(name string) (string, error) {
	return argument(req, name, func(text []byte) (string, error) {
		v, err := decoded[metadata.Value](text)
		s, ok := v.Str()
		if err == nil && !ok {
			err = errors.New("not a text")
		}
		return s, err
	})
}

func (req request) boolean(name string) (bool, error) {
	return argument(req, name, func(text []byte) (bool, error) {
		v, err := decoded[metadata.Value](text)
		b, ok := v.Bool()
		if err == nil && !ok {
			err = errors.New("neither true nor false")
		}
		return b, err
	})
}

// number reads a whole number.
func (req request) number(name string) (int, error) {
	return argument(req, name, func(text []byte) (int, error) {
		v, err := decoded[metadata.Value](text)
		n, ok := v.Int64()
		if err == nil && (!ok || n != int64(int(n))) {
			err = errors.New("not a whole number")
		}
		return int(n), err
	})
}

// identifier reads a text or a number.
func (req request) identifier(name string) (string, error) {
	v, err := argument(req, name, decoded[metadata.Value])
	if err != nil {
		return "", err
	}
	if n, ok := v.Int64(); ok {
		return strconv.FormatInt(n, 10), nil
	}
	if n, ok := v.Number(); ok {
		return n.String(), nil
	}
	return req.text(name)
}

// mode reads a mode: the name of a preset, followed by + and flags, as
// [metadata.ParseMode] reads it, or by + and knobs, such as lists=union; or an object,
// see knobs.
func (req request) mode(name string) (metadata.Mode, error) {
	if text := req[name]; len(text) > 0 && text[0] == '{' {
		return req.knobs(name)
	}
	s, err := req.text(name)
	if err != nil {
		return 0, err
	}
	if m, ok := metadata.ParseMode(s); ok {
		return m, nil
	}
	preset, turns, turned := strings.Cut(s, "+")
	m, ok := metadata.ParseMode(preset)
	for ok && turned {
		var knob, choice string
		knob, turns, turned = strings.Cut(turns, "+")
		knob, choice, _ = strings.Cut(knob, "=")
		m, ok = turn(m, knob, choice)
	}
	if !ok {
		return 0, input(name, errors.New("no such mode"))
	}
	return m, nil
}

// knobs reads a mode that is an object. Each member is optional; its first choice
// is the default:
//
//   - depth: first-level, all, none
//   - wins: delta, base
//   - nulls: stored, stripped
//   - empty: wipes, nothing
//   - lists: replace, append, union
func (req request) knobs(name string) (metadata.Mode, error) {
	o, err := metadata.Parse(req[name])
	if err != nil {
		return 0, input(name, err)
	}
	var m metadata.Mode
	for knob, v := range o.All() {
		choice, _ := v.Str()
		var ok bool
		if m, ok = turn(m, knob, choice); !ok {
			return 0, &problem{Kind: "input", Pointer: metadata.Pointer(name, knob), Message: "no such knob or no such choice"}
		}
	}
	return m, nil
}

// turn returns m with a knob set to a choice. It reports false if there is no such knob
// or choice.
func turn(m metadata.Mode, knob, choice string) (metadata.Mode, bool) {
	const depths, lists = metadata.AllLevels | metadata.Replace, metadata.AppendLists | metadata.UnionLists
	turned := map[string][2]metadata.Mode{ // the flags to clear, and to set
		"depth first-level": {depths, 0}, "depth all": {depths, metadata.AllLevels}, "depth none": {depths, metadata.Replace},
		"wins delta": {metadata.BaseWins, 0}, "wins base": {metadata.BaseWins, metadata.BaseWins},
		"nulls stored": {metadata.StripNulls, 0}, "nulls stripped": {metadata.StripNulls, metadata.StripNulls},
		"empty wipes": {metadata.IgnoreEmpty, 0}, "empty nothing": {metadata.IgnoreEmpty, metadata.IgnoreEmpty},
		"lists replace": {lists, 0}, "lists append": {lists, metadata.AppendLists}, "lists union": {lists, metadata.UnionLists},
	}
	flags, ok := turned[knob+" "+choice]
	return m&^flags[0] | flags[1], ok
}

// policies reads the readings of single rules, an optional argument.
func (req request) policies(name string) (map[rule.ID]string, error) {
	if !req.has(name) {
		return nil, nil
	}
	t, err := decoded[user.Target](slices.Concat([]byte(`{"policies":`), req[name], []byte("}")))
	if err != nil {
		return nil, within(name, input(name, err))
	}
	return t.Policies, nil
}

// within returns the error of an argument that was read as a member of a target: the
// pointer has its name twice.
func within(name string, err error) error {
	if p, ok := err.(*problem); ok {
		p.Pointer = strings.TrimPrefix(p.Pointer, metadata.Pointer(name))
	}
	return err
}
