package patch_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// twin is a Stage as one would write it down: slow, for logins that change no
// primary user, where direct updates are seen. It returns the metadata that each
// Action reads, and the payloads.
func twin(t *testing.T, u user.Profile, target patch.Target, steps []patch.Step) (reads []string, payloads []patch.Payload) {
	var user, app metadata.Delta // staged
	read := func() {
		reads = append(reads, show(metadata.FirstLevel.Merge(u.UserMetadata, user))+show(metadata.FirstLevel.Merge(u.AppMetadata, app)))
	}
	write := func(p patch.Payload) {
		if p.IsZero() {
			return
		}
		out, err := p.Apply(u, target)
		require.NoError(t, err)
		u = out.Profile
		payloads = append(payloads, p)
	}
	differs := func(o metadata.Object, d metadata.Delta) (left metadata.Delta) {
		for name, v := range d.Object().All() {
			if was, ok := o.Get(name); v.IsNull() || !ok || !v.Equal(was) {
				left = set(t, left, name, v)
			}
		}
		return left
	}
	flush := func() {
		write(patch.Payload{UserMetadata: differs(u.UserMetadata, user), AppMetadata: differs(u.AppMetadata, app)})
		user, app = metadata.Delta{}, metadata.Delta{}
	}
	denied := false
	read()
	for _, s := range steps {
		var says map[string]metadata.Value
		text, err := json.Marshal(s)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &says))
		switch v := says[s.String()]; s.String() {
		case "set_user_metadata", "set_app_metadata":
			name, _ := v.At("/0").Str()
			if s.String() == "set_user_metadata" {
				user = set(t, user, name, v.At("/1"))
			} else {
				app = set(t, app, name, v.At("/1"))
			}
		case "management_update":
			p, err := patch.Parse([]byte(v.String()))
			require.NoError(t, err)
			write(p)
		case "redirect":
			if !denied {
				flush()
			}
		case "deny":
			denied = true
		case "next_action":
			if denied {
				flush()
				return reads, payloads
			}
			read()
		}
	}
	flush()
	return reads, payloads
}

func set(t *testing.T, d metadata.Delta, name string, v metadata.Value) metadata.Delta {
	d, err := d.Set(name, v)
	require.NoError(t, err)
	return d
}

// show returns the text of o, ordered by names; that of metadata which is absent
// is {}.
func show(o metadata.Object) string {
	text, err := json.Marshal(o.Map())
	if err != nil || o.IsZero() {
		return "{}"
	}
	return string(text)
}

func TestStageDoesWhatItsTwinDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	ran := 0
	for i := range 20_000 {
		u, err := user.Parse([]byte(stageUsers[i%2]))
		require.NoError(t, err)
		code := make([]byte, random.IntN(60))
		for j := range code {
			code[j] = byte(random.Uint32())
		}
		_, steps := program(code)
		kept := steps[:0]
		for _, s := range steps {
			if s.String() != "set_primary_user" && !s.Equal(patch.SetUserMetadata("", metadata.Value{})) {
				kept = append(kept, s)
			}
		}
		out, err := patch.Stage{Trigger: patch.PostLogin, User: u}.Run(kept...)
		if err != nil {
			continue
		}
		ran++
		reads, payloads := twin(t, u, patch.Target{}, kept)
		var got []string
		for e := range out.EventUsers() {
			user, _ := e.At("/user_metadata").Object()
			app, _ := e.At("/app_metadata").Object()
			got = append(got, show(user)+show(app))
		}
		if !assert.Equal(t, reads, got, text(t, kept)) || !assert.Len(t, out.Writes, len(payloads), text(t, kept)) {
			return
		}
		for j, p := range out.Payloads() {
			if !p.Equal(payloads[j]) {
				t.Fatalf("%s: write %d is %s and not %s", text(t, kept), j, p, payloads[j])
			}
		}
	}
	assert.Greater(t, ran, 3_000)
}
