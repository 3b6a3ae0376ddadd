package hostile

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"log/slog"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/internal/long"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// canary stands for a secret.
const canary = "Canary7!"

// silent fails the test if written contains the canary, as text or in digits.
func silent(t *testing.T, name, written string) {
	t.Helper()
	if i := strings.Index(strings.ToLower(written), strings.ToLower(canary)); i >= 0 {
		t.Errorf("%s has the secret: %.200s", name, written[max(0, i-60):])
	}
	for _, digits := range []string{hex.EncodeToString([]byte(canary)), strings.Trim(fmt.Sprintf("%d", []byte(canary)), "[]")} {
		if strings.Contains(strings.ToLower(written), digits) {
			t.Errorf("%s has the secret in digits: %.200s", name, written)
		}
	}
}

// written returns the texts that fmt and slog write for v, and fmt for values that
// contain v.
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
	{"provider":"google-oauth2","user_id":"1","connection":"google","access_token":"` + canary + `","access_token_secret":"` + canary + `","refresh_token":"` + canary + `","profileData":{"access_token":"` + canary + `","id_token":"` + canary + `"}},
	{"provider":"auth0","user_id":"2","connection":"db","refresh_token":"` + canary + `"}],"user_metadata":{"a":1}}`

// secret returns values with a secret in each member that can have one, by the names
// of their types.
func secret(t *testing.T) map[string]any {
	u := must(user.Parse([]byte(secretProfile)))
	list := secretUsers(u)
	maps.Copy(list, secretLifecycle(u))
	maps.Copy(list, secretPatches(t, u))
	maps.Copy(list, secretIdentities(u))
	maps.Copy(list, secretMembers())
	return list
}

func secretUsers(u user.Profile) map[string]any {
	byHand := u.Clone()
	byHand.Identities[0] = user.Identity{
		AccessToken: user.Set(user.NewSecret(canary)), AccessTokenSecret: user.Set(user.NewSecret(canary)), RefreshToken: user.Set(user.NewSecret(canary)),
		Extra: metadata.MustParse(`{"access_token":"` + canary + `","refresh_token":"` + canary + `"}`),
	}
	inExtra := byHand.Clone()
	inExtra.Identities[0].AccessToken = user.Field[user.Secret]{}
	return map[string]any{
		"user.Profile":          u,
		"user.Profile by hand":  byHand,
		"user.Profile extra":    inExtra,
		"user.Profile pointer":  &u,
		"user.Profile list":     []user.Profile{u},
		"user.Identity":         u.Identities[0],
		"user.Identity list":    u.Identities,
		"user.Secret":           user.NewSecret(canary),
		"user.Field":            u.Identities[0].AccessToken,
		"metadata.Change":       user.Changes(must(user.Parse([]byte(`{"identities":[]}`))), u),
		"metadata.Change alone": metadata.Change{Pointer: "/a", Kind: metadata.Replaced, From: must(metadata.ValueOf(canary)), To: must(metadata.ValueOf(canary))},
	}
}

func secretLifecycle(u user.Profile) map[string]any {
	c := must(lifecycle.ParseCreation([]byte(`{"email":"kim@example.com","connection":"db","password":"` + canary + `"}`)))
	row := must(lifecycle.ParseRow([]byte(`{"email":"kim@example.com","password_hash":"` + canary + `","custom_password_hash":{"hash":{"value":"` + canary + `"}},"mfa_factors":[{"totp":{"secret":"` + canary + `"}}]}`)))
	hashed := must(lifecycle.ParseRow([]byte(`{"email":"kim@example.com","password_hash":"` + canary + `"}`)))
	at := user.Target{Connection: user.Connection{Kind: user.Social, Strategy: "google-oauth2"}, Now: time.Unix(1, 0)}
	return map[string]any{
		"lifecycle.Creation":          c,
		"lifecycle.Creation extra":    lifecycle.Creation{Extra: metadata.MustParse(`{"password":"` + canary + `"}`)},
		"lifecycle.Creation typed":    must(lifecycle.ParseCreation([]byte(`{"password":["` + canary + `"]}`))),
		"user.Outcome of a creation":  must(c.Create("1", user.Target{})),
		"lifecycle.Row":               row,
		"lifecycle.Row extra":         lifecycle.Row{Extra: metadata.MustParse(`{"password_hash":"` + canary + `","mfa_factors":["` + canary + `"]}`)},
		"lifecycle.Row hashed":        hashed,
		"user.Outcome of an import":   must(hashed.Import(user.Profile{}, false, "1", user.Target{Connection: user.Connection{Kind: user.Database}})),
		"user.Outcome of a login":     must(lifecycle.Login(u, must(lifecycle.ParseLogin([]byte(`{"user_id":"1","name":"Kim"}`))), at)),
		"lifecycle.RulesUser":         must(lifecycle.RulesObject(u)),
		"lifecycle.RulesUser by hand": must(must(lifecycle.RulesObject(u)).Set(canary, "identities")),
		"lifecycle.RulesUser list":    must(must(lifecycle.RulesObject(u)).Set([]any{canary, nil}, "identities")),
		"lifecycle.DatabaseUser":      lifecycle.DatabaseUser{State: lifecycle.Outside, Database: u, Profile: u},
	}
}

func secretPatches(t *testing.T, u user.Profile) map[string]any {
	p := must(patch.Parse([]byte(`{"connection":"db","password":"` + canary + `"}`)))
	var form card.Form
	require.NoError(t, json.Unmarshal([]byte(`{"ID":"auth0|1","Password":"`+canary+`","Connection":"db"}`), &form))
	stage := actions.Stage{Trigger: actions.PostLogin, User: u}
	staged := must(stage.Run(actions.ManagementUpdate(patch.Payload{Password: user.Set(user.NewSecret(canary)), Connection: user.Set("db")}), actions.SetAppMetadata("a", 1)))
	return map[string]any{
		"patch.Payload":       p,
		"patch.Payload extra": patch.Payload{Extra: metadata.MustParse(`{"password":"` + canary + `"}`)},
		"patch.Payload typed": must(patch.Parse([]byte(`{"password":{"a":"` + canary + `"}}`))),
		"patch.Payload list":  []patch.Payload{p},
		"patch.Payloads":      patch.Payloads{p},
		"card.Form":           form,
		"card.Form pointer":   &form,
		"user.Outcome":        must(p.Apply(u, user.Target{})),
		"actions.Stage":       stage,
		"actions.Staged":      staged,
		"actions.Writes":      staged.Writes,
		"actions.Write":       staged.Writes[0],
		"actions.Step":        actions.ManagementUpdate(p),
		"actions.Step list":   []actions.Step{actions.ManagementUpdate(p)},
	}
}

func secretIdentities(u user.Profile) map[string]any {
	v := u.Clone()
	v.UserID = user.Set(user.ID("google-oauth2|3"))
	v.Identities = v.Identities[:1]
	v.Identities[0].UserID = user.Set[user.ID]("3")
	return map[string]any{
		"identities.Request":     identities.ByToken(canary),
		"user.Outcome of a link": must(identities.Link(u, v, user.Target{})),
		"identities.Unlinked":    must(identities.Unlink(u, "auth0", "2")),
		"identities.Deleted":     identities.Delete(u),
	}
}

// secretMembers returns values with a secret in a member that has no field.
func secretMembers() map[string]any {
	plain := must(lifecycle.ParseRow([]byte(`{"email":"kim@example.com","password":"` + canary + `","access_token":"` + canary + `"}`)))
	rooted := must(user.Parse([]byte(strings.Replace(secretProfile, `{`, `{"access_token":"`+canary+`","refresh_token":"`+canary+`","id_token":"`+canary+`","password":"`+canary+`",`, 1))))
	spread := must(patch.Parse([]byte(strings.Replace(secretProfile, `{`, `{"nickname":"k","access_token":"`+canary+`","id_token":"`+canary+`",`, 1))))
	removal := must(patch.Parse([]byte(`{"access_token":null,"refresh_token":null,"id_token":null,"password":"` + canary + `"}`)))
	stage := actions.Stage{Trigger: actions.PostLogin, User: rooted}
	google := user.Target{Connection: user.Connection{Kind: user.Social, Strategy: "google-oauth2"}}
	again := must(lifecycle.ParseLogin([]byte(`{"user_id":"1","access_token":"` + canary + `","id_token":"` + canary + `"}`)))
	other := rooted.Clone()
	other.UserID = user.Set(user.ID("google-oauth2|3"))
	other.Identities = other.Identities[:1]
	other.Identities[0].UserID = user.Set[user.ID]("3")
	return map[string]any{
		"lifecycle.Row plain":         plain,
		"lifecycle.Row plain list":    []lifecycle.Row{plain},
		"user.Profile rooted":         rooted,
		"user.Outcome rooted":         must(removal.Apply(rooted, user.Target{})),
		"metadata.Change rooted":      must(removal.Apply(rooted, user.Target{})).Changes,
		"actions.Stage rooted":        stage,
		"actions.Staged rooted":       must(stage.Run(actions.ManagementUpdate(removal), actions.NextAction())),
		"identities.Unlinked rooted":  must(identities.Unlink(rooted, "auth0", "2")),
		"user.Outcome of a login b":   must(lifecycle.Login(rooted, again, google)),
		"user.Outcome of a link of b": must(identities.Link(rooted, other, user.Target{})),
		"lifecycle.RulesUser rooted":  must(lifecycle.RulesObject(rooted)),
		"patch.Payload spread":        spread,
		"patch.Payload spread list":   []patch.Payload{spread},
		"patch.Payloads spread":       patch.Payloads{spread},
		"patch.Verdict":               spread.Validate(user.Target{}),
		"actions.Step spread":         actions.ManagementUpdate(spread),
	}
}

// fmt and slog mask passwords, tokens and hashes.
func TestNoSecretIsPrinted(t *testing.T) {
	for name, v := range secret(t) {
		for verb, text := range written(v) {
			silent(t, name+", "+verb, text)
		}
	}
}

// inside returns values of types that contain the type of v: fields, exported or not,
// elements and pointers.
func inside(v any) map[string]any {
	typ, val := reflect.TypeOf(v), reflect.ValueOf(v)
	at := reflect.New(typ)
	at.Elem().Set(val)
	pointer := reflect.New(at.Type())
	pointer.Elem().Set(at)
	list := reflect.Append(reflect.MakeSlice(reflect.SliceOf(typ), 0, 1), val)
	pointers := reflect.Append(reflect.MakeSlice(reflect.SliceOf(at.Type()), 0, 1), at)
	array := reflect.New(reflect.ArrayOf(1, typ)).Elem()
	array.Index(0).Set(val)
	byName := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), typ))
	byName.SetMapIndex(reflect.ValueOf("k"), val)
	out := map[string]any{
		"itself": v, "pointer": at.Interface(), "pointer to pointer": pointer.Interface(), "list": list.Interface(), "list of pointers": pointers.Interface(),
		"array": array.Interface(), "map": byName.Interface(),
	}
	if val.Comparable() {
		keys := reflect.MakeMap(reflect.MapOf(typ, reflect.TypeFor[bool]()))
		keys.SetMapIndex(val, reflect.ValueOf(true))
		out["key"] = keys.Interface()
	}
	for name, x := range maps.Clone(out) {
		typ := reflect.TypeOf(x)
		exported := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "V", Type: typ}}))
		exported.Elem().Field(0).Set(reflect.ValueOf(x))
		hidden := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "v", PkgPath: "hostile", Type: typ}}))
		reflect.NewAt(typ, hidden.Elem().Field(0).Addr().UnsafePointer()).Elem().Set(reflect.ValueOf(x))
		out["exported "+name], out["hidden "+name] = exported.Elem().Interface(), hidden.Elem().Interface()
		out["pointer to exported "+name], out["pointer to hidden "+name] = exported.Interface(), hidden.Interface()
	}
	return out
}

// walked returns the texts of forms in which fmt walks v by reflection and may call no
// method.
func walked(v any) map[string]string {
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%c", "%e", "%p", "%z", "%.3s"}
	if _, is := v.(error); !is {
		verbs = append(verbs, "%w")
	}
	out := map[string]string{}
	for name, x := range inside(v) {
		for _, verb := range verbs {
			out[name+" "+verb] = fmt.Sprintf(verb, x)
		}
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("m", "v", x, "any", []any{x}, "struct", struct{ v any }{x})
		out[name+" slog"] = b.String()
	}
	return out
}

// fmt and slog print no secret where they call no method either.
func TestNoSecretIsWalked(t *testing.T) {
	for name, v := range secret(t) {
		if name == "metadata.Change alone" {
			continue // not of a profile: Format states which forms write the values
		}
		for form, text := range walked(v) {
			silent(t, name+", "+form, text)
		}
	}
}

// The changes of an outcome have no secret in JSON either.
func TestNoSecretIsInTheChangesOfAProfile(t *testing.T) {
	checked := 0
	for name, v := range secret(t) {
		var list []metadata.Change
		switch v := v.(type) {
		case user.Outcome:
			list = v.Changes()
		case identities.Unlinked:
			list = v.Changes()
		case actions.Staged:
			list = v.Changes()
		case []metadata.Change:
			list = v
		}
		checked += len(list)
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).Info("m", "v", list, "map", map[string]any{"k": list})
		silent(t, name, b.String())
	}
	assert.Greater(t, checked, 10)
}

// A log handler that writes JSON masks the secrets of a value that is logged by itself.
func TestNoSecretIsLoggedAsJSON(t *testing.T) {
	logged := 0
	for name, v := range secret(t) {
		if k := reflect.TypeOf(v).Kind(); k == reflect.Slice && name != "patch.Payloads" && name != "actions.Writes" {
			continue // encoding/json writes the bodies
		}
		logged++
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).With("w", v).Info("m", "v", v, slog.Group("g", "v", v))
		silent(t, name, b.String())
		assert.True(t, json.Valid(b.Bytes()), "%s: %s", name, b.String())
	}
	assert.Greater(t, logged, 10)
}

// plain are types without secrets, and types that print the caller's own text, such as
// a metadata object.
var plain = []string{
	"metadata.Object", "metadata.Delta", "metadata.Value", "metadata.Error",
	"user.Target", "user.Connection", "user.Attributes", "user.Attribute", "user.Effect", "rule.Reading", "rule.Rule", "rule.Verdict", "rule.Violation",
	"rule.Answer", "patch.Response", "identities.Caller",
}

// Each exported struct is tested for secrets, or listed as one without.
func TestEveryStructIsListed(t *testing.T) {
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

// errorCheck looks for the canary in errors.
type errorCheck struct {
	*testing.T
	count int
	seen  map[string]bool // errors that were checked
}

// check checks the texts of an error. Of equal errors it checks one, unless
// METAMELD_LONG=1.
func (c *errorCheck) check(name string, err error) {
	c.Helper()
	if err == nil {
		return
	}
	c.count++
	key := fmt.Sprintf("%T %#v", err, err)
	if c.seen[key] && !long.Enabled() {
		return
	}
	c.seen[key] = true
	for verb, text := range written(err) {
		silent(c.T, name+", "+verb, text)
	}
}

func (c *errorCheck) violations(name string, list rule.Violations) {
	c.Helper()
	for _, v := range list {
		c.check(name, v)
	}
}

// Errors do not contain values: any refused value may be a password.
func TestNoValueIsInAnError(t *testing.T) {
	t.Parallel()
	c := &errorCheck{T: t, seen: map[string]bool{}}
	c.readers()
	long := strings.Repeat(canary, 100)
	for _, a := range []string{
		"user_id", "email", "email_verified", "username", "phone_number", "phone_verified", "name", "nickname", "given_name", "family_name", "picture", "blocked",
		"identities", "user_metadata", "app_metadata", "multifactor", "multifactor_last_modified", "last_ip", "last_login", "logins_count", "last_password_reset",
		"created_at", "updated_at", "permissions", "password", "connection", "verify_email", "verify_phone_number", "client_id", "password_hash",
		"custom_password_hash", "mfa_factors", "link_with", "provider", "x",
	} {
		for _, value := range []string{`"` + canary + `"`, `"` + long + `"`, `["` + canary + `"]`, `{"a":"` + canary + `"}`, `{"a":{"b":null,"c":["` + canary + `",9007199254740993]}}`} {
			for _, text := range []string{
				`{"` + a + `":` + value + `}`,
				`{"password":"` + canary + `","email":"` + canary + `","username":"` + canary + `","` + a + "2" + `":` + value + `}`,
			} {
				p := c.payload([]byte(text))
				u := c.users([]byte(text))
				c.operations(u, p, value)
			}
		}
	}
	assert.Greater(t, c.count, 1000)
}

// readers checks each reader with invalid texts and values of the wrong type.
func (c *errorCheck) readers() {
	for _, r := range readers() {
		for _, value := range []string{
			`"` + canary, `["` + canary + `",]`, `"` + canary + `" "` + canary + `"`, canary, `"` + canary + "\xff\"", `"` + canary + `\ud800"`,
			`{"a":"` + canary + `","a":"` + canary + `"}`, `["` + canary + `"]`, `"` + canary + `"`, `{"b":"` + canary + `"}`, `[["` + canary + `"],{"c":"` + canary + `"}]`,
		} {
			_, err := r.read([]byte(strings.ReplaceAll(r.around, "VALUE", value)))
			c.check(r.name, err)
		}
	}
}

// payload checks the operations on the payload in text.
func (c *errorCheck) payload(text []byte) patch.Payload {
	p, err := patch.Parse(text)
	c.check("patch.Parse", err)
	for _, target := range []user.Target{{}, {Sources: rule.Lenient}, {Connection: user.Connection{Kind: user.Database, Strategy: "auth0"}}, {Scopes: []string{}}} {
		verdict := p.Validate(target)
		c.check("Validate", verdict.Err())
		c.violations("Validate", verdict.Violations)
		c.violations("Validate", verdict.Warnings)
		out, err := p.Apply(user.Profile{}, target)
		c.check("Apply", err)
		c.violations("Apply", out.Warnings)
		_, err = patch.Plan(user.Profile{}, p, target)
		c.check("Plan", err)
		_, err = p.Inverse(user.Profile{}, target)
		c.check("Inverse", err)
	}
	return p
}

// users checks the readers of users, creations and rows with text.
func (c *errorCheck) users(text []byte) user.Profile {
	u, err := user.Parse(text)
	c.check("user.Parse", err)
	_, err = lifecycle.ParseLogin(text)
	c.check("ParseLogin", err)
	if creation, err := lifecycle.ParseCreation(text); err == nil {
		c.violations("Creation.Validate", creation.Validate(user.Target{}).Violations)
		_, err = creation.Create(canary, user.Target{})
		c.check("Create", err)
	}
	if row, err := lifecycle.ParseRow(text); err == nil {
		c.violations("Row.Validate", row.Validate(user.Target{}).Violations)
		_, err = row.Import(u, true, "", user.Target{})
		c.check("Import", err)
	}
	_, err = identities.ParseRequest(text)
	c.check("ParseRequest", err)
	return u
}

// operations checks the other operations on a user.
func (c *errorCheck) operations(u user.Profile, p patch.Payload, value string) {
	_, err := patch.Diff(user.Profile{}, u)
	c.check("Diff", err)
	_, err = patch.PlanTo(user.Profile{}, u, user.Target{})
	c.check("PlanTo", err)
	_, err = identities.Link(u, u, user.Target{})
	c.check("Link", err)
	var form card.Form
	c.check("Form", json.Unmarshal([]byte(`{"Password":`+value+`,"Email":`+value+`}`), &form))
	_, warnings := form.Payload(metadata.PassEmpty)
	c.violations("Form", warnings)
	_, err = actions.Stage{Trigger: actions.PostLogin, User: u}.Run(actions.ManagementUpdate(p), actions.Step{}, actions.SetUserMetadata("a", json.RawMessage(canary)))
	c.check("Run", err)
	_, err = card.Output(u)
	c.check("Output", err)
}

// Panics do not contain values.
func TestNoValueIsInAPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"MustParse": func() { metadata.MustParse(`{"a":"` + canary) },
		"MustDelta": func() { metadata.MustDelta(`["` + canary + `"]`) },
	} {
		func() {
			defer func() {
				r := recover()
				require.NotNil(t, r, name)
				for verb, text := range written(r) {
					silent(t, name+", "+verb, text)
				}
			}()
			f()
		}()
	}
}
