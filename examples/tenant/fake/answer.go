package fake

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

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// action answers a request. Its error is a refusal.
type action func(*http.Request) (reply, error)

// reply is the answer to an accepted request.
type reply struct {
	status   int
	text     []byte
	kind     string // of text; empty: JSON
	warnings rule.Violations
	effects  []user.Effect
}

// refusal is the answer to a refused request.
type refusal struct {
	patch.Response
	rule rule.ID // empty if the library has no such rule
	own  bool    // the API's message is not known
}

func (r refusal) Error() string { return r.Message }

// apiRefusal returns a refusal with the API's message.
func apiRefusal(status int, code, message string) refusal {
	return refusal{Response: patch.Response{StatusCode: status, Error: http.StatusText(status), Message: message, ErrorCode: code}}
}

// own returns a refusal with a message that is not the API's.
func own(status int, rule rule.ID, message string) refusal {
	r := apiRefusal(status, "", message)
	r.rule, r.own = rule, true
	return r
}

// Answers of the API that are not about a payload, so that the library does not give
// them.
//
// Sources: recorded reads (noUser; that other routes answer so is inferred); public
// reports (taken, emailTaken); Auth0 Management API, responses of POST and PATCH
// (noConnection).
var (
	noUser       = apiRefusal(http.StatusNotFound, "inexistent_user", "The user does not exist.")
	taken        = apiRefusal(http.StatusConflict, "auth0_idp_error", "The user already exists.")
	emailTaken   = apiRefusal(http.StatusBadRequest, "auth0_idp_error", "The specified new email already exists")
	noConnection = apiRefusal(http.StatusBadRequest, "", "Connection does not exist.")
	noRoute      = own(http.StatusNotFound, "", "This tenant has no such route.")
)

// unknown answers a request that has no route.
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

// serve returns the handler for an action.
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

// refusalOf returns the answer for an error.
func refusalOf(err error) refusal {
	var no refusal
	if errors.As(err, &no) {
		return no
	}
	var v rule.Violation
	errors.As(err, &v)
	for _, e := range []rule.Endpoint{rule.EndpointLink, rule.EndpointUnlink} {
		if no, ok := known(e, v.Rule); ok {
			return no
		}
	}
	return own(http.StatusBadRequest, v.Rule, oneLine(err))
}

// known returns the API's answer to a request that breaks the rule. It reports false if
// none is known, or if its message depends on the request.
func known(e rule.Endpoint, id rule.ID) (refusal, bool) {
	status, message, code := rule.AnswerTo(e, id)
	if status == 0 || strings.Contains(message, "*") {
		return refusal{}, false
	}
	no := apiRefusal(status, code, message)
	no.rule = id
	return no, true
}

// oneLine returns the text of an error of the library, which contains no value. It has at
// most the first ten violations.
func oneLine(err error) string {
	var vs rule.Violations
	if errors.As(err, &vs) && len(vs) > 10 {
		return fmt.Sprintf("%s; and %d more", oneLine(vs[:10]), len(vs)-10)
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// refusedUpdate returns the answer to a payload that is refused.
func refusedUpdate(p patch.Payload, target user.Target, err error) error {
	var vs rule.Violations
	if r, ok := p.Response(target); ok && errors.As(err, &vs) {
		return refusal{Response: r, rule: vs[0].Rule}
	}
	return err
}

// refusedCreation returns the answer to a creation that is refused. Where the status
// is known, so are the API's words.
func refusedCreation(err error) error {
	var vs rule.Violations
	if !errors.As(err, &vs) {
		return err
	}
	if no, ok := known(rule.EndpointCreate, vs[0].Rule); ok {
		return no
	}
	return err
}

// body returns the body of r, which is JSON. The API's answer to a body that is too large
// is known for bulk imports only.
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
