package answer

import (
	"encoding/json"
	"strings"
)

// Sample is an input that shows one thing.
type Sample struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Teaches string `json:"teaches"`
	State   State  `json:"state"`
}

const rosa = `{
  "user_id": "auth0|65f0c0ffee",
  "email": "rosa@example.com",
  "email_verified": true,
  "name": "Rosa Diaz",
  "nickname": "rosa",
  "picture": "https://example.com/rosa.png",
  "identities": [
    {"provider": "auth0", "user_id": "65f0c0ffee", "connection": "members", "isSocial": false}
  ],
  "user_metadata": {
    "color": "green",
    "newsletter": true,
    "address": {"home": "12 Elm Street", "work": "99 High Street"}
  },
  "app_metadata": {"plan": "gold", "credits": 120, "roles": ["editor"]},
  "created_at": "2024-03-12T21:06:41.000Z",
  "updated_at": "2024-03-12T21:06:41.000Z",
  "logins_count": 7
}`

const sam = `{
  "user_id": "google-oauth2|1002",
  "email": "sam@example.com",
  "email_verified": true,
  "name": "Sam Reed",
  "given_name": "Sam",
  "family_name": "Reed",
  "nickname": "sam",
  "picture": "https://example.com/sam.png",
  "identities": [
    {"provider": "google-oauth2", "user_id": "1002", "connection": "google-oauth2", "isSocial": true}
  ],
  "user_metadata": {"theme": "dark"}
}`

const nested = `{
  "color": "green",
  "newsletter": true,
  "address": {
    "home": "12 Elm Street",
    "work": "99 High Street"
  },
  "tags": ["a", "b"]
}`

const inDatabase = `{
  "user_id": "7",
  "email": "kim@example.com",
  "email_verified": true,
  "name": "Kim Park",
  "nickname": "kim"
}`

const creation = `{"connection": "members", "email": "kim@example.com", "password": "` + Masked + `", "name": "Kim Lee"}`

// oversized is a profile beyond the extended allowance.
func oversized() string {
	var b strings.Builder
	for i := range 290 {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString(`      {"page": "/articles/` + strings.Repeat("reading-", 42) + `", "seconds": 40}`)
	}
	return strings.Replace(rosa, `"newsletter": true,`, "\"newsletter\": true,\n    \"visits\": [\n"+b.String()+"\n    ],", 1)
}

// Samples are all samples, the first one first shown.
func Samples() []Sample { return append(updates(), others()...) }

// updates are the samples of the tab update.
func updates() []Sample {
	return []Sample{
		{
			"siblings-lost", "Siblings are lost",
			"address is replaced whole, so address.work is lost. The repaired payload keeps it.",
			State{Tab: "update", User: rosa, Payload: "{\n  \"user_metadata\": {\n    \"address\": {\"home\": \"7 Oak Lane\"}\n  }\n}", Kind: "database", Sources: "current"},
		},
		{
			"empty-wipes", "{} wipes",
			"An empty object removes everything in app_metadata.",
			State{Tab: "update", User: rosa, Payload: "{\n  \"nickname\": \"rosie\",\n  \"app_metadata\": {}\n}", Kind: "database", Sources: "current"},
		},
		{
			"password-and-email", "Password and e-mail in one body",
			"The API refuses this pair. Two bodies, one after the other, do what is meant.",
			State{Tab: "update", User: rosa, Payload: "{\n  \"email\": \"rosa@example.org\",\n  \"password\": \"" + Masked + "\"\n}", Kind: "database", Sources: "current"},
		},
		{
			"synced-attributes", "Synced attributes",
			"The name follows Google at each login, so the API refuses to change it. The sync setting of the connection decides.",
			State{Tab: "update", User: sam, Payload: "{\n  \"name\": \"Samuel Reed\",\n  \"user_metadata\": {\"theme\": \"light\"}\n}", Kind: "social", Sync: "on_each_login", Sources: "current"},
		},
		{
			"custom-database-before", "Custom database, before migration",
			"Only metadata and blocked can be updated while the user is in the custom database.",
			State{Tab: "update", User: rosa, Payload: "{\n  \"email\": \"rosa@example.org\",\n  \"name\": \"Rosa Marin\",\n  \"user_metadata\": {\"color\": \"blue\"}\n}", Kind: "custom-database", ImportMode: true, Sources: "current"},
		},
		{
			"custom-database-after", "Custom database, after migration",
			"The same payload passes once the user has moved to Auth0. Choose strict to see which source disagrees.",
			State{Tab: "update", User: rosa, Payload: "{\n  \"email\": \"rosa@example.org\",\n  \"name\": \"Rosa Marin\",\n  \"user_metadata\": {\"color\": \"blue\"}\n}", Kind: "custom-database", ImportMode: true, Migrated: true, Sources: "current"},
		},
		{
			"oversized-profile", "An oversized profile",
			"The profile is beyond the allowance. A payload that makes it larger is refused; one that makes it smaller passes.",
			State{Tab: "update", User: oversized(), Payload: "{\n  \"user_metadata\": {\"note\": \"one more\"}\n}", Kind: "database", Sources: "current"},
		},
	}
}

// others are the samples of the other tabs.
func others() []Sample {
	form := map[string]string{
		"ID": "auth0|65f0c0ffee", "Name": "Rosa Diaz", "Given Name": "Rosa", "Nickname": "", "Blocked": "",
		"Metadata": `{"address": {"home": "7 Oak Lane"}}`, "App Metadata": "",
	}
	story := []Step{
		{Do: "create", Text: creation},
		{Do: "login"},
		{Do: "change", Text: inDatabase},
		{Do: "login"},
		{Do: "import-on"},
		{Do: "login"},
	}
	return []Sample{
		{
			"merge-modes", "The same change in four modes",
			"Auth0 merges the first level only. Other systems use other modes.",
			State{Tab: "merge", Base: nested, Delta: "{\n  \"newsletter\": null,\n  \"address\": {\"home\": \"7 Oak Lane\"},\n  \"language\": \"es\"\n}"},
		},
		{
			"merge-wipe", "{} in four modes",
			"{} removes everything at the first level and in replace; elsewhere it changes nothing.",
			State{Tab: "merge", Base: nested, Delta: "{}"},
		},
		{
			"card-blanks", "Blank inputs on the card",
			"With \"Pass Empty Values?\" a blank input clears its value: blank App Metadata wipes all of it.",
			State{Tab: "card", User: rosa, Form: form, PassEmpty: true, Kind: "database", Sources: "current"},
		},
		{
			"life-of-a-user", "From creation to migration",
			"A change in the database shows at the next login. With the import mode on, the next login moves the user to Auth0.",
			State{Tab: "life", Steps: story, Database: inDatabase, Update: "{\n  \"user_metadata\": {\"color\": \"blue\"}\n}", Sources: "current"},
		},
	}
}

// Page is what the page must know of the library.
type Page struct {
	Samples []Sample `json:"samples"`
	Labels  []string `json:"labels"` // of the workflow card
	MaxText int      `json:"maxText"`
}

// PageJSON returns a [Page] as JSON.
func PageJSON() []byte {
	text, err := json.Marshal(Page{Samples(), Labels(), MaxText})
	if err != nil {
		return []byte("{}")
	}
	return text
}
