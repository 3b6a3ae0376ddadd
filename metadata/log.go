package metadata

import "log/slog"

// LogValue returns o as a group with an attribute for each member, so that a handler
// can drop or mask single members. Nested values are JSON text. {} is logged as the
// text {}; an absent o is an empty group, which handlers omit.
func (o Object) LogValue() slog.Value {
	if !o.IsZero() && o.Len() == 0 {
		return slog.StringValue("{}")
	}
	attrs := make([]slog.Attr, 0, o.Len())
	for name, v := range o.All() {
		attrs = append(attrs, slog.Any(name, v))
	}
	return slog.GroupValue(attrs...)
}

// LogValue returns the JSON form of d as [Object.LogValue] does; a wipe is the text
// {}.
func (d Delta) LogValue() slog.Value { return d.obj.LogValue() }

// LogValue returns v as a string, boolean or int64 if it is one, otherwise as JSON
// text.
func (v Value) LogValue() slog.Value {
	switch v.Kind() {
	case KindString:
		s, _ := v.Str()
		return slog.StringValue(s)
	case KindBool:
		b, _ := v.Bool()
		return slog.BoolValue(b)
	case KindNumber:
		if n, ok := v.Int64(); ok {
			return slog.Int64Value(n)
		}
	}
	return slog.StringValue(v.text)
}
