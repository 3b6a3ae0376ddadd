package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"unsafe"

	"dario.cat/mergo"
	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/ast"
	"github.com/bytedance/sonic/encoder"
	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/go-json-experiment/json/jsontext"
	goccy "github.com/goccy/go-json"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
	"github.com/valyala/fastjson"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"github.com/metameld/metameld/metadata"
)

// Merger is one implementation of a merge of texts.
type Merger struct {
	Name string

	// Merge returns the text of the object in doc, changed by patch. It may
	// append it to dst, which is empty, or return one of its own. It does not
	// change doc or patch.
	Merge func(dst, doc, patch []byte) ([]byte, error)

	// Unchecked is true where Merge does not read the whole document, and so accepts
	// some invalid ones.
	Unchecked bool

	// Buffered is true where Merge appends to dst.
	Buffered bool

	// TooLarge is the length from which a text takes too long, or 0.
	TooLarge int
}

// Mergers returns the implementations for the mode; those of metameld come first. They
// are not for concurrent use: each reuses its memory.
func Mergers(m metadata.Mode) []Merger {
	in := func(merge func(m metadata.Mode, dst, doc, patch []byte) ([]byte, error)) func(dst, doc, patch []byte) ([]byte, error) {
		return func(dst, doc, patch []byte) ([]byte, error) { return merge(m, dst, doc, patch) }
	}
	// fresh gives a new buffer for each merge, large enough.
	fresh := func(merge func(m metadata.Mode, dst, doc, patch []byte) ([]byte, error)) func(dst, doc, patch []byte) ([]byte, error) {
		return func(_, doc, patch []byte) ([]byte, error) {
			return merge(m, make([]byte, 0, len(doc)+len(patch)), doc, patch)
		}
	}
	ms := []Merger{
		{Name: oursDst, Merge: m.AppendMerge, Buffered: true},
		{Name: oursNil, Merge: func(_, doc, patch []byte) ([]byte, error) { return m.AppendMerge(nil, doc, patch) }},
		{Name: "fastjson", Merge: in(new(fastjsonPair).merge), Buffered: true},
		{Name: "fastjson-fresh", Merge: fresh(new(fastjsonPair).merge)},
		{Name: "jsontext", Merge: in(new(splicer).merge), Buffered: true},
		{Name: "jsontext-fresh", Merge: fresh(new(splicer).merge)},
		{Name: "sjson", Merge: in(mergeSjson), Unchecked: true, Buffered: true},
		{Name: "sjson-fresh", Merge: fresh(mergeSjson), Unchecked: true},
		{Name: "sonic-ast", Merge: in(mergeSonicAST), Unchecked: true, TooLarge: 8 << 20}, // looks names up one by one
		{Name: "sonic-any", Merge: in(mergeSonic), Buffered: true},
		{Name: "goccy-any", Merge: in(mergeGoccy)},
		{Name: "encoding-json", Merge: in(mergeEncodingJSON)},
	}
	if m == metadata.Deep {
		ms = append(ms,
			Merger{Name: "evanphx", Merge: mergeEvanphx},
			Merger{Name: "mergo", Merge: mergeMergo},
			Merger{Name: "structured-merge-diff", Merge: mergeStructured},
		)
	}
	return ms
}

// The names of metameld's contenders and of a yardstick.
const (
	oursDst  = "metameld-dst"
	oursNil  = "metameld-nil"
	stdValid = "json.Valid"
)

// mergeEncodingJSON decodes, merges maps and encodes. It rounds numbers to
// float64, or fails where one is too large, replaces invalid UTF-8 and takes the
// last of duplicate names.
func mergeEncodingJSON(m metadata.Mode, _, doc, patch []byte) ([]byte, error) {
	to, delta, err := decode(json.Unmarshal, doc, patch)
	if err != nil {
		return nil, err
	}
	return json.Marshal(mergeDecoded(m, to, delta))
}

// mergeGoccy is mergeEncodingJSON with goccy/go-json. What is wrong is wrong in the
// same way.
func mergeGoccy(m metadata.Mode, _, doc, patch []byte) ([]byte, error) {
	to, delta, err := decode(func(text []byte, v any) error { return goccy.Unmarshal(text, v) }, doc, patch)
	if err != nil {
		return nil, err
	}
	return goccy.MarshalWithOption(mergeDecoded(m, to, delta), goccy.UnorderedMap(), goccy.DisableHTMLEscape())
}

// mergeSonic is mergeEncodingJSON with the fastest settings of bytedance/sonic and
// its encoder. It lets invalid UTF-8 and control characters through, rounds
// numbers, and writes members in random order.
func mergeSonic(m metadata.Mode, dst, doc, patch []byte) ([]byte, error) {
	to, delta, err := decode(sonic.ConfigFastest.Unmarshal, doc, patch)
	if err != nil {
		return nil, err
	}
	err = encoder.EncodeInto(&dst, mergeDecoded(m, to, delta), 0)
	return dst, err
}

func decode(unmarshal func([]byte, any) error, doc, patch []byte) (to, delta map[string]any, err error) {
	if err = unmarshal(doc, &to); err == nil {
		err = unmarshal(patch, &delta)
	}
	return to, delta, err
}

// mergeDecoded returns to, changed by delta. The two may share values
// afterwards.
func mergeDecoded(m metadata.Mode, to, delta map[string]any) map[string]any {
	switch {
	case m == metadata.Deep:
		mergeMaps(to, delta)
	case len(delta) == 0:
		to = delta
	default:
		mergeFirstLevel(to, delta)
	}
	return to
}

// mergeFirstLevel merges delta, which is not empty, into to.
func mergeFirstLevel(to, delta map[string]any) {
	maps.Copy(to, delta)
	for name, v := range delta {
		if v == nil {
			delete(to, name)
		}
	}
}

// mergeMaps merges delta into to as RFC 7396 has it. The two may share values
// afterwards.
func mergeMaps(to, delta map[string]any) {
	for name, v := range delta {
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
func mergeEvanphx(_, doc, patch []byte) ([]byte, error) { return jsonpatch.MergePatch(doc, patch) }

// mergeMergo merges with mergo. Decoding has copied both texts, so mergo may
// share values between the maps.
//
// What mergo gets wrong: it knows no removal, and sets a member to null where
// the patch has null. These nulls are deleted afterwards. What stays wrong comes
// with the decoding, and is as in mergeEncodingJSON.
func mergeMergo(_, doc, patch []byte) ([]byte, error) {
	to, delta, err := decode(json.Unmarshal, doc, patch)
	if err != nil {
		return nil, err
	}
	if err := mergo.Merge(&to, delta, mergo.WithOverride); err != nil {
		return nil, err
	}
	deleteNulls(to, delta)
	return json.Marshal(to)
}

// deleteNulls deletes from to what is null in delta.
func deleteNulls(to, delta map[string]any) {
	for name, v := range delta {
		if v == nil {
			delete(to, name)
		} else if object, ok := v.(map[string]any); ok {
			if inner, ok := to[name].(map[string]any); ok {
				deleteNulls(inner, object)
			}
		}
	}
}

// mergeStructured merges with the schema that structured-merge-diff deduces from
// any value, by its own decoder and encoder. It knows no removal either, and what
// is wrong with the decoding is as in mergeEncodingJSON.
func mergeStructured(_, doc, patch []byte) ([]byte, error) {
	to, err := structured(doc)
	if err != nil {
		return nil, err
	}
	delta, err := structured(patch)
	if err != nil {
		return nil, err
	}
	result, err := to.Merge(delta)
	if err != nil {
		return nil, err
	}
	object, ok := result.AsValue().Unstructured().(map[string]any)
	if !ok {
		return nil, errNoObject
	}
	removals, _ := delta.AsValue().Unstructured().(map[string]any)
	deleteNulls(object, removals)
	return value.ToJSON(value.NewValueInterface(object))
}

var errNoObject = errors.New("not an object")

func structured(text []byte) (*typed.TypedValue, error) {
	v, err := value.FromJSON(text)
	if err != nil {
		return nil, err
	}
	return typed.AsTyped(v, typed.DeducedParseableType.Schema, typed.DeducedParseableType.TypeRef)
}

// fastjsonPair reads two texts, again and again into the same memory.
type fastjsonPair struct{ first, second fastjson.Parser }

func (f *fastjsonPair) parse(a, b []byte) (x, y *fastjson.Object, err error) {
	if x, err = parseFastjson(&f.first, a); err == nil {
		y, err = parseFastjson(&f.second, b)
	}
	return x, y, err
}

// merge merges the trees and writes the result to dst. It has less to do than the
// others: fastjson checks neither UTF-8 nor escapes nor how a number is written,
// and lets control characters and duplicate names through.
func (f *fastjsonPair) merge(m metadata.Mode, dst, doc, patch []byte) ([]byte, error) {
	to, delta, err := f.parse(doc, patch)
	if err != nil {
		return dst, err
	}
	if m == metadata.FirstLevel && delta.Len() == 0 {
		to = delta
	}
	mergeObjects(m, to, delta)
	return to.MarshalTo(dst), nil
}

func parseFastjson(p *fastjson.Parser, text []byte) (*fastjson.Object, error) {
	v, err := p.ParseBytes(text)
	if err != nil {
		return nil, err
	}
	return v.Object()
}

// mergeObjects merges delta into to. The two share values afterwards, so the
// parsers of both must stay as they are until the result is written.
func mergeObjects(m metadata.Mode, to, delta *fastjson.Object) {
	delta.Visit(func(key []byte, v *fastjson.Value) {
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

// mergeSjson sets and deletes one path after the other, in a copy of doc in dst
// where there is room. It checks nothing, and edits the first of two members of one
// name.
func mergeSjson(m metadata.Mode, dst, doc, patch []byte) ([]byte, error) {
	delta := gjson.ParseBytes(patch)
	if m == metadata.FirstLevel && patchEmpty(delta) {
		return append(dst, "{}"...), nil
	}
	return editSjson(m, append(dst, doc...), "", delta)
}

func patchEmpty(delta gjson.Result) bool {
	empty := true
	delta.ForEach(func(_, _ gjson.Result) bool { empty = false; return false })
	return empty
}

var inPlace = &sjson.Options{Optimistic: true, ReplaceInPlace: true}

func editSjson(m metadata.Mode, text []byte, under string, delta gjson.Result) (_ []byte, err error) {
	delta.ForEach(func(key, v gjson.Result) bool {
		path := under + gjson.Escape(key.Str)
		switch {
		case v.Type == gjson.Null:
			text, err = sjson.DeleteBytes(text, path)
		case m == metadata.Deep && v.IsObject():
			if !gjson.GetBytes(text, path).IsObject() {
				if text, err = sjson.SetRawBytes(text, path, []byte("{}")); err != nil {
					break
				}
			}
			text, err = editSjson(m, text, path+".", v)
		default:
			raw := unsafe.Slice(unsafe.StringData(v.Raw), len(v.Raw)) // only read
			text, err = sjson.SetRawBytesOptions(text, path, raw, inPlace)
		}
		return err == nil
	})
	return text, err
}

// mergeSonicAST edits sonic's lazy tree of doc. It looks a name up by going through
// all of them, reads no value that it does not need to, and so checks little.
func mergeSonicAST(m metadata.Mode, _, doc, patch []byte) ([]byte, error) {
	to, err := sonic.Get(doc)
	if err != nil {
		return nil, err
	}
	delta, err := sonic.Get(patch)
	if err != nil {
		return nil, err
	}
	if err := delta.LoadAll(); err != nil {
		return nil, err
	}
	if n, err := delta.Len(); err != nil || n == 0 && m == metadata.FirstLevel {
		return []byte("{}"), err
	}
	if err := editNode(m, &to, &delta); err != nil {
		return nil, err
	}
	return to.MarshalJSON()
}

func editNode(m metadata.Mode, to, delta *ast.Node) error {
	members, err := delta.Properties()
	if err != nil {
		return err
	}
	var p ast.Pair
	for members.Next(&p) {
		switch t := p.Value.TypeSafe(); {
		case t == ast.V_NULL:
			_, err = to.Unset(p.Key)
		case t == ast.V_OBJECT && m == metadata.Deep:
			old := to.Get(p.Key)
			if !old.Exists() || old.TypeSafe() != ast.V_OBJECT {
				if _, err = to.Set(p.Key, ast.NewObject(nil)); err != nil {
					return err
				}
				old = to.Get(p.Key)
			}
			err = editNode(m, old, &p.Value)
		default:
			_, err = to.Set(p.Key, p.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// edit is the change of one member in a patch.
type edit struct {
	name  []byte // quoted
	value []byte
	under *edits // of an object whose members are merged
	round int
}

// edits are the changes of the members of one object.
type edits struct {
	list []edit
	at   map[string]int
}

// splicer is a decoder that is used again.
type splicer struct {
	m    metadata.Mode
	text []byte
	in   bytes.Buffer
	dec  jsontext.Decoder
}

// reads makes s read text. It lets duplicate names through, as looking for them at
// every level would make it slower.
func (s *splicer) reads(text []byte) {
	s.text, s.in = text, *bytes.NewBuffer(text)
	s.dec.Reset(&s.in, jsontext.AllowDuplicateNames(true))
}

// ends reports what is wrong where the text does not end here.
func (s *splicer) ends() error {
	if _, err := s.dec.ReadToken(); err != io.EOF {
		return errors.Join(errors.New("text after the value"), err)
	}
	return nil
}

// open reads the bracket of an object.
func (s *splicer) open() error {
	if s.dec.PeekKind() != '{' {
		return errNoObject
	}
	_, err := s.dec.ReadToken()
	return err
}

// merge goes through the tokens of jsontext and copies from doc what the
// patch does not touch, spans of members at a time. It checks as much as metameld
// does, but for duplicate names.
func (s *splicer) merge(m metadata.Mode, dst, doc, patch []byte) ([]byte, error) {
	s.m = m
	s.reads(patch)
	delta, err := s.edits()
	if err == nil {
		err = s.ends()
	}
	if err != nil {
		return dst, err
	}
	s.reads(doc)
	if m == metadata.FirstLevel && len(delta.list) == 0 {
		dst, err = append(dst, "{}"...), s.dec.SkipValue()
	} else {
		dst, err = s.splice(dst, delta)
	}
	if err == nil {
		err = s.ends()
	}
	return dst, err
}

// read returns the next value as it stands in the text, and where.
func (s *splicer) read() (raw []byte, start int, err error) {
	v, err := s.dec.ReadValue()
	end := int(s.dec.InputOffset())
	return s.text[end-len(v) : end], end - len(v), err
}

// edits reads an object of the patch.
func (s *splicer) edits() (*edits, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	es := &edits{at: make(map[string]int)}
	for s.dec.PeekKind() != '}' {
		name, _, err := s.read()
		if err != nil {
			return nil, err
		}
		e := edit{name: name}
		if s.m == metadata.Deep && s.dec.PeekKind() == '{' {
			e.under, err = s.edits()
		} else {
			e.value, _, err = s.read()
		}
		if err != nil {
			return nil, err
		}
		plain, err := jsontext.AppendUnquote(nil, name)
		if err != nil {
			return nil, err
		}
		if i, ok := es.at[string(plain)]; ok {
			es.list[i] = e
			continue
		}
		es.at[string(plain)] = len(es.list)
		es.list = append(es.list, e)
	}
	_, err := s.dec.ReadToken()
	return es, err
}

// find returns the change of the member with that quoted name.
func (es *edits) find(name []byte) *edit {
	var i int
	var ok bool
	if bytes.IndexByte(name, '\\') < 0 {
		i, ok = es.at[string(name[1:len(name)-1])]
	} else if plain, err := jsontext.AppendUnquote(nil, name); err == nil {
		i, ok = es.at[string(plain)]
	}
	if !ok {
		return nil
	}
	return &es.list[i]
}

// splice reads an object and appends it, changed by es. It copies unchanged members in
// spans.
func (s *splicer) splice(dst []byte, es *edits) ([]byte, error) {
	if err := s.open(); err != nil {
		return dst, err
	}
	dst = append(dst, '{')
	first := len(dst)
	from, to := -1, -1 // the span of unchanged members that is not copied yet
	for s.dec.PeekKind() != '}' {
		name, start, err := s.read()
		if err != nil {
			return dst, err
		}
		e := es.find(name)
		if e == nil {
			if err := s.dec.SkipValue(); err != nil {
				return dst, err
			}
			if from < 0 {
				from = start
			}
			to = int(s.dec.InputOffset())
			continue
		}
		if from >= 0 {
			dst = append(comma(dst, first), s.text[from:to]...)
			from = -1
		}
		if dst, err = s.change(dst, first, name, e); err != nil {
			return dst, err
		}
	}
	if from >= 0 {
		dst = append(comma(dst, first), s.text[from:to]...)
	}
	for i := range es.list {
		if e := &es.list[i]; e.round == 0 && !e.removes() {
			dst = e.appendTo(comma(dst, first))
		}
	}
	_, err := s.dec.ReadToken()
	return append(dst, '}'), err
}

// change reads the value of a member and appends the member, changed by e.
func (s *splicer) change(dst []byte, first int, name []byte, e *edit) ([]byte, error) {
	e.round++
	if e.under != nil && s.dec.PeekKind() == '{' {
		return s.splice(append(append(comma(dst, first), name...), ':'), e.under)
	}
	if err := s.dec.SkipValue(); err != nil {
		return dst, err
	}
	if e.round == 1 && !e.removes() {
		dst = e.appendTo(comma(dst, first))
	}
	return dst, nil
}

// comma appends a comma to dst if the object whose text begins at first has members.
func comma(dst []byte, first int) []byte {
	if len(dst) > first {
		return append(dst, ',')
	}
	return dst
}

func (e *edit) removes() bool { return e.under == nil && e.value[0] == 'n' }

// appendTo appends the member, without the nulls in what is merged.
func (e *edit) appendTo(dst []byte) []byte {
	dst = append(append(dst, e.name...), ':')
	if e.under == nil {
		return append(dst, e.value...)
	}
	dst = append(dst, '{')
	first := len(dst)
	for i := range e.under.list {
		if u := &e.under.list[i]; !u.removes() {
			dst = u.appendTo(comma(dst, first))
		}
	}
	return append(dst, '}')
}
