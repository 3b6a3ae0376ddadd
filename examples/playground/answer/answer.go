// Package answer computes what the playground shows: a state of the page goes in, and
// what the library makes of it comes out as JSON.
package answer

import (
	"encoding/json"
)

// State is what a user of the page has entered. Texts are as typed: they may be blank
// or may not be JSON.
type State struct {
	Tab string `json:"tab"` // update, merge, card or life; link asks for what a link has

	User    string `json:"user,omitempty"`
	Payload string `json:"payload,omitempty"`

	// The target. Connection is a connection as the API answers it; if it is blank, the
	// fields after it describe the connection.
	Connection string `json:"connection,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Sync       string `json:"sync,omitempty"`
	ImportMode bool   `json:"importMode,omitempty"`
	Migrated   bool   `json:"migrated,omitempty"`
	Secondary  bool   `json:"secondary,omitempty"`
	Scopes     string `json:"scopes,omitempty"` // separated by spaces or commas; blank: not judged
	Sources    string `json:"sources,omitempty"`

	// The merge of metadata.
	Base  string `json:"base,omitempty"`
	Delta string `json:"delta,omitempty"`

	// The workflow card. Form has the inputs that are on the card, by their labels.
	Form      map[string]string `json:"form,omitempty"`
	PassEmpty bool              `json:"passEmpty,omitempty"`

	// The life of a custom database's user. Database and Update are the texts that the
	// next steps of that kind take.
	Steps    []Step `json:"steps,omitempty"`
	Database string `json:"database,omitempty"`
	Update   string `json:"update,omitempty"`
}

// Step is one step in the life of a user.
type Step struct {
	Do   string `json:"do"`
	Text string `json:"text,omitempty"`
}

// Answer is what the page shows for a State.
type Answer struct {
	Problem string            `json:"problem,omitempty"` // there is no answer
	Marks   map[string][]Mark `json:"marks,omitempty"`   // by the name of the text
	Update  *Update           `json:"update,omitempty"`  // the tabs update and card
	Body    string            `json:"body,omitempty"`    // what the card sends
	Merges  []Merged          `json:"merges,omitempty"`
	Life    []Stage           `json:"life,omitempty"`

	Idle  map[string]string `json:"idle,omitempty"`  // why controls have no effect, by name
	Share *Share            `json:"share,omitempty"` // nil: the state is too long to be kept
}

// Share is what a link and the state that survives a reload have in place of parts of
// the state. Left and Masked name texts and fields of a [State].
type Share struct {
	Texts  map[string]string `json:"texts,omitempty"`  // by name
	Form   map[string]string `json:"form,omitempty"`   // if any, the whole form
	Steps  []Step            `json:"steps,omitempty"`  // if any, all steps
	Left   []string          `json:"left,omitempty"`   // not a JSON object: left out
	Masked []string          `json:"masked,omitempty"` // have something masked
}

// MaxText is the maximum size of one text, in bytes.
const MaxText = 4 << 20

// Of returns the [Answer] to s as JSON.
func Of(s State) []byte {
	a := Answer{Marks: map[string][]Mark{}}
	a.to(s)
	text, err := json.Marshal(a)
	if err != nil {
		return []byte(`{"problem":"the answer cannot be written"}`)
	}
	return text
}

// to answers s.
func (a *Answer) to(s State) {
	switch s.Tab {
	case "update":
		a.update(s)
	case "merge":
		a.merge(s)
	case "card":
		a.card(s)
	case "life":
		a.life(s)
	case "link":
		a.share(s)
	default:
		a.Problem = "there is no such tab"
	}
}
