package torture

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// canary stands for a secret.
const canary = "Canary7!"

// silent fails the test where the canary is in what was written about something,
// as it is or in digits.
func silent(t *testing.T, what, written string) {
	t.Helper()
	if i := strings.Index(strings.ToLower(written), strings.ToLower(canary)); i >= 0 {
		t.Errorf("%s has the secret: %.200s", what, written[max(0, i-60):])
	}
	for _, digits := range []string{hex.EncodeToString([]byte(canary)), strings.Trim(fmt.Sprintf("%d", []byte(canary)), "[]")} {
		if strings.Contains(strings.ToLower(written), digits) {
			t.Errorf("%s has the secret in digits: %.200s", what, written)
		}
	}
}

// written returns everything that fmt and slog make of v by itself, and fmt of it
// inside other values.
func written(v any) map[string]string {
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "% x", "%t"} {
		out[verb] = fmt.Sprintf(verb, v)
		out["list "+verb] = fmt.Sprintf(verb, []any{v})
		out["map "+verb] = fmt.Sprintf(verb, map[string]any{"k": v})
		out["struct "+verb] = fmt.Sprintf(verb, struct{ V any }{v})
		out["pointer "+verb] = fmt.Sprintf(verb, &v)
	}
	out["Sprint"], out["Errorf"] = fmt.Sprint(v), fmt.Errorf("%v: %w", v, asError(v)).Error()
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("m", "v", v)
	out["slog text"] = b.String()
	return out
}

func asError(v any) error {
	if err, ok := v.(error); ok {
		return err
	}
	return fmt.Errorf("%s", v)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

const secretProfile = `{"user_id":"google-oauth2|1","email":"kim@example.com","identities":[
	{"provider":"google-oauth2","user_id":"1","connection":"google","access_token":"` + canary + `","access_token_secret":"` + canary + `","refresh_token":"` + canary + `"},
	{"provider":"auth0","user_id":"2","connection":"db","refresh_token":"` + canary + `"}],"user_metadata":{"a":1}}`

// secret are values with a secret in each member that can have one. The names are
// those of their types.
func secret(t *testing.T) map[string]any {
	u := must(user.Parse([]byte(secretProfile)))
	v := u.Clone()
	v.UserID = user.Set(user.ID("google-oauth2|3"))
	v.Identities = v.Identities[:1]
	v.Identities[0].UserID = user.Set("3")
	byHand := u.Clone()
	byHand.Identities[0] = user.Identity{
		AccessToken: user.Set(canary), AccessTokenSecret: user.Set(canary), RefreshToken: user.Set(canary),
		Extra: metadata.MustParse(`{"access_token":"` + canary + `","refresh_token":"` + canary + `"}`),
	}
	inExtra := byHand.Clone()
	inExtra.Identities[0].AccessToken = user.Field[string]{}
	c := must(user.ParseCreation([]byte(`{"email":"kim@example.com","connection":"db","password":"` + canary + `"}`)))
	row := must(user.ParseImport([]byte(`{"email":"kim@example.com","password_hash":"` + canary + `","custom_password_hash":{"hash":{"value":"` + canary + `"}},"mfa_factors":[{"totp":{"secret":"` + canary + `"}}]}`)))
	hashed := must(user.ParseImport([]byte(`{"email":"kim@example.com","password_hash":"` + canary + `"}`)))
	p := must(patch.Parse([]byte(`{"connection":"db","password":"` + canary + `"}`)))
	var form patch.Form
	require.NoError(t, json.Unmarshal([]byte(`{"ID":"auth0|1","Password":"`+canary+`","Connection":"db"}`), &form))
	stage := patch.Stage{Trigger: patch.PostLogin, User: u}
	staged := must(stage.Run(patch.ManagementUpdate(patch.Payload{Password: patch.Set(canary), Connection: patch.Value("db")}), patch.SetAppMetadata("a", 1)))
	at := user.Circumstances{Connection: user.Connection{Kind: user.Social, Strategy: "google-oauth2"}, Now: time.Unix(1, 0)}
	refreshed := must(user.Refresh(u, must(user.ParseLogin([]byte(`{"user_id":"1","name":"Kim"}`))), at))
	return map[string]any{
		"user.Profile":          u,
		"user.Profile by hand":  byHand,
		"user.Profile extra":    inExtra,
		"user.Profile pointer":  &u,
		"user.Profile list":     []user.Profile{u},
		"user.Identity":         u.Identities[0],
		"user.Identity list":    u.Identities,
		"user.Creation":         c,
		"user.Creation extra":   user.Creation{Extra: metadata.MustParse(`{"password":"` + canary + `"}`)},
		"user.Creation typed":   must(user.ParseCreation([]byte(`{"password":["` + canary + `"]}`))),
		"user.Created":          must(user.New(c, "1", user.Circumstances{})),
		"user.Import":           row,
		"user.Import extra":     user.Import{Extra: metadata.MustParse(`{"password_hash":"` + canary + `","mfa_factors":["` + canary + `"]}`)},
		"user.Import hashed":    hashed,
		"user.Imported":         must(hashed.Into(user.Profile{}, false, "1", user.Circumstances{Connection: user.Connection{Kind: user.Database}})),
		"user.Refreshed":        refreshed,
		"user.InRules":          must(user.RulesObject(u)),
		"user.InRules by hand":  must(must(user.RulesObject(u)).With(canary, "identities")),
		"user.InRules list":     must(must(user.RulesObject(u)).With([]any{canary, nil}, "identities")),
		"user.DatabaseUser":     user.DatabaseUser{State: user.Outside, Database: u, Profile: u},
		"patch.Payload":         p,
		"patch.Payload extra":   patch.Payload{Extra: metadata.MustParse(`{"password":"` + canary + `"}`)},
		"patch.Payload typed":   must(patch.Parse([]byte(`{"password":{"a":"` + canary + `"}}`))),
		"patch.Payload list":    []patch.Payload{p},
		"patch.Payloads":        patch.Payloads{p},
		"patch.Form":            form,
		"patch.Form pointer":    &form,
		"patch.Outcome":         must(p.Apply(u, patch.Target{})),
		"patch.Stage":           stage,
		"patch.Staged":          staged,
		"patch.Write":           staged.Writes,
		"patch.Step":            patch.ManagementUpdate(p),
		"patch.Step list":       []patch.Step{patch.ManagementUpdate(p)},
		"identities.Request":    identities.ByToken(canary),
		"identities.Linked":     must(identities.Link(u, v)),
		"identities.Unlinked":   must(identities.Unlink(u, "auth0", "2")),
		"identities.Deleted":    identities.Delete(u),
		"metadata.Change":       must(user.Changes(must(user.Parse([]byte(`{"identities":[]}`))), u)),
		"metadata.Change alone": metadata.Change{Pointer: "/a", Kind: metadata.Replaced, From: must(metadata.ValueOf(canary)), To: must(metadata.ValueOf(canary))},
	}
}

// No password, token or hash shows in what fmt and slog write.
func TestNoSecretIsPrinted(t *testing.T) {
	for name, v := range secret(t) {
		for how, text := range written(v) {
			silent(t, name+", "+how, text)
		}
	}
}

// A log handler that writes JSON asks a value that is logged by itself.
func TestNoSecretIsLoggedAsJSON(t *testing.T) {
	asked := 0
	for name, v := range secret(t) {
		if k := reflect.TypeOf(v).Kind(); k == reflect.Slice && name != "patch.Payloads" {
			continue // encoding/json writes the bodies
		}
		asked++
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).With("w", v).Info("m", "v", v, slog.Group("g", "v", v))
		silent(t, name, b.String())
		assert.True(t, json.Valid(b.Bytes()), "%s: %s", name, b.String())
	}
	assert.Greater(t, asked, 10)
}

// plain are types that hold no secret, or what is only ever text of the caller's
// own: a metadata object prints as what it is.
var plain = []string{
	"metadata.Object", "metadata.Delta", "metadata.Value", "metadata.Knobs", "metadata.Error",
	"user.Circumstances", "user.Connection", "user.Effect", "user.Field", "user.Param", "user.Reading", "user.Rule", "user.Verdict", "user.Violation",
	"patch.Target", "patch.Response", "identities.Caller",
}

// Every struct that is exported is among the secrets, or is known to hold none.
func TestNoStructIsForgotten(t *testing.T) {
	known := map[string]bool{}
	for _, name := range plain {
		known[name] = true
	}
	for name := range secret(t) {
		known[name] = true
	}
	declaredTypes(t, func(name string, s *ast.TypeSpec) {
		if _, ok := s.Type.(*ast.StructType); ok {
			assert.True(t, known[name], "%s may hold a secret", name)
		}
	})
}

// No error says what is in a value: whatever is refused may be a password.
func TestNoValueIsInAnError(t *testing.T) {
	count := 0
	about := func(what string, err error) {
		t.Helper()
		if err == nil {
			return
		}
		count++
		for how, text := range written(err) {
			silent(t, what+", "+how, text)
		}
	}
	// Each reader, with a secret in text of every wrong shape.
	for _, r := range readers() {
		for _, value := range []string{
			`"` + canary, `["` + canary + `",]`, `"` + canary + `" "` + canary + `"`, canary, `"` + canary + "\xff\"", `"` + canary + `\ud800"`,
			`{"a":"` + canary + `","a":"` + canary + `"}`, `["` + canary + `"]`, `"` + canary + `"`, `{"b":"` + canary + `"}`, `[["` + canary + `"],{"c":"` + canary + `"}]`,
		} {
			_, err := r.read([]byte(strings.ReplaceAll(r.around, "VALUE", value)))
			about(r.name, err)
		}
	}
	// Each attribute, with a secret for its value, judged in every way.
	attributes := []string{
		"user_id", "email", "email_verified", "username", "phone_number", "phone_verified", "name", "nickname", "given_name", "family_name", "picture", "blocked",
		"identities", "user_metadata", "app_metadata", "multifactor", "multifactor_last_modified", "last_ip", "last_login", "logins_count", "last_password_reset",
		"created_at", "updated_at", "permissions", "password", "connection", "verify_email", "verify_phone_number", "client_id", "password_hash",
		"custom_password_hash", "mfa_factors", "link_with", "provider", "x",
	}
	long := strings.Repeat(canary, 100)
	for _, a := range attributes {
		for _, value := range []string{`"` + canary + `"`, `"` + long + `"`, `["` + canary + `"]`, `{"a":"` + canary + `"}`, `{"a":{"b":null,"c":["` + canary + `",9007199254740993]}}`} {
			text := []byte(`{"` + a + `":` + value + `}`)
			pair := []byte(`{"password":"` + canary + `","email":"` + canary + `","username":"` + canary + `","` + a + "2" + `":` + value + `}`)
			for _, text := range [][]byte{text, pair} {
				p, err := patch.Parse(text)
				about("patch.Parse", err)
				for _, target := range []patch.Target{{}, {Lenient: true}, {Connection: user.Connection{Kind: user.Database, Strategy: "auth0"}}, {Scopes: []string{}}} {
					verdict := p.Validate(target)
					about("Validate", verdict.Err())
					for _, v := range append(verdict.Violations, verdict.Warnings...) {
						about("Validate", v)
					}
					out, err := p.Apply(user.Profile{}, target)
					about("Apply", err)
					for _, v := range out.Warnings {
						about("Apply", v)
					}
					_, err = patch.Plan(user.Profile{}, p, target)
					about("Plan", err)
					_, err = p.Inverse(user.Profile{}, target)
					about("Inverse", err)
				}
				u, err := user.Parse(text)
				about("user.Parse", err)
				_, err = patch.Diff(user.Profile{}, u)
				about("Diff", err)
				_, err = patch.PlanTo(user.Profile{}, u, patch.Target{})
				about("PlanTo", err)
				_, err = user.ParseLogin(text)
				about("ParseLogin", err)
				if c, err := user.ParseCreation(text); err == nil {
					for _, v := range c.Validate(user.Circumstances{}).Violations {
						about("Creation", v)
					}
					_, err = user.New(c, canary, user.Circumstances{})
					about("New", err)
				}
				if row, err := user.ParseImport(text); err == nil {
					for _, v := range row.Validate(user.Circumstances{}).Violations {
						about("Import", v)
					}
					_, err = row.Into(u, true, "", user.Circumstances{})
					about("Into", err)
				}
				_, err = identities.ParseRequest(text)
				about("ParseRequest", err)
				_, err = identities.Link(u, u)
				about("Link", err)
				var form patch.Form
				about("Form", json.Unmarshal([]byte(`{"Password":`+value+`,"Email":`+value+`}`), &form))
				_, warnings := form.Payload(patch.PassEmpty)
				for _, v := range warnings {
					about("Form", v)
				}
				_, err = patch.Stage{Trigger: patch.PostLogin, User: u}.Run(patch.ManagementUpdate(p), patch.Step{}, patch.SetUserMetadata("a", json.RawMessage(canary)))
				about("Run", err)
				_, err = patch.Output(u)
				about("Output", err)
			}
		}
	}
	assert.Greater(t, count, 1000)
}

// What panics on purpose does not say what was wrong in which value.
func TestNoValueIsInAPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"MustParse": func() { metadata.MustParse(`{"a":"` + canary) },
		"MustDelta": func() { metadata.MustDelta(`["` + canary + `"]`) },
	} {
		func() {
			defer func() {
				r := recover()
				require.NotNil(t, r, name)
				for how, text := range written(r) {
					silent(t, name+", "+how, text)
				}
			}()
			f()
		}()
	}
}
