package actions_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/user"
)

// slowStage runs steps in a slow and simple way, for logins that do not change the
// primary user and whose Actions read direct updates.
type slowStage struct {
	t         *testing.T
	profile   user.Profile
	user, app metadata.Delta // staged
	reads     []string       // the metadata that each Action reads
	payloads  []patch.Payload
}

// run runs the steps.
func (s *slowStage) run(steps []actions.Step) {
	denied := false
	s.read()
	for _, step := range steps {
		switch step.String() {
		case "redirect":
			if !denied {
				s.flush()
			}
		case "deny":
			denied = true
		case "next_action":
			if denied {
				s.flush()
				return
			}
			s.read()
		default:
			s.change(step)
		}
	}
	s.flush()
}

// change runs a setter or a direct update.
func (s *slowStage) change(step actions.Step) {
	var member map[string]metadata.Value
	text, err := json.Marshal(step)
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(text, &member))
	v := member[step.String()]
	name, _ := v.At("/0").Str()
	switch step.String() {
	case "set_user_metadata":
		s.user = set(s.t, s.user, name, v.At("/1"))
	case "set_app_metadata":
		s.app = set(s.t, s.app, name, v.At("/1"))
	case "management_update":
		p, err := patch.Parse([]byte(v.String()))
		require.NoError(s.t, err)
		s.write(p)
	}
}

// read starts an Action.
func (s *slowStage) read() {
	s.reads = append(s.reads, show(metadata.FirstLevel.Merge(s.profile.UserMetadata, s.user))+show(metadata.FirstLevel.Merge(s.profile.AppMetadata, s.app)))
}

// flush writes the staged members.
func (s *slowStage) flush() {
	s.write(patch.Payload{UserMetadata: s.changed(s.profile.UserMetadata, s.user), AppMetadata: s.changed(s.profile.AppMetadata, s.app)})
	s.user, s.app = metadata.Delta{}, metadata.Delta{}
}

// changed returns the members of d that are null or differ from those of o.
func (s *slowStage) changed(o metadata.Object, d metadata.Delta) (left metadata.Delta) {
	for name, v := range d.Object().All() {
		if was, ok := o.Get(name); v.IsNull() || !ok || !v.Equal(was) {
			left = set(s.t, left, name, v)
		}
	}
	return left
}

func (s *slowStage) write(p patch.Payload) {
	if p.IsZero() {
		return
	}
	out, err := p.Apply(s.profile, user.Target{})
	require.NoError(s.t, err)
	s.profile = out.Profile
	s.payloads = append(s.payloads, p)
}

func set(t *testing.T, d metadata.Delta, name string, v metadata.Value) metadata.Delta {
	d, err := d.Set(name, v)
	require.NoError(t, err)
	return d
}

// show returns the text of o, ordered by names; {} where o is absent.
func show(o metadata.Object) string {
	text, err := json.Marshal(o.Map())
	if err != nil || o.IsZero() {
		return "{}"
	}
	return string(text)
}

// A Stage and a slowStage have the same payloads, and their Actions read the same
// metadata.
func TestStageAgreesWithSlowStage(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	ran := 0
	for i := range long.Pick(6_000, 20_000) {
		u, err := user.Parse([]byte(stageUsers[i%2]))
		require.NoError(t, err)
		code := make([]byte, random.IntN(60))
		for j := range code {
			code[j] = byte(random.Uint32())
		}
		_, steps := program(code)
		kept := steps[:0]
		for _, s := range steps {
			if s.String() != "set_primary_user" && !s.Equal(actions.SetUserMetadata("", metadata.Value{})) {
				kept = append(kept, s)
			}
		}
		out, err := actions.Stage{Trigger: actions.PostLogin, User: u}.Run(kept...)
		if err != nil {
			continue
		}
		ran++
		slow := slowStage{t: t, profile: u}
		slow.run(kept)
		var got []string
		for e := range out.EventUsers() {
			user, _ := e.At("/user_metadata").Object()
			app, _ := e.At("/app_metadata").Object()
			got = append(got, show(user)+show(app))
		}
		if !assert.Equal(t, slow.reads, got, text(t, kept)) || !assert.Len(t, out.Writes, len(slow.payloads), text(t, kept)) {
			return
		}
		for j, p := range out.Writes.Payloads() {
			if !p.Equal(slow.payloads[j]) {
				t.Fatalf("%s: write %d is %s and not %s", text(t, kept), j, p, slow.payloads[j])
			}
		}
	}
	assert.Greater(t, ran, 3_000)
}
