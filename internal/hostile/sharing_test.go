package hostile

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/patch/actions"
	"github.com/metameld/metameld/patch/card"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// account is a profile with attributes of every kind.
const account = `{"user_id":"auth0|1","email":"kim@example.com","email_verified":"true","name":"Kim","identities":[
	{"provider":"auth0","user_id":"1","connection":"db","profileData":{"a":1}},{"provider":"google-oauth2","user_id":2,"connection":"google-oauth2","isSocial":true}],
	"user_metadata":{"color":"red","addr":{"home":"h","l":[1,{"k":null}]}},"app_metadata":{"plan":"p"},"multifactor":["guardian"],"x":{"y":[1]}}`

// arguments returns values for the parameters of every function, by their types. wide
// has so many members that it is searched by an index, which is made when it is first
// needed.
func arguments(t *testing.T) map[reflect.Type]any {
	wide := metadata.MustParse(strings.Replace(members(100, func(i int) string { return fmt.Sprintf("k%d", i) }), `"k1":1`, `"k1":{"a":[1,{"b":null}],"c":"d"}`, 1))
	delta := metadata.MustDelta(`{"k1":{"a":[2],"e":null},"k2":null,"new":{"x":[1]}}`)
	u := must(user.Parse([]byte(account)))
	p := must(patch.Parse([]byte(`{"name":"K","user_metadata":{"color":null,"addr":{"work":"w"}},"app_metadata":{},"x":[1]}`)))
	var form card.Form
	require.NoError(t, json.Unmarshal([]byte(`{"ID":"auth0|1","Name":"K","Metadata":{"a":{"b":null}}}`), &form))
	at := user.Target{
		Connection: user.Connection{
			Kind: user.Database, Strategy: "auth0", NonPersistent: []string{"x"},
			Attributes: user.Attributes{Username: &user.Attribute{ProfileRequired: user.Set(true)}},
		},
		Now: time.Unix(1, 0).UTC(), Policies: rule.Policies{},
	}
	list := []any{
		[]byte(`{"a":{"b":[1]},"c":"d"}`), "a", true, 3, 200, int64(7), 1.5, rune('v'), u.UserID.Or(""), time.Unix(1, 0).UTC(), map[string]any{"a": []any{1}},
		wide, delta, must(metadata.ValueOf(json.RawMessage(`{"a":[1,{"b":null}],"c":"d"}`))), metadata.FirstLevel, metadata.PassEmpty,
		metadata.Changes(wide, metadata.Deep.Merge(wide, delta)), metadata.Change{Pointer: "/a", Kind: metadata.Added},
		u, u.Identities[0], p, form, at, at.Connection, *at.Connection.Attributes.Username, rule.EndpointUpdate, rule.Strict, p.Validate(at), p.Validate(user.Target{}).Warnings, lifecycle.Cached, user.NewSecret("s"), at.Policies, user.SessionsExpire, must(lifecycle.ParseCreation([]byte(`{"email":"kim@example.com","connection":"db","password":"p","user_metadata":{"a":{"b":1}},"x":1}`))),
		must(lifecycle.ParseRow([]byte(`{"email":"kim@example.com","user_metadata":{"a":{"b":1}},"mfa_factors":[{}]}`))),
		lifecycle.DatabaseUser{State: lifecycle.Outside, Database: u}, must(lifecycle.RulesObject(u)), rule.Type, user.Set("v"),
		actions.SetUserMetadata("a", 1), []actions.Step{actions.SetUserMetadata("a", map[string]any{"b": 1}), actions.NextAction(), actions.ManagementUpdate(p)},
		actions.Stage{Trigger: actions.PostLogin, User: u}, actions.PostLogin, identities.ByIdentity("auth0", "2"),
		identities.Caller{Scopes: []string{"update:users"}}, must(identities.Link(u, must(user.Parse([]byte(`{"user_id":"a|3","identities":[{"provider":"a","user_id":"3"}]}`))), user.Target{})),
		must(actions.Stage{Trigger: actions.PostLogin, User: u}.Run(actions.SetUserMetadata("a", 1), actions.NextAction())), must(p.Apply(u, user.Target{})),
	}
	out := map[reflect.Type]any{
		reflect.TypeFor[any]():                               map[string]any{"a": []any{1, map[string]any{"b": nil}}},
		reflect.TypeFor[error]():                             metadata.Errors{{Fault: metadata.ErrUnreachable, Pointer: "/a"}},
		reflect.TypeFor[func(string, metadata.Value) bool](): func(name string, _ metadata.Value) bool { return name != "k3" },
		reflect.TypeFor[[]string]():                          []string{"k1", "c"},
		reflect.TypeFor[[]rule.Policies]():                   []rule.Policies{{rule.BlankText: "empty-text"}, {}},
	}
	for _, v := range list {
		out[reflect.TypeOf(v)] = v
	}
	return out
}

// functions returns the exported functions; generic ones with one type argument.
func functions() map[string]any {
	return map[string]any{
		"metadata.Changes": metadata.Changes, "metadata.Wipe": metadata.Wipe, "metadata.ParseDelta": metadata.ParseDelta, "metadata.DeltaOf": metadata.DeltaOf,
		"metadata.Unreachable": metadata.Unreachable, "metadata.From": metadata.From[map[string]any],
		"metadata.ParsePointer": metadata.ParsePointer, "metadata.Pointer": metadata.Pointer, "metadata.Merge3": metadata.Merge3,
		"metadata.MergeStruct": metadata.MergeStruct[map[string]any], "metadata.ParseMode": metadata.ParseMode, "metadata.Parse": metadata.Parse,
		"metadata.ValueOf": metadata.ValueOf,
		"rule.All":         rule.All, "rule.Find": rule.Find, "rule.Match": rule.Match, "rule.AnswerTo": rule.AnswerTo, "rule.ParsePolicies": rule.ParsePolicies,
		"user.Changes": user.Changes, "user.Set": user.Set[string], "user.Null": user.Null[string], "user.FieldOf": user.FieldOf[string],
		"user.NewSecret": user.NewSecret, "user.TimestampOf": user.TimestampOf, "user.Parse": user.Parse, "user.FromValue": user.FromValue,
		"user.ParseConnection": user.ParseConnection,
		"lifecycle.ParseRow":   lifecycle.ParseRow, "lifecycle.ParseRows": lifecycle.ParseRows, "lifecycle.ParseCreation": lifecycle.ParseCreation,
		"lifecycle.Exchange": lifecycle.Exchange, "lifecycle.RulesObject": lifecycle.RulesObject, "lifecycle.ParseLogin": lifecycle.ParseLogin,
		"lifecycle.Login": lifecycle.Login, "lifecycle.SignUp": lifecycle.SignUp,
		"patch.Diff": patch.Diff, "patch.Conflicts": patch.Conflicts, "patch.Parse": patch.Parse, "patch.FromValue": patch.FromValue,
		"patch.From": patch.From, "patch.FromInputs": patch.FromInputs, "patch.Plan": patch.Plan, "patch.PlanTo": patch.PlanTo,
		"card.Output": card.Output, "actions.SetUserMetadata": actions.SetUserMetadata, "actions.SetAppMetadata": actions.SetAppMetadata,
		"actions.NextAction": actions.NextAction, "actions.Redirect": actions.Redirect, "actions.SetPrimaryUser": actions.SetPrimaryUser,
		"actions.ManagementUpdate": actions.ManagementUpdate, "actions.Deny": actions.Deny, "actions.ParseSteps": actions.ParseSteps,
		"actions.Triggers":       actions.Triggers,
		"identities.Link":        identities.Link,
		"identities.LinkMerging": identities.LinkMerging, "identities.Unlink": identities.Unlink, "identities.Primary": identities.Primary,
		"identities.Delete": identities.Delete, "identities.ByIdentity": identities.ByIdentity, "identities.ByToken": identities.ByToken,
		"identities.RequestFor": identities.RequestFor, "identities.ParseRequest": identities.ParseRequest,
	}
}

// Each exported function is listed in functions.
func TestEveryFunctionIsListed(t *testing.T) {
	have := functions()
	declared(t, func(name string, d *ast.FuncDecl) {
		if d.Recv == nil && !strings.HasPrefix(d.Name.Name, "Must") {
			assert.Contains(t, have, name)
			delete(have, name)
		}
	})
	assert.Empty(t, have)
}

// call is a function or method with its arguments.
type call struct {
	name string
	f    reflect.Value
	args []reflect.Value
}

// calls returns every function, and every method of every argument that does not
// set its receiver.
func calls(t *testing.T, pool map[reflect.Type]any) (list []call) {
	argument := func(typ reflect.Type) (reflect.Value, bool) {
		if v, ok := pool[typ]; ok {
			out := reflect.New(typ).Elem()
			out.Set(reflect.ValueOf(v))
			return out, true
		}
		return reflect.Value{}, false
	}
	add := func(name string, f reflect.Value) {
		c := call{name: name, f: f}
		for i := range f.Type().NumIn() {
			v, ok := argument(f.Type().In(i))
			if !ok {
				t.Errorf("%s: no argument of type %s", name, f.Type().In(i))
				return
			}
			if i == 0 && strings.Contains(name, ".Append") {
				v.SetZero() // dst must not overlap what is read
			}
			c.args = append(c.args, v)
		}
		list = append(list, c)
	}
	for name, f := range functions() {
		add(name, reflect.ValueOf(f))
	}
	for typ, v := range pool {
		if !strings.Contains(typ.PkgPath(), "metameld") {
			continue
		}
		for i := range typ.NumMethod() {
			switch name := typ.Method(i).Name; name {
			case "Format", "Decode": // a fmt.State, a pointer
			default:
				add(typ.String()+"."+name, reflect.ValueOf(v).Method(i))
			}
		}
	}
	slices.SortFunc(list, func(a, b call) int { return strings.Compare(a.name, b.name) })
	return list
}

// do calls c, reads iterators among its results to the end, and returns the results.
func (c call) do() []reflect.Value {
	var out []reflect.Value
	if c.f.Type().IsVariadic() {
		out = c.f.CallSlice(c.args)
	} else {
		out = c.f.Call(c.args)
	}
	for _, v := range out {
		if v.Kind() == reflect.Func && v.Type().NumIn() == 1 && !v.IsNil() {
			if v.Type().In(0).NumIn() == 2 {
				for range v.Seq2() {
				}
			} else {
				for range v.Seq() {
				}
			}
		}
	}
	return out
}

// image returns the JSON text and the printed text of v.
func image(t *testing.T, v any) string {
	t.Helper()
	switch v.(type) {
	case func(string, metadata.Value) bool:
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%v %v", err, v)
	}
	return fmt.Sprintf("%s %v", text, v)
}

// scribble overwrites every part of v that a caller can write to.
func scribble(v reflect.Value, levels int) {
	if levels == 0 || !v.IsValid() {
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Cap() {
			e := v.Slice(0, v.Cap()).Index(i)
			scribble(e, levels-1)
			e.SetZero()
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			scribble(v.MapIndex(key), levels-1)
			v.SetMapIndex(key, reflect.Value{})
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			scribble(v.Elem(), levels-1)
			v.Elem().SetZero()
		}
	case reflect.Interface:
		scribble(v.Elem(), levels-1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scribble(v.Field(i), levels-1)
			}
		}
	}
}

// No function changes its arguments or its receiver, and writing to the results does
// not change them either.
func TestInputsNeverChange(t *testing.T) {
	pool := arguments(t)
	list := calls(t, pool)
	before := map[reflect.Type]string{}
	for typ, v := range pool {
		before[typ] = image(t, v)
	}
	for i := range list {
		c := list[i]
		same := true
		compare := func(when string) {
			for typ, v := range pool {
				if after := image(t, v); after != before[typ] {
					t.Errorf("%s changed a %s %s:\n%.500s\n%.500s", c.name, typ, when, before[typ], after)
					same = false
				}
			}
		}
		out := c.do()
		compare("by itself")
		for _, v := range out {
			scribble(v, 20)
		}
		compare("when its result was written to")
		if !same { // later calls get fresh arguments
			pool = arguments(t)
			list = calls(t, pool)
		}
	}
	assert.Greater(t, len(list), 200)
}

// Goroutines share values without a lock. The race detector checks this test.
func TestValuesAreShared(t *testing.T) {
	pool := arguments(t)
	list := calls(t, pool)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for g := range 4 {
		wg.Go(func() {
			<-start
			for i := range list {
				list[(i+g*len(list)/8)%len(list)].do()
			}
		})
	}
	close(start)
	wg.Wait()
}
