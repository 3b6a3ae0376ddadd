package patch

import "log/slog"

// String returns the JSON text of p with its password covered. Use
// [Payload.AppendJSON] or json.Marshal for the body to send.
func (p Payload) String() string { return string(p.covered().AppendJSON(nil)) }

// GoString is String, so that no format prints the password.
func (p Payload) GoString() string { return "patch.Payload(" + p.String() + ")" }

// LogValue returns p as a group with its password covered.
func (p Payload) LogValue() slog.Value {
	o, err := p.covered().Object()
	if err != nil {
		return slog.StringValue("a payload that is nested too deep")
	}
	return o.LogValue()
}

// covered returns p with something else in place of its password.
func (p Payload) covered() Payload {
	p = p.normal()
	if !p.Password.IsZero() && !p.Password.IsNull() {
		p.Password = Set("********")
	}
	return p
}

// String returns the JSON text of what the card sends, with the password covered.
func (f Form) String() string {
	p, _ := f.Payload(SkipEmpty)
	return p.String()
}

// GoString is String, so that no format prints the password.
func (f Form) GoString() string { return "patch.Form(" + f.String() + ")" }

// LogValue returns what the card sends as a group with the password covered.
func (f Form) LogValue() slog.Value {
	p, _ := f.Payload(SkipEmpty)
	return p.LogValue()
}
