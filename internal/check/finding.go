package check

import (
	"strconv"

	"github.com/metameld/metameld/metadata"
)

// Finding is what there is to say of a text or of a place in metadata.
type Finding uint8

// The findings.
const (
	// In metadata.
	Name          Finding = iota // a dot or a dollar sign in a name
	NestedName                   // the same below the first level
	ReservedName                 // in app_metadata
	Authorization                // in user_metadata
	Number                       // JavaScript does not hold it
	NestedNull                   // below the first level
	Depth                        // more levels than a body can have
	TooLarge
	Large

	// Of a text.
	Length
	Encoding // invalid UTF-8
	EmailFormat
	PhoneFormat
	PhoneLength // other than in the workflow card
	PictureFormat
	IDFormat
	NameLength // more than in the profile's page
	PasswordBytes
	PasswordCharacters
	UsernameCharacters

	Findings // how many there are
)

// Message describes a finding in metadata.
func (f Finding) Message() string {
	switch f {
	case Name, NestedName:
		return "a name in metadata cannot have a dot or a dollar sign"
	case ReservedName:
		return "this name is reserved in app_metadata"
	case Authorization:
		return "this looks like authorization, and the user can change user_metadata; it belongs in app_metadata"
	case Number:
		return "JavaScript does not hold this number exactly"
	case NestedNull:
		return "nobody documents what a null below the first level does"
	case Depth:
		return "this is nested deeper than the " + strconv.Itoa(metadata.MaxLevels) + " levels that a body can have"
	case TooLarge:
		return "this metadata has more than 16 MB"
	case Large:
		return "this metadata has more than 10 KB"
	}
	return ""
}
