package tenant

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/metameld/metameld/identities"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// action answers a request. Its error is a refusal.
type action func(*http.Request) (reply, error)

// reply is an answer to a request that is accepted.
type reply struct {
	status   int
	text     []byte
	kind     string // of text; empty: JSON
	warnings user.Violations
	effects  []user.Effect
}

// refusal is an answer to one that is not.
type refusal struct {
	patch.Response
	rule user.RuleID // empty where it is none of the library's
	own  bool        // the message is not known to be the API's
}

func (r refusal) Error() string { return r.Message }

// said is a refusal in the API's words.
func said(status int, code, message string) refusal {
	return refusal{Response: patch.Response{StatusCode: status, Error: http.StatusText(status), Message: message, ErrorCode: code}}
}

// own is a refusal in words that are not the API's.
func own(status int, rule user.RuleID, message string) refusal {
	r := said(status, "", message)
	r.rule, r.own = rule, true
	return r
}

// Answers of the API that the library does not give, since they are not about a
// payload.
//
// Sources: recorded reads (noUser; that other routes answer so is inferred); public
// reports (taken, emailTaken); Auth0 Management API, responses of POST and PATCH
// (noConnection).
var (
	noUser       = said(http.StatusNotFound, "inexistent_user", "The user does not exist.")
	taken        = said(http.StatusConflict, "auth0_idp_error", "The user already exists.")
	emailTaken   = said(http.StatusBadRequest, "auth0_idp_error", "The specified new email already exists")
	noConnection = said(http.StatusBadRequest, "", "Connection does not exist.")
	noRoute      = own(http.StatusNotFound, "", "This tenant has no such route.")
)

// unknown answers what no route takes.
func unknown(*http.Request) (reply, error) { return reply{}, noRoute }

// unclean answers paths that the mux would redirect.
func unclean(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := r.URL.EscapedPath(); path.Clean(p) != strings.TrimSuffix(p, "/") && p != "/" {
			serve(unknown)(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serve makes a handler of an action.
func serve(do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		answer, err := do(r)
		if err != nil {
			no := refusalOf(err)
			if no.rule != "" {
				h.Set("Metameld-Rule", string(no.rule))
			}
			if no.own {
				h.Set("Metameld-Words", "own")
			}
			text, _ := json.Marshal(no.Response)
			answer = reply{status: no.StatusCode, text: text}
		}
		seen := map[string]bool{}
		add := func(name, value string) {
			if !seen[name+value] {
				seen[name+value] = true
				h.Add(name, value)
			}
		}
		for _, v := range answer.warnings {
			add("Metameld-Warning", string(v.Rule))
		}
		for _, e := range answer.effects {
			add("Metameld-Effect", string(e.Kind))
		}
		if answer.status != http.StatusNoContent {
			h.Set("Content-Type", cmp.Or(answer.kind, "application/json; charset=utf-8"))
			h.Set("Content-Length", strconv.Itoa(len(answer.text)))
		}
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.text)
	}
}

// refusalOf returns the answer that an error is.
func refusalOf(err error) refusal {
	var no refusal
	var v user.Violation
	switch {
	case errors.As(err, &no):
		return no
	case errors.As(err, &v) && identities.Status(v.Rule) != 0:
		no = said(identities.Status(v.Rule), "", v.Message)
		no.rule = v.Rule
		return no
	case v.Rule != "":
		return own(http.StatusBadRequest, v.Rule, oneLine(err))
	}
	return own(http.StatusBadRequest, "", oneLine(err))
}

// oneLine is the text of an error of the library, which holds no value. Of many
// violations it has the first ten.
func oneLine(err error) string {
	var vs user.Violations
	if errors.As(err, &vs) && len(vs) > 10 {
		return fmt.Sprintf("%s; and %d more", oneLine(vs[:10]), len(vs)-10)
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// refusedUpdate returns the answer to a payload that is refused.
func refusedUpdate(p patch.Payload, target patch.Target, err error) error {
	var vs user.Violations
	if r, ok := p.Response(target); ok && errors.As(err, &vs) {
		return refusal{Response: r, rule: vs[0].Rule}
	}
	return err
}

// refusedCreation returns the answer to a creation that is refused. Where the status
// is known, so are the API's words.
func refusedCreation(err error) error {
	var vs user.Violations
	if !errors.As(err, &vs) {
		return err
	}
	v := vs[0]
	status := user.Status(v.Rule)
	if status == 0 {
		return err
	}
	no := said(status, "", v.Message)
	no.rule = v.Rule
	return no
}

// body returns the body of r, which is JSON. What the API answers to a larger one is
// known of its bulk imports only.
func body(r *http.Request) ([]byte, error) {
	if kind := r.Header.Get("Content-Type"); kind != "" {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/json" {
			return nil, own(http.StatusUnsupportedMediaType, "", "This tenant takes application/json only.")
		}
	}
	text, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, own(http.StatusRequestEntityTooLarge, "", "Payload content length greater than maximum allowed: "+strconv.FormatInt(large.Limit, 10))
	}
	return text, err
}
