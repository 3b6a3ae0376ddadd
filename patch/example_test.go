package patch_test

import (
	"errors"
	"fmt"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// A literal reads like the JSON that will be sent: absent members are not sent,
// null removes.
func ExamplePayload() {
	p := patch.Payload{
		Name:         user.Set("Ann"),
		Picture:      user.Null[string](),
		Blocked:      user.Set(false),
		UserMetadata: metadata.MustDelta(`{"color":"red"}`),
	}
	fmt.Println(string(p.AppendJSON(nil)))
	// Output:
	// {"blocked":false,"user_metadata":{"color":"red"},"name":"Ann","picture":null}
}

// Why is this PATCH refused? Every violation is listed, each with its rule, and the rule
// has its source.
func ExamplePayload_Validate() {
	p, err := patch.Parse([]byte(`{"password":"secret","email":"ann@example.com","blocked":null}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	verdict := p.Validate(user.Target{Connection: members, Sources: rule.Current})
	fmt.Println(verdict.Err())
	broken := errors.Is(verdict.Err(), rule.ExclusiveAttributes)
	fmt.Println(broken)
	r, _ := rule.Find(verdict.Violations[0].Rule)
	fmt.Println(r.Evidence, "in", r.Source)
	// Output:
	// blocked cannot be null; leave it out to keep it [patch.null] at /blocked
	// cannot update password and email simultaneously; send two payloads, see Plan [patch.exclusive-attributes] at /password
	// true
	// documented in Auth0 Management API, UpdateUserRequestContent [2026-06-25]
}

// What would this wipe? {} for a metadata object removes everything in it, and a nested
// object replaces the one that was there.
func ExamplePayload_Apply_wipe() {
	u := user.Profile{
		UserMetadata: metadata.MustParse(`{"address":{"home":"h","work":"w"}}`),
		AppMetadata:  metadata.MustParse(`{"plan":"gold"}`),
	}
	p := patch.Payload{UserMetadata: metadata.MustDelta(`{"address":{"home":"new"}}`), AppMetadata: metadata.Wipe()}
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	out, err := p.Apply(u, user.Target{Connection: members, Sources: rule.Current})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range out.Changes() {
		fmt.Println(c)
	}
	for _, w := range out.Warnings {
		fmt.Println(w.Rule, "at", w.Pointer)
	}
	// Output:
	// replaced /user_metadata/address/home
	// removed /user_metadata/address/work
	// removed /app_metadata
	// patch.metadata-wipe at /app_metadata
	// patch.replaced-object at /user_metadata/address
}

// If sources disagree, rule.Strict decides, unless the target selects another setting.
func ExampleTarget() {
	p := patch.Payload{Nickname: user.Set("ann")}
	t := user.Target{Connection: user.Connection{Name: "members", Strategy: "auth0", Kind: user.CustomDatabase, ImportMode: true}, Migrated: true}
	fmt.Println(p.Validate(t).Valid())
	t.Sources = rule.Current
	fmt.Println(p.Validate(t).Valid())
	// Output:
	// false
	// true
}

// The goal starts from a copy of the profile: attributes that it lacks are removed.
func ExampleDiff() {
	u := user.Profile{
		GivenName:    user.Set("Ann"),
		UserMetadata: metadata.MustParse(`{"color":"red","shape":"round"}`),
	}
	goal := u.Clone()
	goal.GivenName = user.Set("Anne")
	goal.UserMetadata = goal.UserMetadata.Without("shape")
	p, err := patch.Diff(u, goal)
	if err != nil {
		fmt.Println(err) // it names the differences that no payload can make
		return
	}
	fmt.Println(p)
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	out, err := p.Apply(u, user.Target{Connection: members, Sources: rule.Current})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range out.Changes() { // look for removals before it is sent
		fmt.Println(c)
	}
	// Output:
	// {"user_metadata":{"shape":null},"given_name":"Anne"}
	// replaced /given_name
	// removed /user_metadata/shape
}

// Which payloads get me there? One payload cannot hold an e-mail and a password, so there
// are two.
func ExamplePlan() {
	goal := patch.Payload{
		Email:    user.Set("ann@example.org"),
		Password: user.Set(user.NewSecret("correct-horse")),
		Blocked:  user.Set(false),
	}
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	list, err := patch.Plan(user.Profile{Blocked: user.Set(true)}, goal, user.Target{Connection: members, Sources: rule.Current})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range list {
		fmt.Println(p) // the password is masked
	}
	// Output:
	// {"email":"ann@example.org"}
	// {"blocked":false,"password":"********"}
}

// Are the blank inputs of my form passed, or skipped? The option of the workflow card
// decides, and a blank password is never sent.
func ExampleFromInputs() {
	form := map[string]any{"given_name": "Ann", "nickname": "", "user_metadata": map[string]any{}, "password": ""}
	for _, empties := range []metadata.Empties{metadata.SkipEmpty, metadata.PassEmpty} {
		p, warnings, err := patch.FromInputs(form, empties)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(empties, p)
		for _, w := range warnings {
			fmt.Println(w.Rule, "at", w.Pointer)
		}
	}
	// Output:
	// skip-empty {"given_name":"Ann"}
	// pass-empty {"user_metadata":{},"given_name":"Ann","nickname":null}
	// patch.blank-text at /nickname
	// patch.blank-input at /password
	// patch.metadata-wipe at /user_metadata
}

// The payload that undoes an update is computed before the update is sent.
func ExamplePayload_Inverse() {
	u := user.Profile{GivenName: user.Set("Ann"), UserMetadata: metadata.MustParse(`{"color":"red"}`)}
	p := patch.Payload{
		GivenName:    user.Set("Anne"),
		Password:     user.Set(user.NewSecret("correct-horse")),
		UserMetadata: metadata.MustDelta(`{"color":null,"shape":"round"}`),
	}
	members := user.Connection{Name: "members", Strategy: "auth0", Kind: user.Database}
	undo, err := p.Inverse(u, user.Target{Connection: members, Sources: rule.Current})
	fmt.Println(undo)
	fmt.Println(err) // the old password is not known
	// Output:
	// {"user_metadata":{"color":"red","shape":null},"given_name":"Ann"}
	// cannot be reached: /password
}

// A test can expect the API's answer, if it is known.
func ExamplePayload_Response() {
	google := user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social, RootAttributes: user.OnFirstLogin}
	p := patch.Payload{Email: user.Set("ann@example.org")}
	r, known := p.Response(user.Target{Connection: google})
	fmt.Println(known, r.StatusCode, r.Message)
	p = patch.Payload{AppMetadata: metadata.MustDelta(`{"a.b":1}`)}
	_, known = p.Response(user.Target{Connection: google})
	fmt.Println(known, p.Validate(user.Target{Connection: google}).Valid())
	// Output:
	// true 400 Cannot update email for non-database user.
	// false false
}

// Two payloads prepared from one read would overwrite each other.
func ExampleConflicts() {
	a := patch.Payload{Email: user.Set("ann@example.org"), UserMetadata: metadata.MustDelta(`{"color":"red"}`)}
	b := patch.Payload{EmailVerified: user.Set(true), UserMetadata: metadata.MustDelta(`{"color":"blue","shape":"round"}`)}
	fmt.Println(patch.Conflicts(a, b))
	// Output:
	// [/email_verified /user_metadata/color]
}
