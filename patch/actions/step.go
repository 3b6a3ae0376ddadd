package actions

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Step is one thing that happens while the Actions of a trigger run. [Stage.Run]
// refuses the zero Step. A Step is immutable.
type Step struct {
	kind    stepKind
	name    string         // of the member, or the id of the new primary user
	value   metadata.Value // absent: undefined
	payload *patch.Payload // never changed
	err     error          // of a value that is not JSON
}

type stepKind uint8

const (
	kindNone stepKind = iota
	kindSetUserMetadata
	kindSetAppMetadata
	kindNextAction
	kindRedirect
	kindSetPrimaryUser
	kindManagementUpdate
	kindDeny
	kinds
)

var stepNames = [kinds]string{
	"", "set_user_metadata", "set_app_metadata", "next_action", "redirect", "set_primary_user", "management_update", "deny",
}

// SetUserMetadata is the call api.user.setUserMetadata(key, value). nil is null,
// which removes the member; an absent [metadata.Value] is undefined. [Stage.Run]
// refuses a value that [metadata.ValueOf] does not take. The Step shares no memory
// with value.
func SetUserMetadata(key string, value any) Step { return setter(kindSetUserMetadata, key, value) }

// SetAppMetadata is the call api.user.setAppMetadata(key, value); see
// [SetUserMetadata].
func SetAppMetadata(key string, value any) Step { return setter(kindSetAppMetadata, key, value) }

func setter(kind stepKind, key string, value any) Step {
	if v, ok := value.(metadata.Value); ok {
		return Step{kind: kind, name: key, value: v}
	}
	v, err := metadata.ValueOf(value)
	return Step{kind: kind, name: key, value: v, err: err}
}

// NextAction is the end of one Action and the start of the next one of the trigger.
func NextAction() Step { return Step{kind: kindNextAction} }

// Redirect is the moment at which api.redirect.sendUserTo redirects the user; the
// steps after it happen when the user is back.
func Redirect() Step { return Step{kind: kindRedirect} }

// SetPrimaryUser is the call api.authentication.setPrimaryUser(id). Auth0 does not
// allow it together with a rule that sets context.primaryUser.
func SetPrimaryUser(id user.ID) Step { return Step{kind: kindSetPrimaryUser, name: string(id)} }

// ManagementUpdate is a direct update: an Action sends p to the Management API, which
// applies it at once.
func ManagementUpdate(p patch.Payload) Step { return Step{kind: kindManagementUpdate, payload: &p} }

// Deny is the call api.access.deny.
func Deny() Step { return Step{kind: kindDeny} }

// Equal reports whether s and t are the same step with equal arguments.
func (s Step) Equal(t Step) bool {
	return s.kind == t.kind && s.name == t.name && s.value.Equal(t.value) && (s.err == nil) == (t.err == nil) &&
		(s.payload == nil || s.payload.Equal(*t.payload))
}

// String returns the name of the step, without its arguments; "" for the zero Step.
func (s Step) String() string { return stepNames[s.kind] }

// Format writes the text of String. Package fmt writes the value of a setter where it
// calls no method; see [metadata.Change.Format].
func (s Step) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the text of String. A slog.JSONHandler does not call it for a Step
// inside a slice or struct: there it writes what json.Marshal does, passwords
// included.
func (s Step) LogValue() slog.Value { return slog.StringValue(s.String()) }
