package answer

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/internal/vectors"
	"github.com/metameld/metameld/user/rule"
)

// goNames finds names of the library.
var goNames = regexp.MustCompile(`\b(metadata|patch|user|rule|identities|lifecycle)\.[A-Z]\w*|\b(Sources (set|to)|Policies|Target|FromDeep|Apply|Validate|Plan|PlanTo|Inverse|ImportMode|RootAttributes|Kind)\b|\bpolic(y|ies) (for|set)\b|\w\(\)`)

// Texts in the answer use the words of the page: they name no function and no field of
// the library.
func TestWords(t *testing.T) {
	seen := map[string]bool{}
	check := func(texts ...string) {
		for _, text := range texts {
			if name := goNames.FindString(text); name != "" && !seen[text] {
				seen[text] = true
				assert.Fail(t, name, text)
			}
		}
	}
	for _, r := range rule.All() {
		check(inPage(r.Statement))
		for _, x := range r.Readings {
			check(x.Statement)
		}
	}
	kinds, settings := []string{"custom-database", "", "database", "social", "x"}, []string{"strict", "current", "lenient"}
	for i, v := range vectors.Load(t, "patch") {
		s := State{Tab: "update", User: string(v.Section("user.json")), Payload: string(v.Section("patch.json"))}
		if s.Payload == "" {
			continue
		}
		for j := range long.Pick(2, len(kinds)*len(settings)) {
			s.Kind, s.Sources = kinds[(i+j)%len(kinds)], settings[(i/len(kinds)+j/len(kinds)+j)%len(settings)]
			var a Answer
			assert.NoError(t, json.Unmarshal(Of(s), &a))
			for _, list := range a.Marks {
				for _, m := range list {
					check(m.Message)
				}
			}
			if a.Update == nil {
				continue
			}
			check(a.Update.PlanNote, a.Update.Remains)
			for _, f := range a.Update.Findings {
				check(f.Message, f.Statement)
			}
		}
	}
}

// A control that has no effect, as the answer says, changes nothing; any other does for
// some payload.
func TestIdle(t *testing.T) {
	flip := map[string]func(*State){
		"sync":       func(s *State) { s.Sync = "never_on_login" },
		"importMode": func(s *State) { s.ImportMode = !s.ImportMode },
		"migrated":   func(s *State) { s.Migrated = !s.Migrated },
		"kind":       func(s *State) { s.Kind = "passwordless-sms" },
		"secondary":  func(s *State) { s.Secondary = true },
	}
	payloads := []string{`{"name":"a"}`, `{"given_name":null}`, `{"email":"b@example.com"}`, `{"phone_number":"+15550001111"}`, `{"password":"Abc123..x"}`, `{"app_metadata":{}}`}
	connections := map[string]string{"": "", "custom-database": `{"strategy":"auth0","options":{"enabledDatabaseCustomization":true}}`, "social": `{"strategy":"google-oauth2"}`, "broken": `{"strategy":1}`}
	for _, kind := range []string{"", "database", "custom-database", "social", "enterprise", "passwordless-email"} {
		for pasted, connection := range connections {
			for name, change := range flip {
				for _, migrated := range []bool{false, true} {
					said, differs := false, false
					for _, payload := range payloads {
						s := State{Tab: "update", User: rosa, Payload: payload, Kind: kind, Connection: connection, Sync: "on_each_login", Migrated: migrated}
						a := asked(t, s)
						said = a.Idle[name] != ""
						change(&s)
						b := asked(t, s)
						a.Idle, b.Idle = nil, nil
						differs = differs || !assert.ObjectsAreEqual(a, b)
					}
					if pasted != "broken" || said {
						assert.Equal(t, said, !differs, "kind %q, pasted %q, control %s, migrated %v", kind, pasted, name, migrated)
					}
				}
			}
		}
	}
}
