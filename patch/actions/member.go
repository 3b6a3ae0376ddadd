package actions

import (
	"bytes"
	"encoding/json"

	"github.com/metameld/metameld/internal/attrs"
	"github.com/metameld/metameld/internal/jsonscan"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// object is one of the two metadata objects of a user.
type object uint8

const (
	userMetadata object = iota
	appMetadata

	objects // how many there are
)

// The names of attributes.
const (
	attrUserMetadata = "user_metadata"
	attrAppMetadata  = "app_metadata"
	attrBlocked      = "blocked"
)

func (o object) String() string {
	if o == appMetadata {
		return attrAppMetadata
	}
	return attrUserMetadata
}

// isOdd reports whether the stored metadata of u is neither an object nor null; find finds
// members of its Extra.
func (o object) isOdd(u *user.Profile, find *attrs.Finder) bool {
	v, odd := find.Get(u.Extra, o.String())
	return odd && o.in(u).IsZero() && !v.IsNull()
}

// in returns the object of u.
func (o object) in(u *user.Profile) metadata.Object {
	if o == appMetadata {
		return u.AppMetadata
	}
	return u.UserMetadata
}

// delta returns the delta of the object in p.
func (o object) delta(p *patch.Payload) *metadata.Delta {
	if o == appMetadata {
		return &p.AppMetadata
	}
	return &p.UserMetadata
}

// memberKey names a member of a metadata object.
type memberKey struct {
	object object
	name   string
}

func (k memberKey) pointer() string { return metadata.Pointer(k.object.String(), k.name) }

// stagedMember is one call of a setter.
type stagedMember struct {
	key   memberKey
	value metadata.Value // absent: undefined
	step  int
}

// stagedLog is the calls of setters in order, without those whose effect is lost.
type stagedLog struct {
	members []stagedMember
	action  int // the index of the first call of the current Action
	pending int // the index of the first call that is not written
}

func (l *stagedLog) add(m stagedMember) { l.members = append(l.members, m) }

func (l *stagedLog) len() int { return len(l.members) }

// closeAction ends the calls of the current Action.
func (l *stagedLog) closeAction() { l.action = len(l.members) }

// dropUserMetadata drops the user_metadata that the current Action staged, and returns
// the members.
func (l *stagedLog) dropUserMetadata() (dropped []memberKey) {
	kept := l.members[:l.action]
	for _, m := range l.members[l.action:] {
		if m.key.object == userMetadata {
			dropped = append(dropped, m.key)
		} else {
			kept = append(kept, m)
		}
	}
	l.members = kept
	return dropped
}

// takePending returns the members that are not written, and their index. They then count
// as written.
func (l *stagedLog) takePending() (from int, members []stagedMember) {
	from = l.pending
	l.pending = len(l.members)
	return from, l.members[from:]
}

// lastValues returns each member once, with its last value, in the order of the first
// calls.
func lastValues(members []stagedMember) []stagedMember {
	at := make(map[memberKey]int, len(members))
	list := make([]stagedMember, 0, len(members))
	for _, m := range members {
		if i, again := at[m.key]; again {
			list[i] = m
			continue
		}
		at[m.key] = len(list)
		list = append(list, m)
	}
	return list
}

// deltaText is the JSON text of a delta, without white space. The zero deltaText has
// no member.
type deltaText struct{ b bytes.Buffer }

// add adds a member. An absent value is written as null.
func (t *deltaText) add(name string, v metadata.Value) {
	if t.b.Len() > 0 {
		t.b.WriteByte(',')
	}
	t.b.WriteString(jsonscan.Quote(name) + ":")
	if v.IsZero() {
		t.b.WriteString("null")
		return
	}
	_ = json.Compact(&t.b, []byte(v.String())) // v is JSON
}

// size returns the number of bytes.
func (t *deltaText) size() int { return len("{}") + t.b.Len() }

// delta returns the delta; the zero Delta if it has no member.
func (t *deltaText) delta() metadata.Delta {
	if t.b.Len() == 0 {
		return metadata.Delta{}
	}
	d, _ := metadata.ParseDelta([]byte("{" + t.b.String() + "}")) // run.stage judged names and values
	return d
}
