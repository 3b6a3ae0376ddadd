package main

import (
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

// grant returns the body that asks for a token, or nil if the credentials have one. An
// emulator may want none.
func (c credentials) grant(o options, base *url.URL) ([]byte, error) {
	switch {
	case c.Token.Reveal() != "":
		return nil, nil
	case c.ClientID.Reveal() != "" && c.ClientSecret.Reveal() != "":
	case o.domain == "":
		return nil, nil
	default:
		return nil, errors.New("no credentials: set METAMELD_TOKEN, or METAMELD_CLIENT_ID and METAMELD_CLIENT_SECRET, or name a file with -credentials")
	}
	audience := o.audience
	if audience == "" {
		audience = base.String() + "/api/v2/"
	}
	return json.Marshal(map[string]string{"grant_type": "client_credentials", "client_id": c.ClientID.Reveal(), "client_secret": c.ClientSecret.Reveal(), "audience": audience})
}

// renew asks for a token. The error contains nothing of the answer. A status says that the
// tenant refused for now.
func (c *client) renew(ctx context.Context) (status int, header http.Header, err error) {
	status, header, text, err := c.send(ctx, http.MethodPost, tokenPath, jsonKind, c.grant, user.Secret{})
	switch {
	case err != nil || status >= 500 || status == http.StatusTooManyRequests:
		return status, header, err
	case status >= 400:
		return 0, nil, errCredentials
	}
	var answer struct {
		Token user.Secret `json:"access_token"`
	}
	if status >= 300 || json.Unmarshal(text, &answer) != nil || answer.Token.Reveal() == "" {
		return 0, nil, errUnreachable
	}
	c.token = answer.Token
	c.secrets.add(c.token)
	return 0, nil, nil
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
