package vectors

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are the sources that the library was ordered from, and how many
// statements each makes: the ids run from S0.1 to S4.11.
var documents = []struct {
	id string
	n  int
}{
	{"S0", 5},  // event.user in Actions
	{"S1", 18}, // the workflow card Update User
	{"S2", 4},  // the Management API in Actions
	{"S3", 9},  // users of a custom database
	{"S4", 11}, // the user object in Rules
}

// contradictions are those between the sources. Each has vectors that show what is
// read either way, by a policy or with a warning.
var contradictions = map[string]string{
	"C1":  "members that the schema does not know: allowed, or refused",
	"C2":  "a payload without anything to update: allowed, or refused",
	"C3":  "null for the five in the Auth0 store: removes, or is refused",
	"C4":  "the greatest length of name and nickname",
	"C5":  "connection and client_id: needed of a secondary identity, or of every one",
	"C6":  "client_id: for an email only, or for a phone number too",
	"C7":  "app_metadata at the root of event.user",
	"C8":  "what can be updated of a custom database's user",
	"C9":  "how large metadata and profiles can be",
	"C10": "app_metadata after a wipe: absent, or empty",
	"C11": "a new password and an administrator's block",
	"C12": "undefined in a setter: refused, or dropped",
	"C13": "what follows each login: the five, or all root attributes",
	"C14": "the settings of the sync: two, or three",
	"C15": "a verification e-mail by default: of a creation, not of an update",
}

func statements() (ids []string) {
	for _, d := range documents {
		for i := range d.n {
			ids = append(ids, fmt.Sprintf("%s.%d", d.id, i+1))
		}
	}
	return ids
}

// shows finds the statements in the doc comment of a test: "Shows S3.1 and S3.2: ...".
var (
	shows     = regexp.MustCompile(`(?m)^Shows (S\d+\.\d+(?:(?:, | and )S\d+\.\d+)*):`)
	statement = regexp.MustCompile(`S\d+\.\d+`)
)

// Every contradiction has two vectors at least, and none is named that does not
// exist.
func TestEveryContradictionIsShown(t *testing.T) {
	shown := map[string]int{}
	for _, dir := range []string{"user", "patch", "identities", "metadata"} {
		for _, v := range Load(t, dir) {
			for _, id := range v.Contradictions {
				if contradictions[id] == "" {
					t.Errorf("%s: there is no contradiction %s", v.Name, id)
				}
				shown[id]++
			}
		}
	}
	for id, what := range contradictions {
		if shown[id] < 2 {
			t.Errorf("%d vectors show %s, %s", shown[id], id, what)
		}
	}
}

// Every statement is named by a vector, or by a test whose comment says that it
// shows it; and none is named that does not exist.
func TestEveryStatementIsShown(t *testing.T) {
	shown := map[string][]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case strings.HasSuffix(path, ".txtar"):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			v, _ := parse(text)
			for _, id := range v.Statements {
				shown[id] = append(shown[id], path)
			}
		case strings.HasSuffix(path, "_test.go"):
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			for _, d := range file.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") {
					continue
				}
				for _, m := range shows.FindAllStringSubmatch(strings.ReplaceAll(f.Doc.Text(), "\n", " "), -1) {
					for _, id := range statement.FindAllString(m[1], -1) {
						shown[id] = append(shown[id], path)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ids := statements()
	for _, id := range ids {
		if shown[id] == nil {
			t.Errorf("nothing shows statement %s", id)
		}
	}
	for id, paths := range shown {
		if !slices.Contains(ids, id) {
			t.Errorf("%s: there is no statement %s", paths[0], id)
		}
	}
}
