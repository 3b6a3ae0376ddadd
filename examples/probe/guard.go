package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"

	"github.com/metameld/metameld/metadata"
)

// prefix begins the id and the e-mail address of every user that the program creates.
const prefix = "metameld-probe-"

// provider begins the user_id of every user of a database.
const provider = "auth0|"

// Paths besides those of users.
const (
	countQuery      = "per_page=1&page=0&include_totals=true&fields=user_id"
	connectionsPath = "/api/v2/connections"
	jobsPath        = "/api/v2/jobs"
	tokenPath       = "/oauth/token"
)

// emailDomain is reserved for examples: no mail reaches anybody. Source: RFC 2606.
const emailDomain = "@example.com"

// fiction matches the phone numbers that are reserved for fiction in North America.
var fiction = regexp.MustCompile(`^\+1[2-9]\d\d55501\d\d$`)

// guard decides what may be sent. The probes are written so that it refuses none of their
// requests; a test checks that. It is a second lock.
type guard struct {
	owns      func(id string) bool // it is in the journal
	confirmed string               // the user that may be deleted: a GET has just shown whose it is
}

// check returns an error unless the request is one that docs/probe.md announces.
func (g *guard) check(method, path, kind string, body []byte) error {
	if len(body) > largestBody {
		return fmt.Errorf("a body of %d bytes", len(body))
	}
	u, err := url.Parse(path)
	if err != nil {
		return errors.New("a path that is malformed")
	}
	if method == "GET" && (u.Path == usersPath && u.RawQuery == countQuery || u.Path == connectionsPath) {
		return nil
	}
	if job, ok := strings.CutPrefix(path, jobsPath+"/"); ok && method == "GET" && job != "" && !strings.ContainsAny(job, "/?") {
		return nil
	}
	if method == "POST" && path == usersPath {
		return g.creation(body)
	}
	if method == "POST" && path == importsPath {
		return g.upsert(kind, body)
	}
	rest, ok := strings.CutPrefix(u.EscapedPath(), usersPath+"/")
	part, rest, _ := strings.Cut(rest, "/")
	id, err := url.PathUnescape(part)
	if !ok || err != nil || !g.owns(id) || u.RawQuery != "" {
		return errors.New("a request about something that this program did not create")
	}
	switch {
	case method == "GET" && rest == "":
		return nil
	case method == "DELETE" && rest == "" && id == g.confirmed:
		return nil
	case method == "PATCH" && rest == "":
		return quiet(body)
	case method == "POST" && rest == "identities":
		return g.link(body)
	case method == "DELETE" && strings.HasPrefix(rest, "identities/auth0/"):
		if other, err := url.PathUnescape(strings.TrimPrefix(rest, "identities/auth0/")); err == nil && strings.HasPrefix(strings.TrimPrefix(other, provider), prefix) {
			return nil
		}
		return errors.New("an unlink of an account that this program did not create")
	}
	return fmt.Errorf("%s of a path that is not on the list", method)
}

// quiet refuses a body that could send a message, or that has an address or a phone number
// which somebody could have.
func quiet(body []byte) error {
	o, err := metadata.Parse(body)
	if err != nil {
		return errors.New("a body that is not a JSON object")
	}
	for _, x := range []struct {
		name, flag string
		fine       func(string) bool
	}{
		{"email", "verify_email", func(s string) bool { return strings.HasPrefix(s, prefix) && strings.HasSuffix(s, emailDomain) }},
		{"phone_number", "verify_phone_number", fiction.MatchString},
	} {
		flag := o.At("/" + x.flag)
		off, isBool := flag.Bool()
		if !flag.IsZero() && (!isBool || off) {
			return fmt.Errorf("%s that is not false", x.flag)
		}
		v := o.At("/" + x.name)
		if v.IsZero() {
			continue
		}
		if s, ok := v.Str(); !ok || !x.fine(s) {
			return fmt.Errorf("%s of somebody", x.name)
		}
		if flag.IsZero() {
			return fmt.Errorf("%s without %s false", x.name, x.flag)
		}
	}
	return nil
}

// creation checks the body of a creation: its ids are in the journal.
func (g *guard) creation(body []byte) error {
	o, err := metadata.Parse(body)
	if err != nil {
		return errors.New("a body that is not a JSON object")
	}
	id, _ := o.At("/user_id").Str()
	if !strings.HasPrefix(strings.TrimPrefix(id, provider), prefix) || !g.owns(provider+id) {
		return errors.New("a creation without an id in the journal")
	}
	if off, ok := o.At("/verify_email").Bool(); !ok || off {
		return errors.New("a creation without verify_email false")
	}
	return quiet(body)
}

// link checks the body of a request to link.
func (g *guard) link(body []byte) error {
	o, err := metadata.Parse(body)
	id, ok := o.At("/user_id").Str()
	if err != nil || !ok || !strings.HasPrefix(strings.TrimPrefix(id, provider), prefix) || !o.At("/link_with").IsZero() {
		return errors.New("a link to a user that this program did not create")
	}
	return nil
}

// upsert checks the form of an import: it sends no mail, and its one user has an id in the
// journal.
func (g *guard) upsert(kind string, body []byte) error {
	_, parameters, err := mime.ParseMediaType(kind)
	if err != nil {
		return errors.New("an import that is not a form")
	}
	values := map[string]string{}
	for r := multipart.NewReader(bytes.NewReader(body), parameters["boundary"]); ; {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.New("an import that is not a form")
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return errors.New("an import that is not a form")
		}
		values[part.FormName()] = string(text)
	}
	if values["send_completion_email"] != "false" {
		return errors.New("an import without send_completion_email false")
	}
	var rows []struct {
		Email  string `json:"email"`
		UserID string `json:"user_id"`
	}
	if json.Unmarshal([]byte(values["users"]), &rows) != nil || len(rows) != 1 || !g.owns(provider+rows[0].UserID) ||
		!strings.HasPrefix(rows[0].Email, prefix) || !strings.HasSuffix(rows[0].Email, emailDomain) {
		return errors.New("an import of a user that is not in the journal")
	}
	return nil
}
