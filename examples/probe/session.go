package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// session is what one run of a probe fills its placeholders with.
type session map[string]string

// newSession returns the values for a probe. tag is unique among the sessions of all runs.
func newSession(tag, connection, other string) session {
	secret := secretText(73)
	area := areas[random(len(areas))]
	phone := random(100)
	return session{
		"connection": connection, "connection2": other,
		"id": prefix + tag, "id2": prefix + tag + "-2",
		"user": provider + prefix + tag, "user2": provider + prefix + tag + "-2",
		"email": prefix + tag + emailDomain, "email2": prefix + tag + "-2" + emailDomain, "new-email": prefix + tag + "-new" + emailDomain,
		"username": "mp" + short(tag), "username2": "mp" + short(tag) + "b", "new-username": "mp" + short(tag) + "n",
		"password": secret[:20], "new-password": secret[20:44], "password-72": secret[:72], "password-73": secret,
		"phone": fmt.Sprintf("+1%s55501%02d", area, phone), "phone2": fmt.Sprintf("+1%s55501%02d", area, (phone+1)%100),
	}
}

// short returns the end of a tag: usernames have at most 15 characters.
func short(tag string) string {
	tag = strings.ReplaceAll(tag, "-", "")
	return tag[max(0, len(tag)-10):]
}

// areas are area codes; every one of them has numbers that are reserved for fiction.
var areas = []string{"202", "206", "212", "213", "214", "215", "216", "303", "305", "312", "313", "314", "404", "408", "412", "415", "503", "504", "512", "513", "602", "612", "615", "617", "702", "713", "714", "716", "801", "816", "901", "919"}

// random returns a random number below n.
func random(n int) int {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return (int(b[0]) | int(b[1])<<8 | int(b[2])<<16) % n
}

// secretText returns a random text of ASCII letters, digits and signs. Each four
// characters have one of each class, so that no character follows itself, and password
// policies accept every part of at least eight.
func secretText(n int) string {
	var b strings.Builder
	for b.Len() < n {
		class := [...]string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "!#%+:=?@"}[b.Len()%4]
		b.WriteByte(class[random(len(class))])
	}
	return b.String()
}

var placeholder = regexp.MustCompile(`<(?:([a-z0-9-]+)|([0-9]+) x)>`)

// fill replaces the placeholders in text; escape is for the values.
func (s session) fill(text string, escape func(string) string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		name = strings.Trim(name, "<>")
		var n int
		if _, err := fmt.Sscanf(name, "%d x", &n); err == nil && strings.HasSuffix(name, " x") {
			return strings.Repeat("x", n)
		}
		return escape(s[name])
	})
}

// path fills a path, and body the text of a body.
func (s session) path(text string) string { return s.fill(text, url.PathEscape) }
func (s session) body(text string) []byte { return []byte(s.fill(text, inJSON)) }

// inJSON returns s as it is written inside a JSON string.
func inJSON(s string) string {
	text, _ := json.Marshal(s)
	return string(text[1 : len(text)-1])
}

// object returns the JSON object with the members in the texts, of which later ones win.
func (s session) object(members ...string) ([]byte, error) {
	var all metadata.Object
	for _, text := range members {
		o, err := metadata.Parse(s.body("{" + text + "}"))
		if err != nil {
			return nil, err
		}
		for name, v := range o.All() {
			if all, err = all.With(v, name); err != nil {
				return nil, err
			}
		}
	}
	return all.AppendJSON(nil), nil
}

// general replaces the values of s in text by their placeholders.
func (s session) general(text string) string {
	names := make([]string, 0, len(s))
	for name, value := range s {
		if value != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := len(s[b]) - len(s[a]); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		text = strings.ReplaceAll(text, s[name], "<"+name+">")
	}
	return longRun.ReplaceAllStringFunc(text, func(run string) string { return fmt.Sprintf("<%d x>", len(run)) })
}

var longRun = regexp.MustCompile(`x{100,}`)
