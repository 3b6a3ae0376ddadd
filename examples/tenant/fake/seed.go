package fake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/metameld/metameld/user"
)

// longestLine is the maximum length of a line of a seed in bytes.
const longestLine = 64 << 20

// Seed adds the users in r, one JSON object on each line, as the API answers them and as
// [Tenant.Export] writes them. Each user has a user_id and identities with declared
// connections, and no password or hash of one. The error names the line, and contains no
// value except the name of a connection. The users on earlier lines are then added.
func (t *Tenant) Seed(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := t.seed(lines.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}

func (t *Tenant) seed(line []byte) error {
	u, err := user.Parse(line)
	if err != nil {
		return err
	}
	if u.UserID.Or("") == "" {
		return errors.New("the user has no user_id")
	}
	if len(u.Identities) == 0 {
		return errors.New("the user shows no identities; they must be part of the export")
	}
	for _, name := range []string{"password", "password_hash", "custom_password_hash"} {
		if _, ok := u.Extra.Get(name); ok {
			return fmt.Errorf("the user has a %s, and this tenant keeps none", name)
		}
	}
	for _, i := range u.Identities {
		if _, ok := t.connections[i.Connection.Or("")]; !ok {
			return fmt.Errorf("the connection %q is not declared", i.Connection.Or(""))
		}
	}
	return t.store.add(u)
}

// Export writes every user, all from one moment, one JSON object on each line, in the
// order in which they were added.
func (t *Tenant) Export(w io.Writer) error {
	var line bytes.Buffer
	for _, u := range t.store.all() {
		line.Reset()
		if err := json.Compact(&line, u.text); err != nil { // metadata keeps its line breaks
			return err
		}
		line.WriteByte('\n')
		if _, err := w.Write(line.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tenant) export(*http.Request) (reply, error) {
	var out bytes.Buffer
	err := t.Export(&out)
	return reply{status: http.StatusOK, text: out.Bytes(), kind: "application/x-ndjson"}, err
}
