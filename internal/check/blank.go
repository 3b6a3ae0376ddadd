package check

import "github.com/metameld/metameld/metadata"

// IsBlank reports whether v is null, "", [] or {}: a form's input that is empty.
func IsBlank(v metadata.Value) bool {
	switch v.Kind() {
	case metadata.KindNull:
		return true
	case metadata.KindString:
		s, _ := v.Str()
		return s == ""
	case metadata.KindArray:
		for range v.Elements() {
			return false
		}
		return true
	case metadata.KindObject:
		o, _ := v.Object()
		return o.Len() == 0
	}
	return false
}
