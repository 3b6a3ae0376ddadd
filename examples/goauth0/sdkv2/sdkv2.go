// Package sdkv2 uses metameld with github.com/auth0/go-auth0/v2. Its functions are short,
// to be copied:
//
//   - refuse bad updates of the whole program: [Connections], then [Guarded];
//   - judge an UpdateUserRequestContent, then update: [Update];
//   - read a user without a loss: [Read];
//   - edit a user, and send the difference: [Edit]; send payloads: [Send];
//   - link and unlink: [Link], [Unlink];
//   - find the rule for an error: [Meaning];
//   - send what the SDK cannot, with the SDK's token: [Call].
//
// The page docs/go-auth0.md explains them.
package sdkv2

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/auth0/go-auth0/v2/management"
	"github.com/auth0/go-auth0/v2/management/client"
	"github.com/auth0/go-auth0/v2/management/core"
	"github.com/auth0/go-auth0/v2/management/option"

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
// WithHTTPClient: pass the Transport of that client as base.
func Guarded(domain string, base http.RoundTripper, connections map[string]user.Connection, options ...option.RequestOption) (*client.Management, error) {
	guarded := &guard.Transport{Base: base, Target: guard.TargetOf(base, connections)}
	c := &http.Client{Transport: guarded}
	return client.New(domain, append(slices.Clone(options), option.WithHTTPClient(c))...)
}

// Connections reads the connections of the tenant, by name.
func Connections(ctx context.Context, api *client.Management) (map[string]user.Connection, error) {
	page, err := api.Connections.List(ctx, &management.ListConnectionsQueryParameters{Take: management.Int(100)})
	if err != nil {
		return nil, err
	}
	byName, list := map[string]user.Connection{}, page.Iterator()
	for list.Next(ctx) {
		text := list.Current().String()                 // the text that the API answered
		c, _, err := user.ParseConnection([]byte(text)) // the warning is about a strategy that is new
		if err != nil {
			return nil, err
		}
		byName[c.Name] = c
	}
	return byName, list.Err()
}

// Read reads a user without a loss: every attribute, and numbers as they are written.
// The fields of the SDK's struct have float64 for numbers in metadata; its text has the
// numbers of the answer.
func Read(ctx context.Context, api *client.Management, id string) (user.Profile, error) {
	u, err := api.Users.Get(ctx, id, &management.GetUserRequestParameters{})
	if err != nil {
		return user.Profile{}, err
	}
	var text bytes.Buffer
	if err := json.Compact(&text, []byte(u.String())); err != nil { // String indents
		return user.Profile{}, err
	}
	return user.Parse(text.Bytes())
}

// Update judges the change u and sends it. The outcome tells what it changes, and warns
// of members that are lost.
func Update(ctx context.Context, api *client.Management, id string, u *management.UpdateUserRequestContent, t user.Target) (user.Outcome, error) {
	p, err := patch.From(u)
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
	_, err = api.Users.Update(ctx, id, u)
	return out, err
}

// Send sends payloads in order. UpdateUserRequestContent cannot send null for an
// attribute, and WithBodyProperties refuses the names of its fields; without a content
// it sends any body.
func Send(ctx context.Context, api *client.Management, id string, payloads patch.Payloads) error {
	for _, p := range payloads {
		members, err := metadata.From(p)
		if err != nil {
			return err
		}
		body := map[string]any{}
		for name, v := range members.All() {
			body[name] = v
		}
		if _, err := api.Users.Update(ctx, id, nil, option.WithBodyProperties(body)); err != nil {
			return err
		}
	}
	return nil
}

// Edit reads a user, edits a copy, and sends the difference.
func Edit(ctx context.Context, api *client.Management, id string, t user.Target, edit func(*user.Profile) error) error {
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
func Link(ctx context.Context, api *client.Management, primary, secondary user.Profile, t user.Target) error {
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
	account, err := identities.RequestFor(secondary)
	if err != nil {
		return err
	}
	provider, key, _ := account.Identity()
	id, name := string(primary.UserID.Or("")), management.UserIdentityProviderEnum(provider)
	request := &management.LinkUserIdentityRequestContent{Provider: &name, UserID: &management.UserID{String: string(key)}}
	if _, err := api.Users.Identities.Link(ctx, id, request); err != nil {
		return err
	}
	return Send(ctx, api, id, payloads)
}

// Unlink takes an identity out of u, and returns the user that it becomes.
func Unlink(ctx context.Context, api *client.Management, u user.Profile, provider string, key user.ID) (user.Profile, error) {
	out, err := identities.Unlink(u, provider, key)
	if err != nil {
		return user.Profile{}, err
	}
	if errors.Is(out.Warnings, rule.NothingUnlinked) {
		return user.Profile{}, out.Warnings // the API would answer 200 and change nothing
	}
	name := management.UserIdentityProviderEnum(provider)
	_, err = api.Users.Identities.Delete(ctx, string(u.UserID.Or("")), &name, string(key))
	return out.Detached, err
}

// Meaning returns the rule that an error of the SDK is about, if one is known: of an
// answer of the API, or of a refusal of the guard.
func Meaning(e rule.Endpoint, err error) (rule.Rule, bool) {
	var refused *core.APIError // in BadRequestError and all others
	if !errors.As(err, &refused) || refused.Unwrap() == nil {
		return rule.Rule{}, false
	}
	var answer patch.Response
	if json.Unmarshal([]byte(refused.Unwrap().Error()), &answer) != nil {
		return rule.Rule{}, false
	}
	if r, ok := guard.Rule(answer.Message); ok {
		return r, true
	}
	return rule.Match(e, refused.StatusCode, answer.Message)
}

// Call sends a request with net/http, and returns the body of the answer. c is the client
// that the SDK has too, by option.WithHTTPClient, and adds the token; oauth2.NewClient
// makes one. Use Call for users that the SDK cannot decode: they have an attribute of
// another type than its structs.
func Call(ctx context.Context, c *http.Client, method, url string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= http.StatusBadRequest {
		err = core.NewAPIError(resp.StatusCode, resp.Header, errors.New(string(text)))
	}
	return text, err
}
