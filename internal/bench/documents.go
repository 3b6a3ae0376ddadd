// Package bench measures merges, diffs, verdicts and updates of users: those of
// metameld beside what a program would otherwise use. It is a module of its own,
// so that the libraries it compares with are no dependencies of metameld.
package bench

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// Sizes are the names of the documents, smallest first.
var Sizes = []string{"2KB", "10KB", "1MB", "16MB"}

// Document is a metadata object that patches are merged into.
type Document struct {
	Name string // "2KB"
	Text []byte

	wide int // how many numbered members come after the profile
}

// NewDocument returns the document of that name, always the same; it takes a while
// for a large one. Documents have no white space between tokens, as an API sends
// them, no escaped names, and no number that a float64 rounds.
//
// The small ones hold a profile and what a few applications stored. The large ones
// hold the profile and thousands of members, each an object of about 240 bytes
// with objects and arrays in it.
func NewDocument(name string) (Document, bool) {
	d := Document{Name: name}
	switch name {
	case "2KB":
		d.Text = document(2048)
	case "10KB":
		d.Text = document(10240)
	case "1MB":
		d.Text, d.wide = wide(1 << 20)
	case "16MB":
		d.Text, d.wide = wide(16 << 20)
	default:
		return Document{}, false
	}
	return d, true
}

// Patch returns the patch that is measured in the mode: of about 250 bytes for
// a small document, and of about 1 KB for a large one, where it touches members
// from the first to the last.
//
// The patches stay within what every contender gets right: no array in them has
// an object with a null member, which evanphx drops, and in the patches for
// FirstLevel the only nulls are at the first level.
func (d Document) Patch(m metadata.Mode) []byte {
	switch {
	case d.wide == 0 && m == metadata.FirstLevel:
		return []byte(firstLevelPatch)
	case d.wide == 0:
		return []byte(deepPatch)
	}
	var delta []string
	add := func(name, value string) { delta = append(delta, string(quote(name))+":"+value) }
	add("legacy_id", "null")
	add("last_seen_version", `"5.2.0"`)
	if m == metadata.FirstLevel {
		for i := range 4 {
			add(wideName(d.spread(3*i, 12)), fmt.Sprintf(
				`{"state":"paused","plan":"team","site":"Zürich / 東京","limits":{"seats":%d,"storage_mb":20480},"recent":[%d,"ref-x",true]}`,
				12+i, 100+i))
			add(wideName(d.spread(3*i+1, 12)), "null")
			add(wideName(d.spread(3*i+2, 12)), `["moved","näher-dran"]`)
		}
		add("added_last", `{"state":"active","limits":{"seats":3}}`)
	} else {
		for i := range 9 {
			add(wideName(d.spread(i, 10)), fmt.Sprintf(
				`{"state":"paused","limits":{"seats":%d},"contact":{"email":null,"phone":"+41 44 555"}}`, 1000+i))
		}
		add(wideName(d.spread(9, 10)), "null")
		add("added_last", `{"state":"active","limits":{"seats":3}}`)
	}
	return []byte("{" + strings.Join(delta, ",") + "}")
}

// spread returns the number of member i of n that are spread through the document.
func (d Document) spread(i, n int) int { return i * (d.wide - 1) / (n - 1) }

// Next returns the text that the document has after its patch for Deep: what
// a diff has to find.
func (d Document) Next() []byte {
	text, err := metadata.Deep.AppendMerge(nil, d.Text, d.Patch(metadata.Deep))
	if err != nil {
		panic(err) // a test merges the same
	}
	return text
}

const (
	firstLevelPatch = `{"address":{"city":"Zürich","postal_code":"8004","geo":{"lat":47.3769,"lon":8.5417}},` +
		`"preferences":{"theme":"dark","notifications":{"email":true,"digest":"weekly"}},` +
		`"legacy_id":null,"tags":["beta","早期"],"score":87.25,"last_seen_version":"5.2.0"}`

	deepPatch = `{"address":{"city":"Zürich","postal_code":"8004","geo":{"lat":47.3769,"lon":8.5417}},` +
		`"preferences":{"theme":"dark","notifications":{"email":true,"sms":null,"digest":"weekly"}},` +
		`"legacy_id":null,"tags":["beta","早期"],"score":87.25,"last_seen_version":"5.2.0"}`

	// objectPatch is a patch for the small documents that does the same by the rules
	// of FirstLevel and of Deep: an object in it names all that the document has
	// there. That makes FirstLevel comparable with mergo, which merges every level.
	objectPatch = `{"address":{"street":"Langstrasse 7","city":"Zürich","postal_code":"8004","country":"CH",` +
		`"geo":{"lat":47.3769,"lon":8.5417,"accuracy_m":10}},"delivery":{"day":"Tuesday","hours":[8.5,17]},` +
		`"legacy_id":null,"tags":["beta","早期"],"score":87.25,"last_seen_version":"5.2.0"}`
)

// grown returns the text of the small document with values that are 8,000 times
// larger, but for those where the patch for Deep has an object too, which Deep
// reads.
func grown() []byte {
	d, _ := NewDocument(Sizes[0])
	delta := metadata.MustParse(string(d.Patch(metadata.Deep)))
	return grow(metadata.MustParse(string(d.Text)), 8000, func(name string) bool {
		p, _ := delta.Get(name)
		return p.Kind() == metadata.KindObject
	})
}

// grow returns the text of o with each value repeated in a list, but for those that stay.
func grow(o metadata.Object, times int, stays func(name string) bool) []byte {
	text := []byte{'{'}
	for name, v := range o.All() {
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(text, quote(name)...), ':')
		if stays(name) {
			text = append(text, v.String()...)
			continue
		}
		text = append(text, '[')
		text = append(text, strings.Repeat(v.String()+",", times-1)...)
		text = append(append(text, v.String()...), ']')
	}
	return append(text, '}')
}

// field is one member of a document.
type field struct {
	name  string
	value any
}

// document returns a text that is as long as size or a little longer: a profile,
// and then what one application after the other stored about the user.
func document(size int) []byte {
	text, _ := fill(size, stored)
	return text
}

// wide is document for a large one, and returns how many members come after the
// profile.
func wide(size int) (text []byte, members int) { return fill(size, numbered) }

// fill returns a text with the profile and then as many members as it takes.
func fill(size int, member func(i int) field) (text []byte, members int) {
	text = append(make([]byte, 0, size+512), '{')
	add := func(f field) {
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(text, quote(f.name)...)
		text = append(text, ':')
		text = append(text, quote(f.value)...)
	}
	for _, f := range profile() {
		add(f)
	}
	for ; len(text) < size-1; members++ {
		add(member(members))
	}
	return append(text, '}'), members
}

func quote(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are those below
	}
	return text
}

func profile() []field {
	return []field{
		{"display_name", "Zoë Müller-Nguyễn"},
		{"nickname", "zoë"},
		{"locale", "de-CH"},
		{"timezone", "Europe/Zurich"},
		{"birthdate", "1987-04-23"},
		{"phone", "+41 44 555 01 23"},
		{"newsletter", true},
		{"terms_accepted", true},
		{"onboarded", false},
		{"legacy_id", "usr_00048213"},
		{"score", 61.5},
		{"logins", 1482},
		{"referrer", nil},
		{"address", map[string]any{
			"street": "Bahnhofstraße 12", "city": "Bern", "postal_code": "3011", "country": "CH",
			"geo": map[string]any{"lat": 46.9481, "lon": 7.4474, "accuracy_m": 25},
		}},
		{"preferences", map[string]any{
			"theme": "light", "density": "compact", "font_size": 14, "start_page": "inbox",
			"notifications": map[string]any{"email": false, "sms": true, "push": true, "quiet_hours": []int{22, 7}},
			"languages":     []string{"de", "fr", "日本語"},
		}},
		{"tags", []string{"customer", "pilot", "näher-dran"}},
		{"company", map[string]any{
			"name": "Łódź und Söhne AG", "role": "Einkäuferin", "cost_center": 4410, "verified": true,
		}},
		{"devices", []any{
			map[string]any{"id": "d-7f31", "os": "iOS 18.1", "trusted": true, "seen": 1731400000},
			map[string]any{"id": "d-a902", "os": "Windows 11", "trusted": false, "seen": 1730914523},
		}},
		{"about", "Liest viel, läuft gern.\nSagt: \"erst messen, dann urteilen\" – und 山が好き."},
		{"last_seen_version", "5.1.3"},
	}
}

var (
	applications = []string{
		"billing", "calendar", "helpdesk", "wiki", "crm", "shop", "academy", "travel",
		"payroll", "survey", "forum", "storage", "chat", "tickets", "assets", "fleet",
		"canteen", "library", "parking", "badges", "sales", "press", "events", "labs",
		"claims", "kiosk", "visits", "printing",
	}
	cities = []string{"Genève", "Kraków", "São Paulo", "東京", "Αθήνα", "Reykjavík", "Київ"}
)

// stored returns member i of those that applications store: six for each.
func stored(i int) field {
	k := i / 6
	name, city := applications[k%len(applications)], cities[k%len(cities)]
	switch i % 6 {
	case 0:
		return field{name + "_enabled", k%3 != 0}
	case 1:
		return field{name + "_usage", float64(k*k*37+k*11) / 8}
	case 2:
		return field{name + "_site", city + " / " + cities[(k+3)%len(cities)]}
	case 3:
		return field{name + "_settings", map[string]any{
			"view": "list", "page_size": 10 * (k%5 + 1), "pinned": k%2 == 0,
			"filter": map[string]any{"status": "open", "owner": nil, "days": 7 * (k + 1)},
		}}
	case 4:
		return field{name + "_recent", []any{1000 + 17*k, 1003 + 29*k, "ref-" + name, k%2 == 1}}
	default:
		return field{name + "_contact", map[string]any{
			"name": "Équipe " + city, "email": name + "@example.com", "hours": []float64{8.5, 17}, "primary": k%4 == 0,
		}}
	}
}

// wideName returns the name of numbered member i.
func wideName(i int) string { return fmt.Sprintf("%s_%05d", applications[i%len(applications)], i) }

// numbered returns member i of a large document.
func numbered(i int) field {
	city := cities[i%len(cities)]
	return field{wideName(i), json.RawMessage(fmt.Sprintf(
		`{"state":"active","plan":"basic","site":%s,"limits":{"seats":%d,"storage_mb":%d,"ratio":%g},`+
			`"contact":{"name":%s,"email":"team%d@example.com"},"recent":[%d,"ref-%d",%t],"note":null}`,
		quote(city+" / "+cities[(i/7+3)%len(cities)]), 1+i%50, 1024*(1+i%20), float64(i%64)/8,
		quote("Équipe "+city), i, 1000+17*i, i, i%3 == 0))}
}
