package bench

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// yardsticks are the contenders that an operation is compared with by name.
var yardsticks = map[string][]string{
	"merge-first-level":  {stdValid},
	"merge-deep":         {"evanphx", stdValid},
	"scan":               {"goccy", "encoding-json"},
	"diff":               {"evanphx", stdValid},
	"object-first-level": {"mergo"},
	"object-deep":        {"mergo"},
	"object-text":        {"sjson"},
	"parse":              {"encoding-json", "goccy"},
	"validate":           {jsonSchema, jsonSchemaAPI, kinOpenAPI},
	"update":             {decodeEncode},
}

// Report writes what was measured of one operation: first metameld, then everybody.
func Report(w io.Writer, rs []Result) {
	if len(rs) == 0 {
		return
	}
	op := rs[0].Op
	_, _ = fmt.Fprintf(w, "\n## %s\n\n", op)
	switch op {
	case "flat":
		reportFlat(w, rs[0])
		return
	case "apply":
		reportApply(w, rs[0])
		return
	}
	head := []string{"metameld", "document", "rounds", "time", "MB/s", "allocs", "best peer", "ratio to it"}
	unchecked := rs[0].unchecked()
	if unchecked {
		head = append(head, "best that checks", "ratio to it")
	}
	for _, y := range yardsticks[op] {
		head = append(head, "to "+y)
	}
	var rows [][]string
	for _, name := range rs[0].Names(Ours) {
		for _, r := range rs {
			best, t := r.BestPeer(name, false), r.Time(name).Median
			row := []string{name, r.Size, fmt.Sprint(r.Rounds), duration(t), fmt.Sprintf("%.0f", float64(r.Bytes)/t*1e3), fmt.Sprint(r.Allocs(name)),
				best, r.ratio(name, best)}
			if unchecked {
				best = r.BestPeer(name, true)
				row = append(row, best, r.ratio(name, best))
			}
			for _, other := range yardsticks[op] {
				row = append(row, r.ratio(name, other))
			}
			rows = append(rows, row)
		}
	}
	writeTable(w, head, rows)
	reportEach(w, rs)
}

// unchecked reports whether some peers read the whole text and others do not.
func (g Group) unchecked() bool {
	has := func(unchecked bool) bool {
		return slices.ContainsFunc(g.Contenders, func(c Contender) bool { return c.Role == Peer && c.Unchecked == unchecked })
	}
	return has(true) && has(false)
}

// reportEach writes the table of every contender.
func reportEach(w io.Writer, rs []Result) {
	_, _ = fmt.Fprintf(w, "\nEach one's time, allocations, and the ratio of %s to it:\n\n", rs[0].Names(Ours)[0])
	head := []string{"contender"}
	for _, r := range rs {
		head = append(head, r.Size)
	}
	var rows [][]string
	for _, c := range rs[0].Contenders {
		row := []string{c.Name}
		for _, r := range rs {
			if !r.Measured(c.Name) {
				row = append(row, "too slow")
				continue
			}
			cell := fmt.Sprintf("%s, %d", duration(r.Time(c.Name).Median), r.Allocs(c.Name))
			if c.Role != Ours {
				cell += fmt.Sprintf(", %s", number(r.Ratio(rs[0].Names(Ours)[0], c.Name).Median))
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	writeTable(w, head, rows)
}

func reportFlat(w io.Writer, r Result) {
	_, _ = fmt.Fprintf(w, "Object merge, values as they are and 8,000 times larger (%d bytes):\n\n", r.Bytes)
	var rows [][]string
	peers := r.Names(Peer)
	for i, large := range r.Names(Ours) {
		rows = append(rows, []string{strings.TrimSuffix(large, "-large"), duration(r.Time(peers[i]).Median),
			duration(r.Time(large).Median), fmt.Sprint(r.Allocs(large)), r.ratio(large, peers[i])})
	}
	writeTable(w, []string{"mode", "small", "large", "allocs", "ratio"}, rows)
}

// ratio describes the ratio of two contenders.
func (r Result) ratio(ours, other string) string {
	if other == "" {
		return ""
	}
	if !r.Measured(other) {
		return "too slow"
	}
	return r.Ratio(ours, other).String()
}

// String returns the median, and the least and the most in brackets.
func (s Spread) String() string {
	return fmt.Sprintf("%s (%s..%s)", number(s.Median), number(s.Min), number(s.Max))
}

// number describes a ratio with three digits or so.
func number(v float64) string {
	switch {
	case v < 0.1:
		return fmt.Sprintf("%.3f", v)
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func duration(ns float64) string {
	for _, unit := range []string{"ns", "µs", "ms"} {
		if ns < 999.5 {
			return fmt.Sprintf("%.*f %s", max(0, 2-int(math.Log10(max(ns, 1)))), ns, unit)
		}
		ns /= 1000
	}
	return fmt.Sprintf("%.2f s", ns)
}

// goal is what a ratio or the allocations of one contender should be.
type goal struct {
	op, ours string
	sizes    []string // all where there are none
	other    string   // bestPeer, bestChecking, or a contender
	most     float64  // the ratio
	speed    float64  // or the least: how many times as fast
}

const (
	bestPeer     = "the best peer"
	bestChecking = "the best peer that reads the whole document"
)

var (
	smallSizes = []string{"2KB", "10KB"}
	largeSizes = []string{"1MB", "16MB"}
)

func goals() []goal {
	var gs []goal
	for _, op := range []string{"merge-first-level", "merge-deep"} {
		for _, ours := range []string{oursDst, oursNil} {
			gs = append(gs,
				goal{op, ours, smallSizes, bestPeer, 0.65, 0},
				goal{op, ours, largeSizes, bestPeer, 0.5, 0},
				goal{op, ours, smallSizes, bestChecking, 0.65, 0},
				goal{op, ours, largeSizes, bestChecking, 0.5, 0},
				goal{op, ours, []string{"2KB"}, stdValid, 0.75, 0},
				goal{op, ours, []string{"10KB", "1MB", "16MB"}, stdValid, 0.6, 0})
			if op == "merge-deep" {
				gs = append(gs,
					goal{op, ours, []string{"2KB", "10KB", "1MB"}, "evanphx", 0.06, 0},
					goal{op, ours, []string{"16MB"}, "evanphx", 0.08, 0})
			}
		}
	}
	return append(gs,
		goal{"scan", "metameld-skip", nil, "goccy", 0, 0.7},
		goal{"scan", "metameld-skip", nil, "encoding-json", 0, 2.5},
		goal{"diff", oursDst, smallSizes, bestPeer, 0.4, 0},
		goal{"diff", oursDst, largeSizes, bestPeer, 0.12, 0},
		goal{"diff", oursDst, nil, "evanphx", 0.07, 0},
		goal{"object-first-level", "metameld", nil, "mergo", 0.1, 0},
		goal{"object-deep", "metameld", nil, "mergo", 0.1, 0},
		goal{"flat", "first-level-large", nil, "first-level-small", 1.5, 0},
		goal{"flat", "deep-large", nil, "deep-small", 1.5, 0},
		goal{"parse", "metameld", nil, "encoding-json", 0.25, 0},
		goal{"object-text", "metameld", nil, "sjson", 1, 0},
		goal{"validate", "metameld", nil, jsonSchema, 0.03, 0},
		goal{"validate", "metameld", nil, jsonSchemaAPI, 0.5, 0},
		goal{"validate", "metameld", nil, kinOpenAPI, 0.5, 0},
		goal{"apply", "200KB", nil, flatBase, 1.3, 0},
		goal{"apply", "2MB", nil, flatBase, 1.3, 0},
		goal{"update", "metameld", []string{"2KB"}, decodeEncode, 0.3, 0},
		goal{"update", "metameld", []string{"10KB"}, decodeEncode, 0.15, 0},
		goal{streamOp, oneWorker, nil, nodeScript, 0.4, 0},
		goal{streamOp, oneWorker, nil, decodeMerge, 0.25, 0},
		goal{elapsedOp, twoWorkers, nil, oneWorker, 0, 1.6},
	)
}

// Goals writes which goals are met. It leaves out goals without measurements.
func Goals(w io.Writer, rs []Result) {
	_, _ = fmt.Fprint(w, "\n## Goals\n\n")
	var rows [][]string
	for _, g := range goals() {
		rows = g.appendTo(rows, rs)
	}
	for _, op := range append(slices.Clone(Ops), streamOp) {
		rows = appendAllocations(rows, op, rs)
	}
	writeTable(w, []string{"operation", "of", "goal", "measured", "result"}, rows)
}

// appendTo appends the row of the goal.
func (g goal) appendTo(rows [][]string, rs []Result) [][]string {
	var cells, missed []string
	compared := false
	for _, r := range rs {
		if r.Op != g.op || g.sizes != nil && !slices.Contains(g.sizes, r.Size) {
			continue
		}
		cell, measured, met := g.check(r)
		cells = append(cells, cell)
		compared = compared || measured
		if measured && !met {
			missed = append(missed, r.Size)
		}
	}
	statement := fmt.Sprintf("at most %v of the time of %s", g.most, g.other)
	if g.speed > 0 {
		statement = fmt.Sprintf("at least %v times the speed of %s", g.speed, g.other)
	}
	return appendGoal(rows, g.op, g.ours, statement, cells, missed, compared)
}

// check compares one result with the goal. It returns the result as a cell of the table.
func (g goal) check(r Result) (cell string, measured, met bool) {
	other := g.other
	if other == bestPeer || other == bestChecking {
		other = r.BestPeer(g.ours, g.other == bestChecking)
	}
	if !r.Measured(other) {
		return r.Size + " too slow to compare", false, false
	}
	if g.speed > 0 {
		v := r.Ratio(other, g.ours).Median
		return fmt.Sprintf("%s %s", r.Size, number(v)), true, v >= g.speed
	}
	v := r.Ratio(g.ours, other).Median
	cell = fmt.Sprintf("%s %s", r.Size, number(v))
	if other != g.other {
		cell += " (" + other + ")"
	}
	return cell, true, v <= g.most
}

// mostAllocations are the goals for allocations, by operation and contender.
var mostAllocations = map[string]map[string]uint64{
	"merge-first-level":  {oursDst: 0, oursNil: 1},
	"merge-deep":         {oursDst: 0, oursNil: 1},
	"diff":               {oursDst: 4},
	"scan":               {"metameld-skip": 0},
	"object-first-level": {"metameld": 4},
	"object-deep":        {"metameld": 4},
	"validate":           {"metameld": 0},
	"apply":              {"2KB": 12},
	streamOp:             {oneWorker: 25},
}

// appendAllocations appends the rows of the goals for allocations of op.
func appendAllocations(rows [][]string, op string, rs []Result) [][]string {
	for _, ours := range slices.Sorted(maps.Keys(mostAllocations[op])) {
		limit := mostAllocations[op][ours]
		statement := fmt.Sprintf("allocations: at most %d", limit)
		switch op {
		case "diff":
			statement += " and one for each change"
		case streamOp:
			statement += " a line"
		}
		var cells, missed []string
		for _, r := range rs {
			if r.Op != op {
				continue
			}
			cell := fmt.Sprintf("%s %d", r.Size, r.Allocs(ours))
			if op == "diff" {
				cell += fmt.Sprintf(" for %d changes", r.Changes)
			}
			cells = append(cells, cell)
			if r.Allocs(ours) > limit+uint64(r.Changes) {
				missed = append(missed, r.Size)
			}
		}
		rows = appendGoal(rows, op, ours, statement, cells, missed, true)
	}
	return rows
}

func appendGoal(rows [][]string, op, ours, statement string, cells, missed []string, compared bool) [][]string {
	if len(cells) == 0 {
		return rows
	}
	result := "met"
	if !compared {
		result = "not measured"
	} else if len(missed) > 0 {
		result = "**missed** at " + strings.Join(missed, ", ")
	}
	return append(rows, []string{op, ours, statement, strings.Join(cells, "; "), result})
}

// writeTable writes a table in Markdown, its columns aligned.
func writeTable(w io.Writer, head []string, rows [][]string) {
	widths := make([]int, len(head))
	all := append([][]string{head}, rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for n, row := range all {
		line := "|"
		for i, cell := range row {
			line += " " + cell + strings.Repeat(" ", widths[i]-len([]rune(cell))) + " |"
		}
		_, _ = fmt.Fprintln(w, line)
		if n == 0 {
			line = "|"
			for _, width := range widths {
				line += strings.Repeat("-", width+2) + "|"
			}
			_, _ = fmt.Fprintln(w, line)
		}
	}
}
