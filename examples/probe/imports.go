package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// errNoImports ends a probe that needs an import.
var errNoImports = errors.New("the tenant offers no imports")

const polls = 30

// load sends a row as the file of an import, and waits for the job.
func (a *attempt) load(ctx context.Context, x step) (answer, error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, part := range [][2]string{{"connection_id", a.on.id}, {"upsert", strconv.FormatBool(x.path == upsertPath)}, {"send_completion_email", "false"}} {
		if err := w.WriteField(part[0], part[1]); err != nil {
			return answer{}, err
		}
	}
	file, err := w.CreateFormFile("users", "users.json")
	if err != nil {
		return answer{}, err
	}
	if _, err := fmt.Fprintf(file, "[%s]", a.s.body(x.body)); err != nil {
		return answer{}, err
	}
	if err := w.Close(); err != nil {
		return answer{}, err
	}
	id := a.s["user"]
	if err := a.j.begins([]string{id}, a.c.now(), importEnds); err != nil {
		return answer{}, err
	}
	got, err := a.c.do(ctx, http.MethodPost, importsPath, w.FormDataContentType(), form.Bytes(), isJob(""))
	repeated := got.repeated
	if err == nil && got.status < 300 {
		got, err = a.job(ctx, jobOf(got.text).ID)
	}
	if err != nil || repeated { // an import may not have ended
		got.repeated = repeated
		return got, err
	}
	return got, a.j.write(entry{Answered: []string{id}})
}

// job waits for a job. A row that it refuses is answered 400.
func (a *attempt) job(ctx context.Context, id string) (answer, error) {
	for range polls {
		got, err := a.c.do(ctx, http.MethodGet, jobsPath+"/"+url.PathEscape(id), "", nil, isJob(id))
		if err != nil {
			return answer{}, err
		}
		j := jobOf(got.text)
		switch {
		case got.status >= 300:
			return answer{}, undecided(fmt.Sprintf("the import job cannot be read: %d", got.status))
		case j.Status == "completed" && j.Summary.Total == 1 && j.Summary.Failed == 1:
			return answer{status: http.StatusBadRequest, text: []byte(`{"message":"the row was not imported"}`)}, nil
		case j.Status == "completed" && j.Summary.Total == 1 && j.Summary.Updated+j.Summary.Inserted == 1:
			return answer{status: http.StatusOK}, nil
		case j.Status == "completed" || j.Status == "failed":
			return answer{status: http.StatusUnprocessableEntity, text: []byte(`{}`)}, nil
		}
		if err := a.c.sleep(ctx, 4*time.Second); err != nil {
			return answer{}, err
		}
	}
	return answer{}, undecided("the import job did not end in time")
}

// importJob is a job as the API answers it.
type importJob struct {
	ID, Status string
	Summary    struct{ Failed, Updated, Inserted, Total int }
}

func jobOf(text []byte) (j importJob) {
	_ = json.Unmarshal(text, &j) // isJob has judged it
	return j
}

// isJob returns a function that reports whether text is the job with the id, or any job.
func isJob(id string) func([]byte) bool {
	return func(text []byte) bool {
		var j importJob
		return json.Unmarshal(text, &j) == nil && j.ID != "" && (id == "" || j.ID == id) && !strings.ContainsAny(j.ID, "/?")
	}
}
