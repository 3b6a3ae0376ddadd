package metadata

import "maps"

// This file has slow, readable twins of the merges, on decoded values.

// mergePatch is the algorithm of RFC 7396, section 2.
func mergePatch(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, ok := target.(map[string]any)
	if !ok || t == nil { // not an object, or absent
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

// twin merges as the docs of the flags describe it.
func twin(m Mode, base, delta map[string]any) map[string]any {
	switch {
	case delta == nil:
		return base
	case len(delta) == 0 && base != nil && (m&(IgnoreEmpty|BaseWins) != 0):
		return base
	case len(delta) == 0:
		return map[string]any{}
	case m&Replace != 0 && m&BaseWins != 0 && len(base) > 0:
		return base
	case m&Replace != 0 && m&StripNulls != 0:
		return stripTwin(delta).(map[string]any)
	case m&Replace != 0:
		return delta
	}
	return levelTwin(m, base, delta)
}

func levelTwin(m Mode, base, delta map[string]any) map[string]any {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	for name, v := range delta {
		old, has := out[name]
		oldObject, wasObject := old.(map[string]any)
		object, isObject := v.(map[string]any)
		oldList, wasList := old.([]any)
		list, isList := v.([]any)
		switch {
		case v == nil && m&BaseWins != 0:
		case v == nil:
			delete(out, name)
		case !has:
			out[name] = freshTwin(m, v)
		case m&AllLevels != 0 && wasObject && isObject:
			out[name] = levelTwin(m, oldObject, object)
		case m&(AppendLists|UnionLists) != 0 && wasList && isList:
			list, _ = freshTwin(m, list).([]any)
			out[name] = combineTwin(m, oldList, list)
		case m&BaseWins != 0:
		default:
			out[name] = freshTwin(m, v)
		}
	}
	return out
}

func freshTwin(m Mode, v any) any {
	object, isObject := v.(map[string]any)
	switch {
	case m&StripNulls != 0:
		return stripTwin(v)
	case m&AllLevels != 0 && isObject:
		return levelTwin(m, map[string]any{}, object)
	}
	return v
}

func stripTwin(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, x := range v {
			if x != nil {
				out[name] = stripTwin(x)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, x := range v {
			out = append(out, stripTwin(x))
		}
		return out
	}
	return v
}

func combineTwin(m Mode, old, more []any) []any {
	out := append([]any{}, old...)
	for _, x := range more {
		known := false
		for _, y := range out {
			known = known || equalTwin(x, y)
		}
		if m&AppendLists != 0 || !known {
			out = append(out, x)
		}
	}
	return out
}

func equalTwin(a, b any) bool {
	x, err := ValueOf(a)
	if err != nil {
		panic(err)
	}
	y, err := ValueOf(b)
	if err != nil {
		panic(err)
	}
	return x.Equal(y)
}

// needTwo reports whether the doc of Compose requires two Deltas.
func needTwo(m Mode, first, then map[string]any) bool {
	switch {
	case first == nil || then == nil || m&Replace != 0 || len(then) == 0:
		return false
	case len(first) == 0: // a wipe, followed by members to set
		for _, v := range then {
			if v != nil {
				return m&IgnoreEmpty == 0 && m&BaseWins == 0
			}
		}
		return false
	}
	return levelNeedsTwo(m, first, then)
}

func levelNeedsTwo(m Mode, first, then map[string]any) bool {
	for name, t := range then {
		f, both := first[name]
		if !both || f == nil && m&BaseWins != 0 { // such a null changes nothing
			continue
		}
		firstObject, wasObject := f.(map[string]any)
		object, isObject := t.(map[string]any)
		_, wasList := f.([]any)
		_, isList := t.([]any)
		switch {
		case m&AllLevels != 0 && isObject && wasObject:
			if levelNeedsTwo(m, firstObject, object) {
				return true
			}
		case m&AllLevels != 0 && isObject, m&(AppendLists|UnionLists) != 0 && isList && !wasList:
			return true
		}
	}
	return false
}

// merge3Twin merges three decoded objects and counts the conflicts.
func merge3Twin(base, ours, theirs map[string]any) (out map[string]any, conflicts int) {
	out = map[string]any{}
	names := map[string]bool{}
	for name := range ours {
		names[name] = true
	}
	for name := range theirs {
		names[name] = true
	}
	same := func(a any, inA bool, b any, inB bool) bool {
		return inA == inB && (!inA || equalTwin(a, b))
	}
	for name := range names {
		b, inB := base[name]
		o, inO := ours[name]
		t, inT := theirs[name]
		oo, isO := o.(map[string]any)
		to, isT := t.(map[string]any)
		switch {
		case same(o, inO, t, inT), same(b, inB, t, inT):
			if inO {
				out[name] = o
			}
		case same(b, inB, o, inO):
			if inT {
				out[name] = t
			}
		case isO && isT:
			bo, _ := b.(map[string]any)
			inner, n := merge3Twin(bo, oo, to)
			out[name] = inner
			conflicts += n
		default:
			conflicts++
			if inO {
				out[name] = o
			}
		}
	}
	return out, conflicts
}
