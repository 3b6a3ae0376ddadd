package judge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/internal/judge"
	"github.com/metameld/metameld/internal/limit"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// The selected reading decides the severity of a rule with the readings strict and
// lenient, or accepted and refused.
func TestReport(t *testing.T) {
	refusable := refusable(t)
	for _, c := range []struct {
		sources  rule.Sources
		policies rule.Policies
		id       rule.ID
		refused  bool
	}{
		{rule.Strict, nil, rule.PasswordBytes, true},
		{rule.Lenient, nil, rule.PasswordBytes, false},
		{rule.Strict, rule.Policies{rule.PasswordBytes: "lenient"}, rule.PasswordBytes, false},
		{rule.Lenient, nil, rule.CreationNull, true},
		{rule.Strict, nil, rule.NameLength, false},
		{rule.Strict, nil, refusable, false},
		{rule.Lenient, rule.Policies{refusable: "refused"}, refusable, true},
	} {
		j := judge.New(c.sources, c.policies)
		j.Report(c.id, "/x", "m")
		v := j.Verdict()
		assert.Equal(t, c.refused, !v.Valid() && !j.Valid(), "%v", c)
		assert.Len(t, append(v.Violations, v.Warnings...), 1, "%v", c)
	}
	j := judge.New(rule.Lenient, rule.Policies{rule.LoginMetadata: "merged"})
	j.Refuse(rule.PasswordBytes, "", "")
	j.Warn(rule.CreationNull, "", "")
	assert.Equal(t, rule.SeverityError, j.Verdict().Violations[0].Severity)
	assert.Equal(t, rule.SeverityWarning, j.Verdict().Warnings[0].Severity)
	assert.True(t, j.Reads(rule.LoginMetadata, "merged") && j.Reading(rule.PasswordBytes) == "lenient")
	var zero judge.Judge
	assert.True(t, zero.Valid() && zero.Reads(rule.PasswordBytes, "strict"))
}

// refusable returns a warning with the reading refused.
func refusable(t *testing.T) rule.ID {
	for _, r := range rule.All() {
		if r.Severity == rule.SeverityWarning && slices.ContainsFunc(r.Readings, func(x rule.Reading) bool { return x.Name == "refused" }) {
			return r.ID
		}
	}
	t.Fatal("no rule has the readings accepted and refused")
	return ""
}

// The message of an accepted step names the settings that refuse it: every rule with a
// reading that accepts, under each setting.
func TestAcceptedNamesWhatRefuses(t *testing.T) {
	n := 0
	for _, r := range rule.All() {
		for _, x := range r.Readings {
			if r.Severity != rule.SeverityError || !strings.HasPrefix(x.Statement, "accepted with a warning: ") {
				continue
			}
			n++
			want := "Sources set to strict"
			if j := judge.New(rule.Current, nil); j.Refuses(r.ID) && r.ID != rule.CustomDatabase { // which depends on the case
				want += " or current"
			}
			for _, s := range []rule.Sources{rule.Strict, rule.Current, rule.Lenient} {
				j := judge.New(s, nil)
				if j.Reads(r.ID, x.Name) {
					j.Report(r.ID, "/x", "m")
					assert.True(t, strings.HasSuffix(j.Verdict().Warnings[0].Message, "refused with "+want), "%s: %s", r.ID, j.Verdict().Warnings[0].Message)
				}
				j = judge.New(s, rule.Policies{r.ID: x.Name})
				j.Report(r.ID, "/x", "m")
				message := j.Verdict().Warnings[0].Message
				assert.Contains(t, message, "refused with the policy for "+string(r.ID)+" set to "+r.Readings[0].Name)
				assert.NotContains(t, message, "Sources")
			}
		}
	}
	assert.Greater(t, n, 10)
}

// A warning in place of a refusal is left out where another rule refuses. The first of its
// group that is left gets the message.
func TestAcceptedBesideRefused(t *testing.T) {
	j := judge.New(rule.Current, nil)
	pointers := []string{"/a", "/b", "/c", "/d"}
	j.ReportAll(rule.ReadOnly, rule.Current, pointers, "")
	full := j.Verdict().Warnings[0].Message
	j.Refuse(rule.Type, "/a", "")
	j.Refuse(rule.Type, "/c", "")
	for _, v := range []rule.Verdict{j.Verdict(), j.Unsorted()} {
		require.Len(t, v.Warnings, 2)
		assert.Equal(t, "/b", v.Warnings[0].Pointer)
		assert.Equal(t, full, v.Warnings[0].Message)
		assert.Equal(t, rule.SeverityWarning, v.Warnings[0].Severity)
		assert.Equal(t, "/d", v.Warnings[1].Pointer)
		assert.Contains(t, v.Warnings[1].Message, "at /b,")
	}
	j = judge.New(rule.Strict, nil)
	j.Report(rule.NameLength, "/a", "m")
	j.Refuse(rule.Type, "/a", "")
	assert.Len(t, j.Verdict().Warnings, 1, "another warning stays")
}

// The names in a message are limited.
func TestManyNames(t *testing.T) {
	j := judge.New(rule.Strict, nil)
	var pointers []string
	for i := range 500 {
		pointers = append(pointers, fmt.Sprintf("/name%03d", i))
	}
	j.WarnAll(rule.Inferred, rule.NotJudged, pointers, "m")
	message := j.Verdict().Warnings[0].Message
	assert.Less(t, len(message), 1000)
	assert.Contains(t, message, " others: m")
	long := func(c string) string { return "/" + strings.Repeat(c, 300) }
	for _, tt := range []struct {
		pointers []string
		want     string
	}{
		{nil, ""},
		{[]string{"/a"}, "m"},
		{[]string{"/b", "/a"}, "a, b: m"},
		{[]string{long("b"), long("a")}, strings.Repeat("a", 300) + ", " + strings.Repeat("b", 300) + ": m"},
		{[]string{long("b"), long("a"), "/d", "/c"}, strings.Repeat("a", 300) + ", " + strings.Repeat("b", 300) + " and 2 others: m"},
	} {
		j := judge.New(rule.Strict, nil)
		j.WarnAll(rule.Inferred, rule.NotJudged, tt.pointers, "m")
		j.AcceptAll(rule.NullProfileAttribute, nil, "m")
		warnings := j.Verdict().Warnings
		if assert.Len(t, warnings, len(tt.pointers)) && len(warnings) > 0 {
			assert.Equal(t, tt.want, warnings[0].Message)
		}
	}
}

// A verdict is in the order of the catalogue, and of the reports within a rule.
func TestOrder(t *testing.T) {
	var j judge.Judge
	for i, id := range []rule.ID{rule.UserExists, rule.CreationNull, rule.Type, rule.CreationNull} {
		j.Report(id, fmt.Sprint("/", i), "")
	}
	var got []string
	for _, v := range j.Verdict().Violations {
		got = append(got, v.Pointer)
	}
	assert.Equal(t, []string{"/2", "/1", "/3", "/0"}, got)
	more := rule.Violations{judge.Violation(rule.More, "", ""), judge.Violation(rule.CreationNull, "", ""), judge.Violation(rule.More, "", "")}
	assert.Len(t, judge.InOrder(more), 2, "one More is left")
}

// The number of entries and the bytes of the pointers of each list are limited. The last
// entry of a full list is rule.More, with the severity of the list.
func TestListsAreBounded(t *testing.T) {
	var j judge.Judge
	assert.False(t, j.FullOf(rule.CreationNull))
	for range 2 * limit.Entries {
		j.Report(rule.NameLength, "/name", "")
	}
	assert.True(t, j.FullOf(rule.NameLength))
	assert.False(t, j.Full() || j.FullOf(rule.CreationNull), "violations have a list of their own")
	j.Report(rule.CreationNull, "/x", "")
	v := j.Verdict()
	assert.Len(t, v.Violations, 1)
	require.Len(t, v.Warnings, limit.Entries+1)
	assert.Equal(t, rule.More, v.Warnings[limit.Entries].Rule)
	assert.Equal(t, rule.SeverityWarning, v.Warnings[limit.Entries].Severity)

	long := "/" + strings.Repeat("x", limit.Pointers/4)
	for range 10 {
		j.Report(rule.CreationNull, long, "")
	}
	v = j.Verdict()
	assert.True(t, j.Full())
	assert.Len(t, v.Violations, 1+3+1)
	last := v.Violations[len(v.Violations)-1]
	assert.Equal(t, rule.More, last.Rule)
	assert.Equal(t, rule.SeverityError, last.Severity)
	assert.Equal(t, v.Violations, slices.Clone(j.Unsorted().Violations))
}

// The list that a rule adds to depends on the reading that holds. A pointer is not made
// for a list that is full.
func TestReportPath(t *testing.T) {
	refusable := refusable(t)
	for _, c := range []struct {
		sources  rule.Sources
		policies rule.Policies
		id       rule.ID
		refused  bool
	}{
		{rule.Strict, nil, rule.NestedMetadataName, true},
		{rule.Current, nil, rule.NestedMetadataName, false},
		{rule.Lenient, nil, rule.NestedMetadataName, false},
		{rule.Lenient, nil, rule.MetadataName, true},
		{rule.Lenient, nil, rule.NumberPrecision, false},
		{rule.Strict, rule.Policies{refusable: "refused"}, refusable, true},
	} {
		path := []string{"a", "b/c"}
		j := judge.New(c.sources, c.policies)
		assert.Equal(t, c.refused, j.Refuses(c.id), "%v", c)
		for range 2 * limit.Entries {
			assert.True(t, j.ReportPath(c.id, "m", path...), "%v", c)
		}
		assert.True(t, j.FullOf(c.id), "%v", c)
		v := j.Verdict()
		full, empty, other := v.Warnings, v.Violations, rule.MetadataName
		if c.refused {
			full, empty, other = v.Violations, v.Warnings, rule.NumberPrecision
		}
		assert.Len(t, full, limit.Entries+1, "%v", c)
		assert.Empty(t, empty, "%v", c)
		assert.Equal(t, "/a/b~1c", full[0].Pointer, "%v", c)
		assert.Zero(t, testing.AllocsPerRun(10, func() { j.ReportPath(c.id, "m", path...) }), "%v", c)
		assert.False(t, j.FullOf(other), "%v", c)
		for range 2 * limit.Entries {
			j.ReportPath(other, "m", path...)
		}
		assert.False(t, j.ReportPath(c.id, "m", path...), "%v", c)
	}
}

func TestFaults(t *testing.T) {
	var f judge.Faults
	assert.NoError(t, f.Err())
	f.Add(metadata.ErrType, "a", "b/c")
	f.AddUnder("/x", metadata.Errors{{Fault: metadata.ErrType, Pointer: "/y"}})
	f.AddUnder("/x", nil)
	assert.Equal(t, []string{"/a/b~1c", "/x/y"}, f.Pointers())
	assert.True(t, f.Has("/x/y"))
	assert.False(t, f.Has("/x"))
	for range 2 * limit.Entries {
		f.Add(metadata.ErrType)
	}
	var es metadata.Errors
	require.ErrorAs(t, f.Err(), &es)
	assert.Len(t, es, limit.Entries+1)
	assert.ErrorIs(t, es[limit.Entries], metadata.ErrMore)
}
