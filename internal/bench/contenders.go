package bench

import (
	"encoding/json"
	"maps"
	"unsafe"

	"dario.cat/mergo"
	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/valyala/fastjson"

	"github.com/metameld/metameld/metadata"
)

// Contender is one way to merge texts.
type Contender struct {
	Name string

	// Merge returns the text of the object in doc, changed as patch says. It may
	// append it to dst, which is empty, or return one of its own. It does not
	// change doc or patch.
	Merge func(dst, doc, patch []byte) ([]byte, error)
}

// Contenders returns those that know the mode.
func Contenders(m metadata.Mode) []Contender {
	cs := []Contender{
		{"metameld-append", m.AppendMerge},
		{"metameld-fresh", func(_, doc, patch []byte) ([]byte, error) { return m.AppendMerge(nil, doc, patch) }},
		{"fastjson", func(dst, doc, patch []byte) ([]byte, error) { return mergeFastjson(m, dst, doc, patch) }},
		{"encoding-json", func(_, doc, patch []byte) ([]byte, error) { return mergeEncodingJSON(m, doc, patch) }},
	}
	if m == metadata.Deep {
		cs = append(cs,
			Contender{"evanphx", func(_, doc, patch []byte) ([]byte, error) { return mergeEvanphx(doc, patch) }},
			Contender{"mergo", func(_, doc, patch []byte) ([]byte, error) { return mergeMergo(doc, patch) }},
		)
	}
	return cs
}

// mergeEncodingJSON decodes, merges maps and encodes. It rounds numbers to
// float64, or fails where one is too large, replaces invalid UTF-8 and takes the
// last of duplicate names.
func mergeEncodingJSON(m metadata.Mode, doc, patch []byte) ([]byte, error) {
	to, says, err := decode(doc, patch)
	if err != nil {
		return nil, err
	}
	switch {
	case m == metadata.Deep:
		mergeMaps(to, says)
	case len(says) == 0:
		to = says
	default:
		maps.Copy(to, says)
		for name, v := range says {
			if v == nil {
				delete(to, name)
			}
		}
	}
	return json.Marshal(to)
}

func decode(doc, patch []byte) (to, says map[string]any, err error) {
	if err = json.Unmarshal(doc, &to); err == nil {
		err = json.Unmarshal(patch, &says)
	}
	return to, says, err
}

// mergeMaps merges says into to as RFC 7396 has it. The two may share values
// afterwards.
func mergeMaps(to, says map[string]any) {
	for name, v := range says {
		object, ok := v.(map[string]any)
		switch {
		case v == nil:
			delete(to, name)
		case !ok:
			to[name] = v
		default:
			old, ok := to[name].(map[string]any)
			if !ok {
				old = make(map[string]any, len(object))
				to[name] = old
			}
			mergeMaps(old, object)
		}
	}
}

// mergeEvanphx is what its users call. It drops null members of objects in
// arrays, which RFC 7396 stores, and lets invalid UTF-8 through.
func mergeEvanphx(doc, patch []byte) ([]byte, error) { return jsonpatch.MergePatch(doc, patch) }

// mergeMergo merges with mergo. Decoding has copied both texts, so mergo may
// share values between the maps.
//
// What mergo gets wrong: it knows no removal, and sets a member to null where
// the patch has null. These nulls are deleted afterwards. What stays wrong comes
// with the decoding, and is as in mergeEncodingJSON.
func mergeMergo(doc, patch []byte) ([]byte, error) {
	to, says, err := decode(doc, patch)
	if err != nil {
		return nil, err
	}
	if err := mergo.Merge(&to, says, mergo.WithOverride); err != nil {
		return nil, err
	}
	deleteNulls(to, says)
	return json.Marshal(to)
}

// deleteNulls deletes from to what is null in says.
func deleteNulls(to, says map[string]any) {
	for name, v := range says {
		if v == nil {
			delete(to, name)
		} else if object, ok := v.(map[string]any); ok {
			if inner, ok := to[name].(map[string]any); ok {
				deleteNulls(inner, object)
			}
		}
	}
}

var parsers fastjson.ParserPool

// mergeFastjson parses with pooled parsers, merges the trees and writes the
// result to dst. It has less to do than the others: fastjson checks neither
// UTF-8 nor escapes nor how a number is written, and lets control characters and
// duplicate names through.
func mergeFastjson(m metadata.Mode, dst, doc, patch []byte) ([]byte, error) {
	p, q := parsers.Get(), parsers.Get()
	defer parsers.Put(p)
	defer parsers.Put(q)
	to, err := parseFastjson(p, doc)
	if err != nil {
		return dst, err
	}
	says, err := parseFastjson(q, patch)
	if err != nil {
		return dst, err
	}
	if m == metadata.FirstLevel && says.Len() == 0 {
		to = says
	}
	mergeObjects(m, to, says)
	return to.MarshalTo(dst), nil
}

func parseFastjson(p *fastjson.Parser, text []byte) (*fastjson.Object, error) {
	v, err := p.ParseBytes(text)
	if err != nil {
		return nil, err
	}
	return v.Object()
}

// mergeObjects merges says into to. The two share values afterwards, so the
// parsers of both must stay as they are until the result is written.
func mergeObjects(m metadata.Mode, to, says *fastjson.Object) {
	says.Visit(func(key []byte, v *fastjson.Value) {
		name := unsafe.String(unsafe.SliceData(key), len(key)) // lives as long as v
		switch t := v.Type(); {
		case t == fastjson.TypeNull:
			to.Del(name)
		case t == fastjson.TypeObject && m == metadata.Deep:
			object, _ := v.Object()
			if old := to.Get(name); old != nil && old.Type() == fastjson.TypeObject {
				inner, _ := old.Object()
				mergeObjects(m, inner, object)
				return
			}
			prune(object)
			to.Set(name, v)
		default:
			to.Set(name, v)
		}
	})
}

// prune deletes the null members of o and of the objects in it.
func prune(o *fastjson.Object) {
	var gone []string
	o.Visit(func(key []byte, v *fastjson.Value) {
		switch v.Type() {
		case fastjson.TypeNull:
			gone = append(gone, string(key))
		case fastjson.TypeObject:
			inner, _ := v.Object()
			prune(inner)
		}
	})
	for _, name := range gone {
		o.Del(name)
	}
}
