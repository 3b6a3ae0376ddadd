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

// program decodes bytes into a trigger and steps.
func program(code []byte) (actions.Trigger, []actions.Step) {
	at := 0
	next := func(n int) int {
		if at == len(code) {
			return 0
		}
		at++
		return int(code[at-1]) % n
	}
	trigger := []actions.Trigger{actions.PostLogin, actions.PostLogin, actions.PostLogin, actions.CustomTokenExchange, actions.PreUserRegistration, actions.PostUserRegistration}[next(6)]
	names := []string{"a", "b", "c", "name", "", "__proto__"}
	values := []any{nil, 1, 2, "x", map[string]any{"x": 1}, map[string]any{"x": nil, "y": 2}, []any{}, json.Number("1.0"), json.Number("9007199254740993"), metadata.Value{}}
	payloads := []string{
		`{"user_metadata":{"a":1}}`, `{"user_metadata":{"a":null,"b":2}}`, `{"user_metadata":{}}`, `{"app_metadata":{}}`, `{"app_metadata":{"a":{"x":1}},"name":"N"}`,
		`{"name":null}`, `{"email":"NEW@example.com"}`, `{"blocked":false}`, `{"password":"p"}`, `{"x":null}`,
	}
	var steps []actions.Step
	for at < len(code) {
		switch next(12) {
		case 0, 1, 2, 3:
			steps = append(steps, actions.SetUserMetadata(names[next(len(names))], values[next(len(values))]))
		case 4, 5, 6:
			steps = append(steps, actions.SetAppMetadata(names[next(len(names))], values[next(len(values))]))
		case 7, 8:
			steps = append(steps, actions.NextAction())
		case 9:
			steps = append(steps, actions.Redirect())
		case 10:
			p, err := patch.Parse([]byte(payloads[next(len(payloads))]))
			if err != nil {
				panic(err)
			}
			steps = append(steps, actions.ManagementUpdate(p))
		default:
			if next(2) == 0 {
				steps = append(steps, actions.SetPrimaryUser("auth0|k2"))
			} else {
				steps = append(steps, actions.Deny())
			}
		}
	}
	return trigger, steps
}

// replays checks that the payloads of a Stage, applied one after the other, lead to
// its profile, and that each Action reads a user. It reports whether the Stage runs.
func replays(t *testing.T, s actions.Stage, steps []actions.Step) bool {
	t.Helper()
	out, err := s.Run(steps...)
	if err != nil {
		return false
	}
	if again, err := s.Run(steps...); err != nil || !again.Equal(out) {
		t.Fatalf("%s: another run has another outcome (%v)", text(t, steps), err)
	}
	started, users := 1, 0
	for _, step := range steps {
		if step.Equal(actions.Deny()) {
			break
		}
		if step.Equal(actions.NextAction()) {
			started++
		}
	}
	for e := range out.EventUsers() {
		users++
		if e.IsZero() != (s.Trigger.EventUser() == nil) {
			t.Fatalf("%s: event.user is %s", text(t, steps), e)
		}
	}
	if users != started {
		t.Fatalf("%s: %d Actions read %d users", text(t, steps), started, users)
	}
	replayed := s.User
	for i, w := range out.Writes {
		if w.Payload.IsZero() || w.Payload.UserMetadata.IsWipe() && !w.Direct || w.Payload.AppMetadata.IsWipe() && !w.Direct {
			t.Fatalf("%s: write %d is %s", text(t, steps), i, w.Payload)
		}
		if w.To != s.User.UserID.Or("") {
			continue // it updates another user
		}
		target := s.Target
		if !w.Direct {
			target.Secondary, target.Scopes = false, nil
		}
		after, err := w.Payload.Apply(replayed, target)
		if err != nil {
			t.Fatalf("%s: write %d is refused: %v", text(t, steps), i, err)
		}
		replayed = after.Profile
	}
	if !replayed.Equal(out.Profile) {
		t.Fatalf("%s: applied by themselves, the payloads lead to\n%s\nand not to\n%s", text(t, steps), replayed.AppendJSON(nil), out.Profile.AppendJSON(nil))
	}
	return true
}

var stageUsers = []string{
	`{"user_id":"auth0|k1","email":"a@example.com","user_metadata":{"a":1,"b":{"x":1,"z":2}},"app_metadata":{"name":"x"}}`,
	`{}`, `{"user_metadata":null,"app_metadata":{}}`, `{"user_metadata":"text","app_metadata":{"a":null}}`, `{"user_id":"auth0|k2","x":1}`,
}

var stageTargets = []string{
	`{}`, `{"lenient":true,"now":"2026-01-02T03:04:05Z"}`, `{"policies":{"patch.direct-update":"unseen","patch.action-root":"merged","patch.action-undefined":"lenient"}}`,
	`{"policies":{"patch.primary-user-earlier":"new-primary","patch.denied-write":"dropped","patch.action-undefined":"lenient"},"connection":{"kind":"database"}}`,
	`{"lenient":true,"secondary":true,"scopes":["update:users"]}`,
}

// A Stage never panics, and its payloads lead to its profile.
func FuzzStage(f *testing.F) {
	for i := range stageUsers {
		f.Add([]byte{0, 0, 0, 1, 7, 4, 1, 0, 9, 3, 1, 4, 11, 1}, stageUsers[i], stageTargets[i])
		f.Add([]byte{1, 0, 0, 3, 10, 2, 7, 0, 0, 1, 11, 0, 4, 2, 2, 9, 8, 1, 1, 1}, stageUsers[i], stageTargets[i])
	}
	f.Fuzz(func(t *testing.T, code []byte, userText, targetText string) {
		u, err := user.Parse([]byte(userText))
		if err != nil {
			return
		}
		var target user.Target
		if err := target.UnmarshalJSON([]byte(targetText)); err != nil {
			return
		}
		trigger, steps := program(code)
		replays(t, actions.Stage{Trigger: trigger, User: u, Target: target}, steps)
	})
}

// The payloads of random Stages lead to their profiles.
func TestStageReplays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ran := 0
	for i := range long.Pick(6_000, 20_000) {
		u, err := user.Parse([]byte(stageUsers[i%len(stageUsers)]))
		require.NoError(t, err)
		var target user.Target
		require.NoError(t, target.UnmarshalJSON([]byte(stageTargets[i/len(stageUsers)%len(stageTargets)])))
		code := make([]byte, random.IntN(40))
		for j := range code {
			code[j] = byte(random.Uint32())
		}
		trigger, steps := program(code)
		if replays(t, actions.Stage{Trigger: trigger, User: u, Target: target}, steps) {
			ran++
		}
	}
	assert.Greater(t, ran, long.Pick(1_500, 5_000))
}
