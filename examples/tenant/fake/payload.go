package fake

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"

	"github.com/metameld/metameld/metadata"
)

// mostNamed is the maximum number of roles, permissions or users in one request.
//
// Source: Auth0 Management API, POST /api/v2/roles/{id}/users (users); the others are
// inferred.
const mostNamed = 1000

// payload returns the body of r, an object whose members are among known.
func payload(r *http.Request, known ...string) (metadata.Object, error) {
	text, err := body(r)
	if err != nil {
		return metadata.Object{}, err
	}
	o, err := metadata.Parse(text)
	if err != nil {
		return o, err
	}
	for name := range o.All() {
		if !slices.Contains(known, name) {
			return o, invalid("Additional properties not allowed: "+name, "")
		}
	}
	return o, nil
}

// invalid returns the refusal of a body, in the form of the API's messages.
func invalid(message, property string) error {
	if property != "" {
		property = " on property " + property
	}
	no := own(http.StatusBadRequest, "", "Payload validation error: '"+message+"'"+property+".")
	no.ErrorCode = "invalid_body"
	return no
}

// required returns the text under name, which has at least one character.
func required(o metadata.Object, name string) (string, error) {
	v, ok := o.Get(name)
	if !ok {
		return "", invalid("Missing required property: "+name, "")
	}
	s, ok := v.Str()
	switch {
	case !ok:
		return "", invalid("Expected type string", name)
	case s == "":
		return "", invalid("String is too short (0 chars), minimum 1", name)
	}
	return s, nil
}

// elements returns the list under name, which has 1 to mostNamed elements.
func elements(o metadata.Object, name string) ([]metadata.Value, error) {
	v, ok := o.Get(name)
	if !ok {
		return nil, invalid("Missing required property: "+name, "")
	}
	if v.Kind() != metadata.KindArray {
		return nil, invalid("Expected type array", name)
	}
	var list []metadata.Value
	for e := range v.Elements() {
		if len(list) == mostNamed {
			return nil, invalid("Array is too long, maximum "+strconv.Itoa(mostNamed), name)
		}
		list = append(list, e)
	}
	if len(list) == 0 {
		return nil, invalid("Array is too short (0), minimum 1", name)
	}
	return list, nil
}

// texts returns the list of texts under name, without repetitions.
func texts(o metadata.Object, name string) ([]string, error) {
	values, err := elements(o, name)
	var list []string
	for _, v := range values {
		s, ok := v.Str()
		if !ok {
			return nil, invalid("Expected type string", name)
		}
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list, err
}

// randomID returns an id of the form of those of roles, jobs and connections.
func randomID(prefix string) string { return prefix + rand.Text()[:16] }
