package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// request is the arguments of one line, unread.
type request map[string][]byte

func read(line []byte) (request, error) {
	parts, ok := jsonscan.Split(line)
	if !ok {
		faults := jsonscan.Faults(line, jsonscan.MaxDepth+1)
		if len(faults) == 0 {
			return nil, &problem{Kind: "input", Message: "the line is not a JSON object"}
		}
		f := faults[0]
		return nil, &problem{Kind: "input", Pointer: f.Pointer, Message: f.Kind.String()}
	}
	req := make(request, len(parts))
	for _, p := range parts {
		req[p.Name] = p.Text
	}
	return req, nil
}

// arguments are the members that some operation takes.
var arguments = []string{
	"op", "mode", "base", "patch", "from", "to", "first", "then", "ours", "theirs", "user", "payload", "target", "form",
	"pass_empty_values", "id", "cached", "login", "primary", "secondary", "merge_metadata", "provider", "user_id",
	"trigger", "steps", "policies",
}

// ignored returns the names of the members that no operation takes: a caller who
// misspelt one should see it.
func (req request) ignored() (names []string) {
	for name := range req {
		if !slices.Contains(arguments, name) && len(names) < 100 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (req request) has(name string) bool { return req[name] != nil }

// input is the answer for an argument that cannot be read.
func input(name string, err error) error {
	p := &problem{Kind: "input", Pointer: metadata.Pointer(name), Message: err.Error()}
	var es metadata.Errors
	if errors.As(err, &es) {
		p.Pointer += es[0].Pointer
		p.Message = string(es[0].Fault)
		if len(es) > 1 {
			p.Message += fmt.Sprintf(" (and %d more)", len(es)-1)
		}
	}
	return p
}

func missing(name string) error {
	return &problem{Kind: "input", Pointer: metadata.Pointer(name), Message: "this argument is needed"}
}

// argument reads an argument that is needed.
func argument[T any](req request, name string, parse func(text []byte) (T, error)) (v T, err error) {
	if !req.has(name) {
		return v, missing(name)
	}
	if v, err = parse(req[name]); err != nil {
		return v, input(name, err)
	}
	return v, nil
}

// optional reads an argument that may be absent.
func optional[T any](req request, name string, parse func(text []byte) (T, error)) (v T, err error) {
	if !req.has(name) {
		return v, nil
	}
	return argument(req, name, parse)
}

// decoded is a parse for types that read themselves.
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

func (req request) mode(name string) (metadata.Mode, error) {
	if text := req[name]; len(text) > 0 && text[0] == '{' {
		return req.knobs(name)
	}
	s, err := req.text(name)
	if err != nil {
		return 0, err
	}
	m, ok := metadata.ParseMode(s)
	if !ok {
		return 0, input(name, errors.New("no such mode"))
	}
	return m, nil
}

// knobs reads a mode that is put together: an object with the members depth
// (first-level, all, none), wins (delta, base), nulls (stored, stripped), empty
// (wipes, nothing) and lists (replace, append, union), each with a default, the
// first.
func (req request) knobs(name string) (metadata.Mode, error) {
	o, err := metadata.Parse(req[name])
	if err != nil {
		return 0, input(name, err)
	}
	turned := metadata.FirstLevel.String()
	for knob, v := range o.All() {
		choice, _ := v.Str()
		turn := "+" + knob + "=" + choice
		if _, ok := metadata.ParseMode(metadata.FirstLevel.String() + turn); !ok || strings.Contains(knob+choice, "+") {
			return 0, &problem{Kind: "input", Pointer: metadata.Pointer(name, knob), Message: "no such knob, or it has no such choice"}
		}
		turned += turn
	}
	m, _ := metadata.ParseMode(turned)
	return m, nil
}

// policies reads the readings of single rules, which may be absent.
func (req request) policies(name string) (map[user.RuleID]string, error) {
	if !req.has(name) {
		return nil, nil
	}
	t, err := decoded[patch.Target](slices.Concat([]byte(`{"policies":`), req[name], []byte("}")))
	if err != nil {
		p := input(name, err)
		if q, ok := p.(*problem); ok { // the pointer has the name already
			q.Pointer = strings.TrimPrefix(q.Pointer, metadata.Pointer(name))
		}
		return nil, p
	}
	return t.Policies, nil
}
