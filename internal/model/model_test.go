package model

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	rounds   = flag.Int("rounds", 3_000, "rounds to run; each makes one case for every operation")
	seed     = flag.Uint64("seed", 1, "seed of the first round; the next one has the next seed")
	duration = flag.Duration("for", 0, "run for this time instead, from a seed of its own")
	selected = flag.String("op", "", "regular expression of the operations to run")
)

// operation is one comparison of the library with the model. Its inputs are values of
// the model, so that a failure can print and shrink them.
type operation struct {
	name   string
	inputs func(r *random) []any
	check  func(in []any) error
}

var operations = slices.Concat(metadataOperations, patchOperations, identitiesOperations, actionsOperations)

// chosen returns the operations that the flag -op selects.
func chosen() []operation {
	pattern := regexp.MustCompile(*selected)
	return slices.DeleteFunc(slices.Clone(operations), func(op operation) bool { return !pattern.MatchString(op.name) })
}

// TestModel runs the operations on random inputs.
func TestModel(t *testing.T) {
	if *duration > 0 {
		*seed = rand.Uint64()
	}
	failed := map[string]bool{} // one failure of each operation is enough
	begin, done := time.Now(), 0
	list := chosen()
	for *duration > 0 && time.Since(begin) < *duration || *duration == 0 && done < *rounds {
		for _, op := range list {
			if !failed[op.name] {
				failed[op.name] = !op.run(t, *seed+uint64(done))
			}
		}
		done++
	}
	t.Logf("%d rounds from seed %d in %s", done, *seed, time.Since(begin).Round(time.Second))
}

// FuzzModel is TestModel for the fuzzer: its input is a seed.
func FuzzModel(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64) {
		for _, op := range chosen() {
			op.run(t, seed)
		}
	})
}

// run checks one case, and reports its failure with the smallest inputs that fail.
func (op operation) run(t *testing.T, seed uint64) bool {
	in := op.inputs(newRandom(seed, op.name))
	if op.safely(in) == nil {
		return true
	}
	in = op.shrunk(in)
	var lines strings.Builder
	for _, v := range in {
		fmt.Fprintf(&lines, "  input: %s\n", show(v))
	}
	t.Errorf("%s: go test . -rounds 1 -seed %d -op '^%s$'\n%s%v", op.name, seed, op.name, &lines, op.safely(in))
	return false
}

// safely is check, with a panic as an error.
func (op operation) safely(in []any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return op.check(in)
}

// shrunk returns smaller inputs that still fail, and do not panic unless in does, until
// no step makes them smaller.
func (op operation) shrunk(in []any) []any {
	panics := errors.Is(op.safely(in), errPanic)
	for i := range in {
		for _, smaller := range slices.Concat(modeReductions(in[i]), reductions(in[i])) {
			next := slices.Clone(in)
			next[i] = smaller
			if err := op.safely(next); err != nil && errors.Is(err, errPanic) == panics {
				return op.shrunk(next)
			}
		}
	}
	return in
}

// reductions returns values that are one step smaller than v.
func reductions(v any) []any {
	var result []any
	switch v := v.(type) {
	case Object:
		for _, m := range v {
			result = append(result, v.Without(m.Name))
		}
		for _, m := range v {
			for _, smaller := range reductions(m.Value) {
				result = append(result, v.With(m.Name, smaller))
			}
		}
	case []any:
		for i, e := range v {
			result = append(result, slices.Concat(v[:i:i], v[i+1:]))
			for _, smaller := range reductions(e) {
				result = append(result, slices.Concat(v[:i:i], []any{smaller}, v[i+1:]))
			}
		}
	}
	return result
}

// modeReductions returns the name of a mode without one of its flags.
func modeReductions(v any) []any {
	var result []any
	name, _ := v.(string)
	for _, flag := range strings.Split(name, "+")[1:] {
		result = append(result, strings.Replace(name, "+"+flag, "", 1))
	}
	return result
}

// show returns v for a report.
func show(v any) string {
	if o, ok := v.(Object); ok && o == nil {
		return "absent"
	}
	return Encode(v)
}

// compare returns an error if the two values differ.
func compare(what string, library, model any) error {
	if Equal(library, model) {
		return nil
	}
	return fmt.Errorf("%s\n  library: %s\n  model:   %s", what, show(library), show(model))
}

// compareSets compares lists of texts without regard to their order.
func compareSets(what string, library, model []string) error {
	library, model = slices.Clone(library), slices.Clone(model)
	slices.Sort(library)
	slices.Sort(model)
	if slices.Equal(library, model) {
		return nil
	}
	return fmt.Errorf("%s\n  library: %q\n  model:   %q", what, library, model)
}

var errPanic = errors.New("panic")

var errAccepted = errors.New("the library accepts what it should refuse")
