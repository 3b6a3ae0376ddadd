package fake

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// parameters are the parameters of a query. They record the first fault.
type parameters struct {
	url.Values
	err error
}

// parametersOf returns the parameters of r. Any that is not known is a fault.
func parametersOf(r *http.Request, known ...string) *parameters {
	values, err := url.ParseQuery(r.URL.RawQuery)
	p := &parameters{Values: values}
	if err != nil { // the error may contain a value
		p.note(own(http.StatusBadRequest, "", "The query is not well formed."))
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case slices.Contains(known, name):
		case name == "connection":
			p.note(own(http.StatusBadRequest, "", "This tenant does not know the parameter "+name+"."))
		default:
			p.wrong("Additional properties not allowed: "+name, "")
		}
	}
	return p
}

func (p *parameters) note(err error) {
	if p.err == nil {
		p.err = err
	}
}

// wrong records a fault, in the form of the API's messages.
//
// Sources of the form: auth0/auth0.net issue 157; auth0/node-auth0 issue 648, of
// another endpoint.
func (p *parameters) wrong(message, property string) {
	if property != "" {
		property = " on property " + property
	}
	p.note(own(http.StatusBadRequest, "", "Query validation error: '"+message+"'"+property+"."))
}

// number returns a number of at most most, which an int of 32 bits holds.
func (p *parameters) number(name string, otherwise, most int) int {
	if !p.Has(name) {
		return otherwise
	}
	n, err := strconv.ParseInt(p.Get(name), 10, 64)
	switch {
	case err != nil:
		p.wrong("Expected type integer but found type string", name)
	case n < 0:
		p.wrong("Value "+strconv.FormatInt(n, 10)+" is less than minimum 0", name)
	case n > int64(most):
		p.wrong("Value "+strconv.FormatInt(n, 10)+" is greater than maximum "+strconv.Itoa(most), name)
	default:
		return int(n)
	}
	return otherwise
}

func (p *parameters) flag(name string, otherwise bool) bool {
	switch p.Get(name) {
	case "":
		return otherwise
	case "true":
		return true
	case "false":
	default:
		p.wrong("Expected type boolean but found type string", name)
	}
	return false
}

// fields are the root attributes that a read selects.
type fields struct {
	names   map[string]bool // none: all of them
	exclude bool
}

func (p *parameters) fields() fields {
	f := fields{exclude: !p.flag("include_fields", true)}
	for name := range strings.SplitSeq(p.Get("fields"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			if f.names == nil {
				f.names = map[string]bool{}
			}
			f.names[name] = true
		}
	}
	return f
}

// append appends the JSON of u.
func (f fields) append(dst []byte, u *committed) ([]byte, error) {
	if f.names == nil {
		return append(dst, u.text...), nil
	}
	return f.of(u.object).AppendJSON(dst), nil
}

// of returns the selected members of o.
func (f fields) of(o metadata.Object) metadata.Object {
	if f.names == nil {
		return o
	}
	return o.Select(func(name string, _ metadata.Value) bool { return f.names[name] != f.exclude })
}

func (f fields) appendAll(dst []byte, list []*committed) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, u := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = f.append(dst, u); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}
