package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"

	"github.com/metameld/metameld/examples/stream/lines"
	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// longest is how many bytes a line may have.
const longest = 16 << 20

func init() {
	beam.RegisterType(reflect.TypeFor[line]())
	register.DoFn3x1[context.Context, fileio.ReadableFile, func(line), error](&readFn{})
	register.DoFn4x1[line, func(string), func(string), func(string, int64), error](&planFn{})
	register.DoFn3x1[line, func(string), func(string, int64), error](&judgeFn{})
	register.DoFn3x1[[]byte, func(*string, *int64) bool, func(string), error](&summaryFn{})
	register.Emitter1[line]()
	register.Emitter1[string]()
	register.Emitter2[string, int64]()
	register.Iter2[string, int64]()
}

// build adds the pipeline to s: users from the files that in names are planned by
// the transformation in text, and the outputs are written below out.
func build(s beam.Scope, in, out, text string) {
	plans, problems, counts := beam.ParDo3(s, &planFn{Transformation: text}, read(s, in))
	textio.Write(s, within(out, plansFile), plans)
	textio.Write(s, within(out, violationsFile), problems)
	summarize(s, out, counts, "payloads")
}

// buildVerdicts adds the pipeline that judges the plans in the files that in names, as
// examples/stream does. The target is that of lines without one.
func buildVerdicts(s beam.Scope, in, out, target string) {
	verdicts, counts := beam.ParDo2(s, &judgeFn{Target: target}, read(s, in))
	textio.Write(s, within(out, verdictsFile), verdicts)
	summarize(s, out, counts)
}

// read returns the lines of the files that in names.
func read(s beam.Scope, in string) beam.PCollection {
	files := fileio.ReadMatches(s, fileio.MatchFiles(s, in, fileio.MatchEmptyDisallow()))
	return beam.Reshuffle(s, beam.ParDo(s, &readFn{}, files))
}

// summarize writes the sums of counts below out. always are those that are written though
// they are 0.
func summarize(s beam.Scope, out string, counts beam.PCollection, always ...string) {
	sums := beam.SideInput{Input: stats.SumPerKey(s, counts)}
	textio.Write(s, within(out, summaryFile), beam.ParDo(s, &summaryFn{Always: always}, beam.Impulse(s), sums))
}

// line is one line of a file.
type line struct {
	File    string
	Number  int // from 1
	Text    []byte
	TooLong bool // Text is then empty
}

// readFn reads the lines of a file. A file is read by one worker, since lines have
// their numbers only in order; what is done with them is not.
type readFn struct{}

func (*readFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(line)) (err error) {
	f, err := file.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for r := lines.NewReader(f, longest); ; {
		text, err := r.Append(nil)
		long := err == lines.ErrTooLong
		switch {
		case err == io.EOF:
			return nil
		case err != nil && !long:
			return err
		case long || len(bytes.TrimSpace(text)) > 0:
			emit(line{File: file.Metadata.Path, Number: r.Number(), Text: text, TooLong: long})
		}
	}
}

// problem is a line of violations.ndjson. It holds no value of the user.
type problem struct {
	File       string          `json:"file"`
	Line       int             `json:"line"`
	UserID     user.ID         `json:"user_id,omitempty"`
	Verdict    verdict         `json:"verdict"`
	Violations rule.Violations `json:"violations,omitempty"`
	Error      string          `json:"error,omitempty"`
}

// planFn plans for one user a line.
type planFn struct {
	Transformation string

	t transformation
}

// Setup reads the transformation, once a worker.
func (f *planFn) Setup() (err error) {
	f.t, err = parseTransformation([]byte(f.Transformation))
	return err
}

func (f *planFn) ProcessElement(l line, plans, problems func(string), count func(string, int64)) error {
	var (
		p   plan
		v   = unreadable
		err = lines.ErrTooLong
	)
	if !l.TooLong {
		p, v, err = f.t.plan(l.Text)
	}
	count("verdicts "+string(v), 1)
	switch v {
	case planned:
		count("payloads", int64(len(p.Payloads)))
		for _, e := range p.Effects {
			count("effects "+string(e.Kind), 1)
		}
		for _, w := range p.Warnings {
			count("warnings "+string(w.Rule), 1)
		}
		return emitJSON(plans, p)
	case refused, unreadable:
		b := problem{File: l.File, Line: l.Number, UserID: p.UserID, Verdict: v}
		b.Violations, b.Error = violations(err)
		for _, v := range b.Violations {
			count("violations "+string(v.Rule), 1)
		}
		var faults metadata.Errors
		if errors.As(err, &faults) {
			for _, e := range faults {
				count("faults "+string(e.Fault), 1)
			}
		} else if len(b.Violations) == 0 {
			count("faults "+b.Error, 1)
		}
		return emitJSON(problems, b)
	}
	return nil
}

// judgeFn judges the plan in each line by the function that examples/stream calls.
type judgeFn struct {
	Target string // of lines without one, as JSON

	target user.Target
}

// Setup reads the target, once a worker.
func (f *judgeFn) Setup() error { return json.Unmarshal([]byte(f.Target), &f.target) }

// judged is a line of verdicts.ndjson.
type judged struct {
	File string `json:"file"`
	Line int    `json:"line"`
	lines.Verdict
}

func (f *judgeFn) ProcessElement(l line, verdicts func(string), count func(string, int64)) error {
	v := lines.Verdict{Error: lines.ErrTooLong.Error()}
	if !l.TooLong {
		v = lines.Judge(l.Text, f.target)
	}
	for _, x := range v.Violations {
		count("violations "+string(x.Rule), 1)
	}
	for _, x := range v.Warnings {
		count("warnings "+string(x.Rule), 1)
	}
	switch {
	case v.Error != "":
		count("verdicts unreadable", 1)
	case !v.Valid:
		count("verdicts refused", 1)
	case len(v.Warnings) > 0:
		count("verdicts warned", 1)
	default:
		count("verdicts valid", 1)
		return nil
	}
	return emitJSON(verdicts, judged{l.File, l.Number, v})
}

// summaryFn writes the counts as one object.
type summaryFn struct {
	Always []string // counts that are written though they are 0
}

func (f *summaryFn) ProcessElement(_ []byte, counts func(*string, *int64) bool, emit func(string)) error {
	summary := map[string]any{}
	for _, name := range f.Always {
		summary[name] = int64(0)
	}
	var key string
	var n int64
	for counts(&key, &n) {
		group, name, grouped := strings.Cut(key, " ")
		if !grouped {
			summary[group] = n
			continue
		}
		if summary[group] == nil {
			summary[group] = map[string]int64{}
		}
		summary[group].(map[string]int64)[name] = n
	}
	text, err := json.MarshalIndent(summary, "", "  ")
	if err != nil {
		return err
	}
	emit(string(text))
	return nil
}

func emitJSON(emit func(string), v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	emit(string(text))
	return nil
}
