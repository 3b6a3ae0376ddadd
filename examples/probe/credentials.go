package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/metameld/metameld/user"
)

// credentials are what the environment or a file has. They are masked wherever they are
// printed.
type credentials struct {
	Token        user.Secret `json:"token"`
	ClientID     user.Secret `json:"client_id"`
	ClientSecret user.Secret `json:"client_secret"`
}

// read reads the credentials.
func (p *program) read(o options) (c credentials, err error) {
	if o.credentials == "" {
		return credentials{user.NewSecret(p.getenv("METAMELD_TOKEN")), user.NewSecret(p.getenv("METAMELD_CLIENT_ID")), user.NewSecret(p.getenv("METAMELD_CLIENT_SECRET"))}, nil
	}
	text, err := os.ReadFile(o.credentials)
	if err != nil || json.Unmarshal(text, &c) != nil {
		return credentials{}, errors.New("the file of -credentials is not a JSON object with token, or with client_id and client_secret")
	}
	return c, nil
}

// tokens returns the function that gives the token for each request, nil if there is none
// (an emulator may want none), and the one that discards it, nil if it cannot be renewed.
func (p *program) tokens(o options, base *url.URL, secrets *masked) (token func(context.Context) (user.Secret, error), forget func(), err error) {
	c, err := p.read(o)
	if err != nil {
		return nil, nil, err
	}
	secrets.add(c.Token, c.ClientSecret)
	switch {
	case c.Token.Reveal() != "":
		return func(context.Context) (user.Secret, error) { return c.Token, nil }, nil, nil
	case c.ClientID.Reveal() != "" && c.ClientSecret.Reveal() != "":
	case o.domain == "":
		return nil, nil, nil
	default:
		return nil, nil, errors.New("no credentials: set METAMELD_TOKEN, or METAMELD_CLIENT_ID and METAMELD_CLIENT_SECRET, or name a file with -credentials")
	}
	audience := o.audience
	if audience == "" {
		audience = base.String() + "/api/v2/"
	}
	body, err := json.Marshal(map[string]string{"grant_type": "client_credentials", "client_id": c.ClientID.Reveal(), "client_secret": c.ClientSecret.Reveal(), "audience": audience})
	if err != nil {
		return nil, nil, err
	}
	client, now := p.http(base), user.Secret{}
	return func(ctx context.Context) (user.Secret, error) {
		if now.Reveal() != "" {
			return now, nil
		}
		now, err = ask(ctx, client, base.String()+tokenPath, body)
		secrets.add(now)
		return now, err
	}, func() { now = user.Secret{} }, nil
}

// ask asks for a token. The error contains nothing of the answer.
func ask(ctx context.Context, c *http.Client, address string, body []byte) (user.Secret, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return user.Secret{}, err
	}
	r.Header.Set("Content-Type", jsonKind)
	resp, err := c.Do(r)
	if err != nil {
		return user.Secret{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, largestAnswer))
	if err != nil {
		return user.Secret{}, err
	}
	var answer struct {
		Token user.Secret `json:"access_token"`
	}
	switch {
	case resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests:
		return user.Secret{}, errCredentials
	case resp.StatusCode >= 300 || json.Unmarshal(text, &answer) != nil || answer.Token.Reveal() == "":
		return user.Secret{}, errUnreachable
	}
	return answer.Token, nil
}

var errCredentials = errors.New("the tenant refuses the client credentials")

// masked masks secrets in what is written, wherever it comes from: a tenant could repeat
// a token in a message.
type masked struct{ texts []string }

func (m *masked) add(secrets ...user.Secret) {
	for _, s := range secrets {
		if text := s.Reveal(); text != "" {
			quoted := strconv.Quote(text)
			m.texts = append(m.texts, text, "********", inJSON(text), "********", quoted[1:len(quoted)-1], "********")
		}
	}
}

func (m *masked) writer(w io.Writer) io.Writer { return maskingWriter{m, w} }

type maskingWriter struct {
	*masked
	w io.Writer
}

// Write writes the text of one line or one table, which is never split.
func (m maskingWriter) Write(text []byte) (int, error) {
	if _, err := io.WriteString(m.w, strings.NewReplacer(m.texts...).Replace(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}
