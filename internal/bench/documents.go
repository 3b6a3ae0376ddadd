// Package bench measures the merge of user metadata from text to text: that of
// package metadata beside what a program would otherwise use. It is a module of
// its own, so that the libraries it compares with are no dependencies of
// metameld.
package bench

import (
	"encoding/json"

	"github.com/metameld/metameld/metadata"
)

// Document is a metadata object that patches are merged into.
type Document struct {
	Name string // "2KB"
	Text []byte
}

// Documents returns the documents that are measured, always the same. They have
// no white space between tokens, as an API sends them, and no escaped names.
func Documents() []Document {
	return []Document{
		{"2KB", document(2048)},
		{"10KB", document(10240)},
	}
}

// Patch returns the patch that is measured in the mode; it fits every document.
//
// The patches stay within what every contender gets right: no array in them has
// an object with a null member, which evanphx drops, and no number, here or in
// the documents, is one that a float64 rounds. In the patch for FirstLevel the
// only null is at the first level.
func Patch(m metadata.Mode) []byte {
	if m == metadata.FirstLevel {
		return []byte(firstLevelPatch)
	}
	return []byte(deepPatch)
}

const (
	firstLevelPatch = `{"address":{"city":"Zürich","postal_code":"8004","geo":{"lat":47.3769,"lon":8.5417}},` +
		`"preferences":{"theme":"dark","notifications":{"email":true,"digest":"weekly"}},` +
		`"legacy_id":null,"tags":["beta","早期"],"score":87.25,"last_seen_version":"5.2.0"}`

	deepPatch = `{"address":{"city":"Zürich","postal_code":"8004","geo":{"lat":47.3769,"lon":8.5417}},` +
		`"preferences":{"theme":"dark","notifications":{"email":true,"sms":null,"digest":"weekly"}},` +
		`"legacy_id":null,"tags":["beta","早期"],"score":87.25,"last_seen_version":"5.2.0"}`
)

// field is one member of a document.
type field struct {
	name  string
	value any
}

// document returns a text that is as long as size or a little longer: a profile,
// and then what one application after the other stored about the user.
func document(size int) []byte {
	text := []byte{'{'}
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
	for i := 0; len(text) < size-1; i++ {
		add(stored(i))
	}
	return append(text, '}')
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
