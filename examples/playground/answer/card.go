package answer

import (
	"slices"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch/card"
)

// Labels are the inputs of the workflow card, in its order.
func Labels() []string {
	return []string{
		"ID", "Name", "Email Verified", "Phone Verified", "Username", "Given Name", "App Metadata", "Metadata", "Email",
		"Family Name", "Nickname", "Blocked", "Picture", "Verify Email", "Phone Number", "Password", "Client ID", "Connection",
	}
}

// form returns the inputs of the card.
func (a *Answer) form(s State) (f card.Form, ok bool) {
	ok = true
	o := metadata.MustParse("{}")
	for _, label := range Labels() {
		text, on := s.Form[label]
		if !on {
			continue
		}
		v := metadata.MustValue("null")
		switch label {
		case "Metadata", "App Metadata":
			if text != "" {
				var fine bool
				if v, fine = read(a, label, text, parseValue); !fine {
					ok = ok && a.Marks[label] == nil
				}
			}
			if v.IsZero() {
				v = metadata.MustValue("null")
			}
		case "Email Verified", "Phone Verified", "Blocked", "Verify Email":
			if text == "true" || text == "false" {
				v = metadata.MustValue(text)
			}
		default:
			v, _ = metadata.ValueOf(text)
		}
		o, _ = o.With(v, label)
	}
	if !ok {
		return f, false
	}
	return f, f.UnmarshalJSON(o.AppendJSON(nil)) == nil
}

func parseValue(text []byte) (v metadata.Value, err error) {
	err = v.UnmarshalJSON(text)
	return v, err
}

// card answers for the tab card.
func (a *Answer) card(s State) {
	t, ok := a.target(s)
	u, known, fine := a.user(s)
	f, okay := a.form(s)
	if !ok || !okay || !fine {
		return
	}
	p, warnings := f.Payload(metadata.Empties(s.PassEmpty))
	a.Body = prettyText(p.String())
	v, err := parseValue(p.AppendJSON(nil))
	if err != nil {
		return
	}
	a.Update = judge(p, v, u, known, t)
	list := slices.DeleteFunc(findings(warnings, t), func(f Finding) bool {
		return slices.ContainsFunc(a.Update.Findings, func(g Finding) bool { return g.Rule == f.Rule && g.Pointer == f.Pointer })
	})
	a.Update.Findings = append(a.Update.Findings, list...)
}
