package metadata

import "maps"

// The slow and readable twins of the merges, on decoded values.

// firstLevelTwin merges as the rules of FirstLevel read.
func firstLevelTwin(base, delta map[string]any) map[string]any {
	if delta == nil {
		return base
	}
	if len(delta) == 0 {
		return map[string]any{}
	}
	out := maps.Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	for name, v := range delta {
		if v == nil {
			delete(out, name)
		} else {
			out[name] = v
		}
	}
	return out
}

// mergePatch is the algorithm of RFC 7396, section 2.
func mergePatch(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, ok := target.(map[string]any)
	if !ok || t == nil { // no object, or an absent one
		t = map[string]any{}
	}
	t = maps.Clone(t)
	for name, value := range p {
		if value == nil {
			delete(t, name)
		} else {
			t[name] = mergePatch(t[name], value)
		}
	}
	return t
}

func twin(m Mode, base, delta map[string]any) map[string]any {
	if m == FirstLevel {
		return firstLevelTwin(base, delta)
	}
	if delta == nil {
		return base
	}
	return mergePatch(base, delta).(map[string]any)
}
