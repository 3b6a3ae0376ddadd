package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// plans writes lines to a file, as the programs read them, and returns each.
func plans(t *testing.T, count int) (file string, lines [][]byte) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "plans.ndjson")
	if err := WritePlans(file, count); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines = bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if size := len(text) / count; len(lines) != count || size < 1150 || size > 1300 {
		t.Fatalf("%d lines of %d bytes", len(lines), size)
	}
	return file, lines
}

// merges returns the user of each line with merged metadata, without metameld.
func merges(t *testing.T, lines [][]byte) (users []any) {
	t.Helper()
	for _, line := range lines {
		var plan struct{ User, Payload json.RawMessage }
		if err := json.Unmarshal(line, &plan); err != nil {
			t.Fatal(err)
		}
		users = append(users, updated(t, plan.User, plan.Payload))
	}
	return users
}

// TestPlans shows that lines differ, that each changes and removes members, and that
// metameld finds the same result and has nothing to report.
func TestPlans(t *testing.T) {
	_, lines := plans(t, 20)
	users := merges(t, lines)
	seen := map[string]bool{}
	for i, line := range lines {
		seen[string(line)] = true
		var plan struct{ User, Payload json.RawMessage }
		if err := json.Unmarshal(line, &plan); err != nil {
			t.Fatal(err)
		}
		u, err := user.Parse(plan.User)
		if err != nil {
			t.Fatal(err)
		}
		p, err := patch.Parse(plan.Payload)
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Apply(u, user.Target{})
		if err != nil || len(out.Warnings) > 0 || len(out.Changes()) < 4 {
			t.Errorf("%v, %v, %v", err, out.Warnings, out.Changes())
		}
		equal(t, decoded(t, out.Profile.AppendJSON(nil)), users[i])
	}
	if len(seen) != len(lines) {
		t.Errorf("%d lines are different", len(seen))
	}
}

// TestEveryProgramMergesTheSame shows that the peers of a stream write the same users,
// and the same sums.
func TestEveryProgramMergesTheSame(t *testing.T) {
	file, lines := plans(t, 20)
	want := merges(t, lines)
	sum := fmt.Sprintln(len(lines), len(bytes.Join(texts(t, want), nil)))
	for _, n := range Naives() {
		for i, line := range lines {
			got, err := n.Merge(line)
			if err != nil {
				t.Fatal(n.Name, err)
			}
			equal(t, decoded(t, got), want[i])
		}
		var out strings.Builder
		if err := n.Sum(bytes.NewReader(append(bytes.Join(lines, []byte("\n")), '\n')), &out); err != nil || out.String() != sum {
			t.Errorf("%s: %q, %v; want %q", n.Name, out.String(), err, sum)
		}
	}
	for _, p := range []struct {
		name        string
		merge, sums []string
	}{
		{"node", []string{"merge.mjs", file, "print"}, []string{"merge.mjs", file}},
		{"jq", []string{"-c", jqMerge + "merged", file}, []string{"-nr", jqSum, file}},
	} {
		t.Run(p.name, func(t *testing.T) {
			if _, err := exec.LookPath(p.name); err != nil {
				t.Skip("not installed")
			}
			got := bytes.Split(bytes.TrimSpace(output(t, p.name, p.merge...)), []byte("\n"))
			if len(got) != len(want) {
				t.Fatalf("%d lines", len(got))
			}
			for i := range got {
				equal(t, decoded(t, got[i]), want[i])
			}
			if out := string(output(t, p.name, p.sums...)); out != sum {
				t.Errorf("%q, want %q", out, sum)
			}
		})
	}
}

// TestNaiveMergeOnSmallLines covers cases that the plans lack.
func TestNaiveMergeOnSmallLines(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{`{"user":{"a":1},"payload":{"user_metadata":{"b":1,"c":null}}}`, `{"a":1,"user_metadata":{"b":1}}`},
		{`{"user":{"user_metadata":{"b":{"c":1}}},"payload":{"user_metadata":{"b":{"d":2}}}}`, `{"user_metadata":{"b":{"d":2}}}`},
		{`{"user":{"app_metadata":{"b":1}},"payload":{"user_metadata":{"b":2}}}`, `{"app_metadata":{"b":1},"user_metadata":{"b":2}}`},
		{`{"user":{"app_metadata":{"b":1,"n":null}},"payload":{"app_metadata":{"c":2}}}`, `{"app_metadata":{"b":1,"c":2,"n":null}}`},
	} {
		want := decoded(t, []byte(tt.want))
		for _, n := range Naives() {
			got, err := n.Merge([]byte(tt.line))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, decoded(t, got), want)
		}
		file := filepath.Join(t.TempDir(), "line")
		if err := os.WriteFile(file, []byte(tt.line+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		for name, args := range map[string][]string{"node": {"merge.mjs", file, "print"}, "jq": {"-c", jqMerge + "merged", file}} {
			if _, err := exec.LookPath(name); err == nil {
				equal(t, decoded(t, output(t, name, args...)), want)
			}
		}
	}
}

func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func texts(t *testing.T, values []any) (list [][]byte) {
	t.Helper()
	for _, v := range values {
		list = append(list, marshal(t, v))
	}
	return list
}
