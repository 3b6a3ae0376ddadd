package model

import "slices"

// Plan returns the payloads that, sent in order, change the primary identity of u as
// goal does (patch.Plan). The goal has only attributes of the schema.
func Plan(u, goal, target Object) []Object {
	changed := changedAttributes(u, goal, target)
	if len(changed.Without("verify_phone_number")) == 0 {
		return nil // verify_phone_number alone has no effect
	}
	var parts []Object
	rest := changed
	for _, group := range [][]string{{"email", "email_verified"}, {"username"}, {"password"}} { // rule 2
		if part := changed.Only(group...); len(part) > 0 {
			parts = append(parts, part)
			rest = rest.Without(group...)
		}
	}
	if len(parts) == 0 {
		parts = []Object{{}}
	}
	last := len(parts) - 1
	for _, m := range rest { // rules 3 and 5
		i := 0
		if m.Name == "blocked" && m.Value == false {
			i = last
		}
		parts[i] = parts[i].With(m.Name, m.Value)
	}
	if blocksAgain(u, changed, goal, target) {
		parts = append(parts, Object{{"blocked", true}})
	}
	return addressed(parts, goal)
}

// addressed returns the payloads with connection in each, and client_id beside an e-mail
// or a phone number (rule 5).
func addressed(parts []Object, goal Object) []Object {
	for i, part := range parts {
		for _, m := range goal.Only("connection", "client_id") {
			if m.Name == "connection" || part.Has("email") || part.Has("phone_number") {
				parts[i] = parts[i].With(m.Name, m.Value)
			}
		}
	}
	return parts
}

// blocksAgain reports whether a password removes the block of a user who is to be
// blocked (rule 3).
func blocksAgain(u, changed, goal, target Object) bool {
	blocked := u.True("blocked")
	if goal.Has("blocked") {
		blocked = goal.True("blocked")
	}
	return blocked && changed.Text("password") != "" && reading(target, "patch.block-lifted") == "lifted"
}

// changedAttributes returns the goal without the values that u already has (rule 1), and
// without connection and client_id.
func changedAttributes(u, goal, target Object) Object {
	changed := Object{}
	for _, m := range goal.Without("connection", "client_id") {
		switch {
		case slices.Contains(metadataObjects, m.Name):
			if delta := changedMembers(u.Object(m.Name), m.Value.(Object)); delta != nil {
				changed = changed.With(m.Name, delta)
			}
		case m.Name == "password" || !hasAlready(u, m, target):
			changed = changed.With(m.Name, m.Value)
		}
	}
	for _, c := range [][2]string{{"email", "email_verified"}, {"phone_number", "phone_verified"}} {
		if v, ok := goal.Get(c[1]); ok && changed.Has(c[0]) {
			changed = changed.With(c[1], v) // a new address, or its removal, may reset it
		}
	}
	if goal.Has("phone_number") && !changed.Has("phone_number") {
		changed = changed.Without("verify_phone_number") // it goes with the number
	}
	if goal.Has("email") && !changed.Has("email") && !goal.True("verify_email") {
		changed = changed.Without("verify_email") // false changes nothing (rule 5)
	}
	return changed
}

// hasAlready reports whether u has the value, or lacks the attribute that null removes.
func hasAlready(u Object, m Member, target Object) bool {
	old, has := typed(u).Get(m.Name)
	if m.Value == nil {
		return !has
	}
	return has && Equal(folded(m.Name, m.Value, target), old)
}

// changedMembers returns the delta without the members that base already has, or nil if
// nothing is left.
func changedMembers(base, delta Object) Object {
	if len(delta) == 0 && len(base) > 0 {
		return delta
	}
	var changed Object
	for _, m := range delta {
		old, has := base.Get(m.Name)
		if has != (m.Value != nil) || has && !Equal(old, m.Value) {
			changed = changed.With(m.Name, m.Value)
		}
	}
	return changed
}
