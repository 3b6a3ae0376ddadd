package vectors

import (
	"strings"
	"testing"
)

const good = `source: a page
evidence: documented
expect: refused
rule: patch.null
comment: why
-- patch.json --
{"a": 1}
-- target.json --
{}
`

func TestParse(t *testing.T) {
	v, problems := parse([]byte(good))
	if problems != nil {
		t.Fatal(problems)
	}
	if v.Rule != "patch.null" || string(v.Section("patch.json")) != `{"a": 1}` || string(v.Section("target.json")) != "{}" || v.Section("user.json") != nil {
		t.Errorf("%+v", v)
	}
}

// Each problem of a vector is reported.
func TestParseProblems(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown key":        strings.Replace(good, "rule:", "rules:", 1),
		"a key twice":           strings.Replace(good, "rule: patch.null", "comment: again", 1),
		"no source":             strings.Replace(good, "source: a page\n", "", 1),
		"no comment":            strings.Replace(good, "comment: why\n", "", 1),
		"an unknown evidence":   strings.Replace(good, "documented", "certain", 1),
		"an unknown expect":     strings.Replace(good, "refused", "rejected", 1),
		"an unknown section":    strings.Replace(good, "target.json", "targets.json", 1),
		"a section twice":       strings.Replace(good, "target.json", "patch.json", 1),
		"a section not in JSON": strings.Replace(good, "{}", "{", 1),
		"no section":            strings.Split(good, "--")[0],
		"a line without colon":  "nothing\n" + good,
	} {
		if _, problems := parse([]byte(text)); problems == nil {
			t.Errorf("accepted: %s", name)
		}
	}
}
