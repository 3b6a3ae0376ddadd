// Command table runs the tests of others and prints the results:
//
//	cd examples/tenant/suites && go run ./table
//
// It needs Node.js with npm, and ends with status 1 if a test fails.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

func main() {
	rows, err := ofGo()
	node, errNode := ofNode()
	fmt.Println("| suite | passed | failed | out of scope | reason |")
	fmt.Println("|---|---|---|---|---|")
	for _, row := range append(rows, node...) {
		fmt.Println(row)
	}
	if err := errors.Join(err, errNode); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ofGo runs the tests of this module, which log rows.
func ofGo() (rows []string, err error) {
	output, err := run(".", "go", "test", "-count=1", "-v", ".")
	for line := range strings.Lines(output) {
		if _, row, ok := strings.Cut(strings.TrimSpace(line), "row: "); ok {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	if len(rows) == 0 {
		err = errors.Join(err, errors.New("go test logged no rows"))
	}
	return rows, err
}

var (
	version = regexp.MustCompile(`^npm:(auth0@\S+)$`)
	count   = regexp.MustCompile(`^\S+ (pass|fail|skipped) (\d+)$`) // of the reporter
)

// ofNode runs our tests with the versions of Auth0's SDK for Node.js.
func ofNode() (rows []string, err error) {
	if _, err := run("../sdk", "npm", "ci"); err != nil {
		return nil, err
	}
	output, err := run("../sdk", "npm", "test")
	var name string
	counts := map[string]string{}
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if m := version.FindStringSubmatch(line); m != nil {
			name = m[1]
		}
		if m := count.FindStringSubmatch(line); m != nil {
			if counts[m[1]] = m[2]; m[1] == "skipped" { // the last of them
				rows = append(rows, fmt.Sprintf("| our tests with %s for Node.js | %s | %s | %s |  |", name, counts["pass"], counts["fail"], m[2]))
			}
		}
	}
	if len(rows) == 0 {
		err = errors.Join(err, errors.New("npm test printed no results"))
	}
	return rows, err
}

// run runs a command and returns its output. It shows the output if the command fails.
func run(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if err != nil {
		_, _ = io.Copy(os.Stderr, bytes.NewReader(output.Bytes()))
		err = fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return output.String(), err
}
