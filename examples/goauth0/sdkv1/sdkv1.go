// Package sdkv1 uses metameld with github.com/auth0/go-auth0, major version 1. Its
// functions are short, to be copied:
//
//   - refuse bad updates of the whole program: [Connections], then [Guarded];
//   - judge a management.User, then update: [Update];
//   - read a user without a loss: [Read];
//   - edit a user, and send the difference: [Edit]; send payloads: [Send];
//   - link and unlink: [Link], [Unlink];
//   - find the rule for an error: [Meaning].
//
// The page docs/go-auth0.md explains them.
package sdkv1

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/auth0/go-auth0/management"

	"github.com/metameld/metameld/examples/guard"
	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// Guarded returns a client of the Management API that refuses bad updates before they
// are sent. Every update of a user reads the user first, to find the connection. All
// requests go through base; nil is http.DefaultTransport. The options cannot include
// WithClient: pass the Transport of that client as base.
func Guarded(domain string, base http.RoundTripper, connections map[string]user.Connection, options ...management.Option) (*management.Management, error) {
	guarded := &guard.Transport{Base: base, Target: guard.TargetOf(base, connections)}
	client := &http.Client{Transport: guarded}
	return management.New(domain, append(slices.Clone(options), management.WithClient(client))...)
}

// Connections reads the connections of the tenant, by name.
func Connections(ctx context.Context, api *management.Management) (map[string]user.Connection, error) {
	byName := map[string]user.Connection{}
	for page := 0; ; page++ {
		var list []json.RawMessage
		if err := api.Request(ctx, http.MethodGet, api.URI("connections"), &list, management.Page(page), management.PerPage(100)); err != nil {
			return nil, err
		}
		for _, text := range list {
			c, _, err := user.ParseConnection(text) // the warning is about a strategy that is new
			if err != nil {
				return nil, err
			}
			byName[c.Name] = c
		}
		if len(list) < 100 {
			return byName, nil
		}
	}
}

// Read reads a user without a loss: every attribute, and numbers as they are written.
// management.User has neither.
func Read(ctx context.Context, api *management.Management, id string) (u user.Profile, err error) {
	err = api.Request(ctx, http.MethodGet, api.URI("users", id), &u)
	return u, err
}

// Update judges the change u and sends it. The outcome tells what it changes, and warns
// of members that are lost.
func Update(ctx context.Context, api *management.Management, id string, u *management.User, t user.Target) (user.Outcome, error) {
	p, err := patch.From(u) // the pointer: a management.User alone loses email_verified
	if err != nil {
		return user.Outcome{}, err
	}
	before, err := Read(ctx, api, id)
	if err != nil {
		return user.Outcome{}, err
	}
	out, err := p.Apply(before, t)
	if err != nil {
		return user.Outcome{}, err // a rule.Violations
	}
	return out, api.User.Update(ctx, id, u)
}

// Send sends payloads in order. management.User cannot send null for an attribute; a
// patch.Payload can.
func Send(ctx context.Context, api *management.Management, id string, payloads patch.Payloads) error {
	for _, p := range payloads {
		// p is no pointer: Request would decode the answer into it.
		if err := api.Request(ctx, http.MethodPatch, api.URI("users", id), p); err != nil {
			return err
		}
	}
	return nil
}

// Edit reads a user, edits a copy, and sends the difference.
func Edit(ctx context.Context, api *management.Management, id string, t user.Target, edit func(*user.Profile) error) error {
	before, err := Read(ctx, api, id)
	if err != nil {
		return err
	}
	goal := before.Clone()
	if err := edit(&goal); err != nil {
		return err
	}
	payloads, err := patch.PlanTo(before, goal, t)
	if err != nil {
		return err // it names what no payload can change
	}
	return Send(ctx, api, id, payloads)
}

// Link links the secondary to the primary. The API drops the metadata of the secondary,
// so an update writes the members that the primary does not have.
func Link(ctx context.Context, api *management.Management, primary, secondary user.Profile, t user.Target) error {
	linked, err := identities.Link(primary, secondary, t)
	if err != nil {
		return err
	}
	wanted, err := identities.LinkMerging(primary, secondary, metadata.Fill, t)
	if err != nil {
		return err
	}
	payloads, err := patch.PlanTo(linked.Profile, wanted.Profile, t)
	if err != nil {
		return err
	}
	request, err := identities.RequestFor(secondary)
	if err != nil {
		return err
	}
	id := string(primary.UserID.Or(""))
	if err := api.Request(ctx, http.MethodPost, api.URI("users", id, "identities"), request); err != nil {
		return err
	}
	return Send(ctx, api, id, payloads)
}

// Unlink takes an identity out of u, and returns the user that it becomes.
func Unlink(ctx context.Context, api *management.Management, u user.Profile, provider string, key user.ID) (user.Profile, error) {
	out, err := identities.Unlink(u, provider, key)
	if err != nil {
		return user.Profile{}, err
	}
	if errors.Is(out.Warnings, rule.NothingUnlinked) {
		return user.Profile{}, out.Warnings // the API would answer 200 and change nothing
	}
	_, err = api.User.Unlink(ctx, string(u.UserID.Or("")), provider, string(key))
	return out.Detached, err
}

// Meaning returns the rule that an error of the SDK is about, if one is known: of an
// answer of the API, or of a refusal of the guard.
func Meaning(e rule.Endpoint, err error) (rule.Rule, bool) {
	var answer management.Error
	if !errors.As(err, &answer) {
		return rule.Rule{}, false
	}
	_, message, _ := strings.Cut(answer.Error(), ": ") // it is in the text only
	if r, ok := guard.Rule(message); ok {
		return r, true
	}
	return rule.Match(e, answer.Status(), message)
}
