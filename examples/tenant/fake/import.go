package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/lifecycle"
	"github.com/metameld/metameld/user/rule"
)

// Limits of the form of an import. The API's are known for the file only.
const (
	largestFile  = 512_000
	largestField = 1000
	mostParts    = 10
)

// Answers to imports.
//
// Sources: auth0/node-auth0 issue 246 (notDatabase); Auth0 Management API,
// POST /api/v2/jobs/users-imports (notImporting); Auth0 docs of 2019, Bulk User Imports
// (notParsed, in a mail).
var (
	notDatabase  = apiRefusal(http.StatusBadRequest, "operation_not_supported", "Connection must be a database connection")
	notImporting = apiRefusal(http.StatusBadRequest, "", "Custom Database Connections without import mode are not allowed.")
)

const notParsed = "Failed to parse users file JSON when importing users. Make sure it is valid JSON."

// importForm is the form of a request to import users.
type importForm struct {
	users      []byte
	connection declared
	upsert     bool
	externalID string
}

// importUsers adds a pending job.
func (t *Tenant) importUsers(r *http.Request) (reply, error) {
	form, err := t.importForm(r)
	if err != nil {
		return reply{}, err
	}
	now := t.options.Now()
	j := &job{
		Type: "users_import", Status: "pending", ConnectionID: form.connection.id, Connection: form.connection.Name,
		ExternalID: form.externalID, CreatedAt: string(user.TimestampOf(now)), ID: randomID("job_"), created: now, form: form,
	}
	text, err := json.Marshal(j)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusAccepted, text: text}, t.jobs.add(j)
}

// finish imports the users of a job, once. It returns after they are imported.
func (t *Tenant) finish(j *job) {
	j.once.Do(func() {
		if rows, err := lifecycle.ParseRows(j.form.users); err != nil {
			j.Status, j.Details = "failed", notParsed
		} else {
			t.run(j, rows)
		}
		j.form = importForm{}
		t.jobs.done(j)
	})
}

// importForm reads the form in r, part by part.
func (t *Tenant) importForm(r *http.Request) (form importForm, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return form, own(http.StatusUnsupportedMediaType, "", "This tenant takes multipart/form-data only.")
	}
	values := map[string]string{}
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == mostParts {
			return form, own(http.StatusBadRequest, "", "The form is not well formed, or has too many parts.")
		}
		text, err := readPart(part)
		if err != nil {
			return form, err
		}
		if values[part.FormName()] = string(text); part.FormName() == "users" {
			form.users = text
		}
	}
	if err := checkForm(values); err != nil {
		return form, err
	}
	var ok bool
	if form.connection, ok = t.connectionByID(values["connection_id"]); !ok {
		return form, noConnection
	}
	switch c := form.connection; {
	case c.Kind != user.Database && c.Kind != user.CustomDatabase:
		return form, notDatabase
	case c.Kind == user.CustomDatabase && !c.ImportMode:
		return form, notImporting
	}
	form.upsert, form.externalID = values["upsert"] == "true", values["external_id"]
	return form, nil
}

// checkForm returns what is wrong with the names and values of a form.
//
// Source of the names: Auth0 Management API, POST /api/v2/jobs/users-imports.
func checkForm(values map[string]string) error {
	for _, name := range []string{"users", "connection_id"} {
		if _, ok := values[name]; !ok {
			return invalid("Missing required property: "+name, "")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch v := values[name]; name {
		case "users", "connection_id", "external_id":
		case "upsert", "send_completion_email":
			if v != "true" && v != "false" {
				return invalid("Expected type boolean but found type string", name)
			}
		default:
			return invalid("Additional properties not allowed: "+name, "")
		}
	}
	return nil
}

// readPart returns the text of a part of the form.
func readPart(part *multipart.Part) ([]byte, error) {
	most := int64(largestField)
	if part.FormName() == "users" {
		most = largestFile
	}
	text, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return nil, own(http.StatusBadRequest, "", "The form is not well formed.")
	case int64(len(text)) > most && most == largestFile:
		no, _ := known(rule.EndpointImport, rule.ImportSize)
		return nil, no
	case int64(len(text)) > most:
		return nil, invalid("String is too long", part.FormName())
	}
	return text, nil
}

// run imports the rows. A second row with an e-mail is an error, also with upsert.
//
// Source: Auth0 docs, Bulk Import User Data.
func (t *Tenant) run(j *job, rows []lifecycle.Row) {
	j.Status, j.Summary = "completed", &summary{Total: len(rows)}
	imported := map[string]bool{}
	var failed bytes.Buffer
	for _, row := range rows {
		email := strings.ToLower(row.Email.Or(""))
		updated, err := false, error(conflict{"email"})
		if email == "" || !imported[email] {
			updated, err = t.importRow(row, j.form)
		}
		switch {
		case err != nil:
			j.Summary.Failed++
			failed.WriteByte(',')
			failed.Write(rowErrors(row, err))
		case updated:
			j.Summary.Updated++
		default:
			j.Summary.Inserted++
		}
		imported[email] = imported[email] || err == nil
	}
	if failed.Len() > 0 {
		failed.Bytes()[0] = '['
		failed.WriteByte(']')
		j.errors = failed.Bytes()
	}
}

// importRow imports a row. It reports whether it changed a user.
func (t *Tenant) importRow(row lifecycle.Row, form importForm) (updated bool, err error) {
	at := user.Target{Connection: form.connection.Connection, Sources: t.options.Sources, Policies: t.options.Policies, Now: t.options.Now()}
	for _, k := range []key{
		{"email", at.Connection.Name, row.Email.Or("")}, userKey(user.ID("auth0|" + row.UserID.Or(""))),
		{"username", at.Connection.Name, row.Username.Or("")}, {"phone_number", at.Connection.Name, row.PhoneNumber.Or("")},
	} {
		if k.attribute != "user_id" {
			k.value = strings.ToLower(k.value)
		}
		r := t.store.find(k)
		if r == nil {
			continue
		}
		now := r.now.Load()
		if now == nil {
			continue
		}
		return true, t.store.change(now.UserID.Or(""), func(u user.Profile) ([]user.Profile, error) {
			out, err := row.Import(u, form.upsert, "", at)
			return []user.Profile{out.Profile}, err
		})
	}
	out, err := row.Import(user.Profile{}, form.upsert, t.options.NewID(), at)
	if err != nil {
		return false, err
	}
	return false, t.store.add(out.Profile)
}

// rowErrors returns the JSON of the errors of a row. Hashes of passwords and enrolled
// factors in it are masked; the API answers the row as it was.
func rowErrors(row lifecycle.Row, err error) []byte {
	type rowError struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Path    string `json:"path,omitempty"`
	}
	var list []rowError
	var vs rule.Violations
	var had conflict
	switch {
	case errors.As(err, &vs):
		for _, v := range vs {
			e := rowError{codeOf(v.Rule), v.Message, strings.TrimPrefix(v.Pointer, "/")}
			if v.Rule == rule.ImportExists { // recorded, without a path
				_, e.Message, _ = rule.AnswerTo(rule.EndpointImport, v.Rule)
				e.Path = ""
			}
			list = append(list, e)
		}
	case errors.As(err, &had) && had.attribute == "email":
		list = append(list, rowError{Code: "DUPLICATED_USER", Message: "another row or a new user has this e-mail"})
	case errors.As(err, &had):
		list = append(list, rowError{Code: "CONFLICT", Message: had.Error(), Path: had.attribute})
	default:
		list = append(list, rowError{Code: "NOT_PASSED", Message: oneLine(err)})
	}
	text, _ := json.Marshal(struct { // never fails
		User   json.RawMessage `json:"user"`
		Errors []rowError      `json:"errors"`
	}{json.RawMessage(row.String()), list})
	return text
}

// codeOf returns the code for a violation in a row. Which of the documented codes that is,
// is inferred, except for a user who exists.
func codeOf(id rule.ID) string {
	switch id {
	case rule.ImportExists:
		return "DUPLICATED_USER"
	case rule.ImportEmail:
		return "OBJECT_REQUIRED"
	case rule.Type, rule.CreationNull:
		return "INVALID_TYPE"
	case rule.EmailFormat, rule.PictureFormat:
		return "FORMAT"
	case rule.PhoneFormat:
		return "PATTERN"
	case rule.ImportFactors:
		return "MFA_FACTORS_FAILED"
	}
	return "NOT_PASSED"
}
