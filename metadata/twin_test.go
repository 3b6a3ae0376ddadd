package metadata

import "maps"

// The slow and readable twins of the merges, on decoded values.

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

// twin merges as the documentation of the knobs reads.
func twin(k Knobs, base, delta map[string]any) map[string]any {
	switch {
	case delta == nil:
		return base
	case len(delta) == 0 && base != nil && (k.Empty == EmptyNothing || k.Wins == WinsBase):
		return base
	case len(delta) == 0:
		return map[string]any{}
	case k.Depth == DepthNone && k.Wins == WinsBase && len(base) > 0:
		return base
	case k.Depth == DepthNone && k.Nulls == NullsStripped:
		return stripTwin(delta).(map[string]any)
	case k.Depth == DepthNone:
		return delta
	}
	return levelTwin(k, base, delta)
}

func levelTwin(k Knobs, base, delta map[string]any) map[string]any {
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
		case v == nil && k.Wins == WinsBase:
		case v == nil:
			delete(out, name)
		case !has:
			out[name] = freshTwin(k, v)
		case k.Depth == DepthAll && wasObject && isObject:
			out[name] = levelTwin(k, oldObject, object)
		case k.Lists != ListsReplace && wasList && isList:
			list, _ = freshTwin(k, list).([]any)
			out[name] = combineTwin(k.Lists, oldList, list)
		case k.Wins == WinsBase:
		default:
			out[name] = freshTwin(k, v)
		}
	}
	return out
}

func freshTwin(k Knobs, v any) any {
	object, isObject := v.(map[string]any)
	switch {
	case k.Nulls == NullsStripped:
		return stripTwin(v)
	case k.Depth == DepthAll && isObject:
		return levelTwin(k, map[string]any{}, object)
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

func combineTwin(how Lists, old, more []any) []any {
	out := append([]any{}, old...)
	for _, x := range more {
		known := false
		for _, y := range out {
			known = known || equalTwin(x, y)
		}
		if how == ListsAppend || !known {
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

// needTwo reports whether two changes cannot be said in one, as the documentation of
// Compose reads.
func needTwo(k Knobs, first, then map[string]any) bool {
	switch {
	case first == nil || then == nil || k.Depth == DepthNone || len(then) == 0:
		return false
	case len(first) == 0: // a wipe, and then members to set
		for _, v := range then {
			if v != nil {
				return k.Empty == EmptyWipes && k.Wins == WinsDelta
			}
		}
		return false
	}
	return levelNeedsTwo(k, first, then)
}

func levelNeedsTwo(k Knobs, first, then map[string]any) bool {
	for name, t := range then {
		f, both := first[name]
		if !both || f == nil && k.Wins == WinsBase { // such a null says nothing
			continue
		}
		firstObject, wasObject := f.(map[string]any)
		object, isObject := t.(map[string]any)
		_, wasList := f.([]any)
		_, isList := t.([]any)
		switch {
		case k.Depth == DepthAll && isObject && wasObject:
			if levelNeedsTwo(k, firstObject, object) {
				return true
			}
		case k.Depth == DepthAll && isObject, k.Lists != ListsReplace && isList && !wasList:
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
