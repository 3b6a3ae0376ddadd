package fake

import (
	"net/http"

	"github.com/metameld/metameld/metadata"
)

// serverDefaults are the members of a resource server that a creation leaves out.
//
// Source: recorded creations of 2023 and 2025.
var serverDefaults = metadata.MustParse(`{"signing_alg":"RS256","allow_offline_access":false,"token_lifetime":86400,"token_lifetime_for_web":7200,"skip_consent_for_verifiable_first_party_clients":false}`)

// createServer adds a resource server. Of its members only identifier, name and scopes
// are judged; the others are kept as they are, and have no effect.
func (t *Tenant) createServer(r *http.Request) (reply, error) {
	text, err := body(r)
	if err != nil {
		return reply{}, err
	}
	o, err := metadata.Parse(text)
	if err != nil {
		return reply{}, err
	}
	identifier, err := required(o, "identifier")
	if err != nil {
		return reply{}, err
	}
	scopes, err := scopesOf(o)
	if err != nil {
		return reply{}, err
	}
	id := newID()
	o = o.Without("token_encryption", "encryption_key", "pem") // recorded so in 2024
	o, err = metadata.FirstLevel.Merge(serverDefaults, metadata.DeltaOf(o)).With(id, "id")
	if err != nil {
		return reply{}, err
	}
	a := t.access
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, taken := a.ids[identifier]; taken {
		return reply{}, own(http.StatusConflict, "", "A resource server with this identifier exists.")
	}
	a.ids[identifier] = id
	a.servers[id] = &server{o, scopes}
	return reply{status: http.StatusCreated, text: o.AppendJSON(nil)}, nil
}

// scopesOf returns the descriptions of the scopes of a resource server, by name.
func scopesOf(o metadata.Object) (map[string]string, error) {
	v, ok := o.Get("scopes")
	if ok && v.Kind() != metadata.KindArray {
		return nil, invalid("Expected type array", "scopes")
	}
	scopes := map[string]string{}
	for e := range v.Elements() {
		s, ok := e.Object()
		if !ok {
			return nil, invalid("Expected type object", "scopes")
		}
		name, err := required(s, "value")
		if err != nil {
			return nil, err
		}
		scopes[name], _ = s.At("/description").Str()
	}
	return scopes, nil
}

// deleteServer deletes a resource server, and the permissions that it has.
//
// Source: a recorded deletion of one that is not there, of 2025.
func (t *Tenant) deleteServer(r *http.Request) (reply, error) {
	t.access.mu.Lock()
	defer t.access.mu.Unlock()
	id := r.PathValue("id")
	if s := t.access.servers[id]; s != nil {
		identifier, _ := s.object.At("/identifier").Str()
		delete(t.access.ids, identifier)
		delete(t.access.servers, id)
	}
	return reply{status: http.StatusNoContent}, nil
}
