// Stream judges planned changes of any number of users. It reads one JSON line for each
// user:
//
//	{"user": {...}, "payload": {...}, "target": {...}}
//
// target is optional and describes the connection, as user.Target does, such as
// {"connection": {"kind": "database"}}; the flag -target sets it for the lines without
// one. Stream writes one line for each line that is refused or has a warning:
//
//	{"line": 3, "user_id": "auth0|1", "valid": false, "violations": [...], "warnings": [...]}
//
// Where sources disagree, the newest one counts, as with "sources": "current", since a
// strict refusal because of an old page would stop a valid call in production; "lenient"
// in a target is kept.
//
// A line that cannot be read, or that is longer than 64 MB, is written with an "error".
// Blank lines are skipped. The flag -workers sets how many lines are judged at a time;
// the output has the order of the input. Memory does not grow with the input. Progress
// and a summary go to standard error. examples/beam judges lines by the same function on
// a cluster.
//
//	go run ./examples/stream -in plans.ndjson -out verdicts.ndjson -checkpoint done.json
//
// With -checkpoint, a run that was stopped continues where it was, and verdicts.ndjson
// has each line once. The checkpoint file holds how much of the input was judged, and
// the length of the output at that time. An interrupt stops a run at the next
// checkpoint; there is one every 10,000 lines.
//
// The exit status is 0 if nothing is refused, 1 if something is, and 2 if the run was
// stopped, a flag is wrong, or a file cannot be read or written.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/metameld/metameld/examples/stream/lines"
	"github.com/metameld/metameld/user"
)

func main() {
	var (
		in      = flag.String("in", "", "file to read; default: standard input")
		out     = flag.String("out", "", "file to write; default: standard output")
		mark    = flag.String("checkpoint", "", "file with the progress, to continue a run; needs -in and -out")
		target  = flag.String("target", "{}", "target, as JSON, for lines without one")
		workers = flag.Int("workers", runtime.GOMAXPROCS(0), "how many lines are judged at a time")
	)
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "stream: an argument is not a flag; see -help")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt does not wait for a checkpoint
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	refused, err := run(ctx, files{*in, *out, *mark}, *target, *workers, os.Stderr)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(2)
	case refused:
		os.Exit(1)
	}
}

// gcPercent makes garbage collections rare. It costs little memory: unless lines are long,
// a few MB are in use at a time, so the heap has about 16 MB.
const gcPercent = 400

// files are the names of the files of a run; see the flags.
type files struct{ in, out, checkpoint string }

// run opens the files and judges.
func run(ctx context.Context, names files, target string, workers int, log io.Writer) (refused bool, err error) {
	if names.checkpoint != "" && (names.in == "" || names.out == "") {
		return false, errors.New("-checkpoint needs -in and -out")
	}
	if workers < 1 {
		return false, errors.New("-workers is not positive")
	}
	j := judge{log: log, mark: names.checkpoint, every: 10_000, pause: time.Second, workers: workers, in: os.Stdin, out: os.Stdout}
	if err := json.Unmarshal([]byte(target), &j.target); err != nil {
		return false, fmt.Errorf("-target: %w", err)
	}
	if j.mark != "" {
		if j.done, err = readCheckpoint(j.mark); err != nil {
			return false, err
		}
	}
	if isSame(names.in, names.out) || isSame(names.in, names.checkpoint) || isSame(names.out, names.checkpoint) {
		return false, errors.New("two of -in, -out and -checkpoint are one file")
	}
	if names.in != "" {
		f, err := os.Open(names.in)
		if err != nil {
			return false, err
		}
		defer func() { _ = f.Close() }()
		if err := goTo(f, j.done.Input); err != nil {
			return false, err
		}
		j.in = f
	}
	if names.out != "" {
		flags := os.O_WRONLY | os.O_CREATE
		if j.done.Output == 0 {
			flags |= os.O_TRUNC // works on a device too, unlike Truncate
		}
		f, err := os.OpenFile(names.out, flags, 0o644)
		if err != nil {
			return false, err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		if err := goTo(f, j.done.Output); err != nil {
			return false, err
		}
		if j.done.Output > 0 { // the lines after the checkpoint are written again
			if err := f.Truncate(j.done.Output); err != nil {
				return false, err
			}
		}
		j.out = f
	}
	err = j.all(ctx)
	return j.done.Refused > 0, err
}

// isSame reports whether two names are those of one file, which writing would spoil.
func isSame(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX != nil || errY != nil {
		return a != "" && a == b
	}
	return os.SameFile(x, y) && x.Mode().IsRegular()
}

// goTo moves to the offset of a checkpoint in f.
func goTo(f *os.File, offset int64) error {
	info, err := f.Stat()
	if err != nil || offset == 0 {
		return err
	}
	if info.Size() < offset {
		return fmt.Errorf("%s is shorter than the checkpoint says", f.Name())
	}
	_, err = f.Seek(offset, io.SeekStart)
	return err
}

// judge judges lines.
type judge struct {
	in      io.Reader
	out     io.Writer
	log     io.Writer
	target  user.Target
	mark    string        // the checkpoint file
	every   int           // lines between checkpoints
	pause   time.Duration // the shortest time between progress messages
	workers int           // how many lines are judged at a time
	done    checkpoint
}

// all judges the lines of the input to its end, or until ctx is done.
func (j *judge) all(ctx context.Context) error {
	began := make(chan struct{})
	close(began)
	in := source{r: lines.NewReader(j.in, longest), from: j.done, last: began}
	w := writer{judge: j, w: bufio.NewWriterSize(counting{j.out, &j.done.Output}, 64<<10)}
	w.started, w.spoke, w.before = time.Now(), time.Now(), j.done.Lines
	var err error
	var workers sync.WaitGroup
	for range j.workers {
		workers.Go(func() {
			j.batches(&in, func(b *batch) bool {
				if err == nil {
					err = w.batch(ctx, b)
				}
				return err == nil
			})
		})
	}
	workers.Wait()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(j.log, "%d lines: %d refused, %d with warnings only, %d not understood\n",
		j.done.Lines, j.done.Refused, j.done.Warned, j.done.Wrong)
	return w.save()
}

// writer writes the verdicts of batches, checkpoints and the progress.
type writer struct {
	*judge
	w              *bufio.Writer
	started, spoke time.Time
	before         int // lines
}

// batch writes the next batch.
func (w *writer) batch(ctx context.Context, b *batch) error {
	if _, err := w.w.Write(b.out.Bytes()); err != nil {
		return err
	}
	w.done.add(b)
	if b.err != nil {
		return errors.Join(fmt.Errorf("line %d: %w", w.done.Lines+1, b.err), w.save())
	}
	if len(b.lines) == 0 || w.done.Lines%w.every != 0 {
		return nil
	}
	if err := w.save(); err != nil {
		return err
	}
	if time.Since(w.spoke) >= w.pause {
		w.spoke = time.Now()
		_, _ = fmt.Fprintf(w.log, "%d lines, %.0f a second, %d refused\n",
			w.done.Lines, float64(w.done.Lines-w.before)/time.Since(w.started).Seconds(), w.done.Refused)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("stopped after line %d", w.done.Lines)
	}
	return nil
}

// save writes a checkpoint.
func (w *writer) save() error {
	if err := w.w.Flush(); err != nil {
		return err
	}
	return w.done.write(w.mark)
}

// counting counts the bytes written to w.
type counting struct {
	w io.Writer
	n *int64
}

func (c counting) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	*c.n += int64(n)
	return n, err
}
