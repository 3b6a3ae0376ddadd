package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/metameld/metameld/user/rule"
)

var errJournal = errors.New("the journal cannot be written, so nothing more is created")

// How long a creation and an import are taken to run at most if their end was not seen.
const (
	creationEnds = 10 * time.Minute
	importEnds   = 2 * time.Hour
)

// magic is the name of the format, with its version.
const magic = "metameld-probe journal 1"

// journal is a file of JSON lines, of which the first one says so, and whose it is. A user's
// ids are in it, and on the disk, before the request that creates the user is sent, so that
// whatever ends the program, the next run knows what to delete. It holds no secret, and no
// e-mail address.
type journal struct {
	file     *os.File
	closed   bool
	sync     func(*os.File) error // returns when the file is on the disk
	host     string               // of the tenant
	end      int64                // of the last line that is whole
	bad      int                  // lines that are no entries
	ids      []string             // that may exist
	findings []found              // of the run that was interrupted

	chosen map[string]string // by an id that the tenant chose, the one that was sent

	// When the creations and imports that may not have ended have ended at the latest, by
	// the id of the user: one that ends late creates the user again.
	until map[string]time.Time
}

// entry is a line.
type entry struct {
	Journal  string     `json:"journal,omitempty"` // magic
	Host     string     `json:"host,omitempty"`
	Create   []string   `json:"create,omitempty"`   // ids that a creation may produce
	Gone     string     `json:"gone,omitempty"`     // an id that exists no longer
	Finding  *found     `json:"finding,omitempty"`  // of a probe that is done
	Until    *time.Time `json:"until,omitempty"`    // with Create: when it has ended
	Answered []string   `json:"answered,omitempty"` // ids whose creation has ended
	Chosen   *chosen    `json:"chosen,omitempty"`   // by a custom database
}

// chosen is the user_id of a user who was created with another user_id.
type chosen struct {
	ID   string `json:"id"`
	Sent string `json:"sent"`
}

// Errors of lock.
var (
	errInUse  = errors.New("another run uses the journal")
	errNoLock = errors.New("the journal cannot be locked: choose a file on another disk with -journal")
)

// found is a finding, and where and when it was made.
type found struct {
	finding
	On        [2]string `json:"on"` // the names of the connections; see fits
	At        time.Time `json:"at"`
	Catalogue string    `json:"catalogue"` // see catalogue
}

// catalogue returns a checksum of the rules and the probes.
var catalogue = sync.OnceValue(func() string {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, rule.All(), probes)
	return fmt.Sprintf("%x", h.Sum64())
})

// openJournal opens and locks the journal of the tenant at a host, or makes one. It does not
// change a file that is no journal of that tenant.
func openJournal(name, host string, sync func(*os.File) error) (*journal, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, errors.New("the journal cannot be opened: choose a file with -journal")
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !named(f) {
		return nil, errors.Join(errInUse, release(f, false))
	}
	j := &journal{file: f, sync: sync, host: host, until: map[string]time.Time{}, chosen: map[string]string{}}
	if err := j.read(); err != nil {
		return nil, errors.Join(err, release(f, false))
	}
	return j, nil
}

// named reports whether a file still has its name. A run that had it locked can have removed
// it after this run opened it.
func named(f *os.File) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.Name())
	return err == nil && os.SameFile(opened, there)
}

// read reads the lines. A last line that is not complete was never acted on.
func (j *journal) read() error {
	text, err := io.ReadAll(j.file)
	if err != nil {
		return errors.New("the journal cannot be read")
	}
	if len(text) == 0 {
		return j.write(entry{Journal: magic, Host: j.host})
	}
	end := bytes.LastIndexByte(text, '\n') + 1
	first, rest, _ := bytes.Cut(text[:end], []byte("\n"))
	switch e, err := parseEntry(first); {
	case err != nil || e.Journal != magic:
		return errors.New("the file of -journal is not a journal of this program: choose another file")
	case e.Host != j.host:
		return errors.New("the journal is that of another tenant: clean that one first, or choose another file with -journal")
	}
	for line := range bytes.Lines(rest) {
		if e, err := parseEntry(line); err != nil {
			j.bad++
		} else {
			j.apply(e)
		}
	}
	j.end = int64(end)
	if j.file.Truncate(j.end) != nil {
		return errJournal
	}
	return nil
}

// parseEntry parses a line. Nothing but an entry is one.
func parseEntry(line []byte) (e entry, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err = d.Decode(&e); err == nil {
		if _, end := d.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	return e, err
}

func (j *journal) apply(e entry) {
	create := e.Create
	if e.Chosen != nil {
		create = append(slices.Clone(create), e.Chosen.ID)
	}
	for _, id := range create {
		if !slices.Contains(j.ids, id) {
			j.ids = append(j.ids, id)
		}
		if e.Until != nil {
			j.until[id] = *e.Until
		}
	}
	j.ids = slices.DeleteFunc(j.ids, func(id string) bool { return e.Gone != "" && id == e.Gone })
	if e.Chosen != nil {
		j.chosen[e.Chosen.ID] = e.Chosen.Sent
	}
	for _, id := range e.Answered {
		delete(j.until, id)
	}
	if e.Finding != nil {
		j.findings = append(j.findings, *e.Finding)
	}
}

// write adds an entry. When it returns the entry is on the disk, or nothing of it is in the
// file.
func (j *journal) write(e entry) error {
	text, err := json.Marshal(e)
	text = append(text, '\n')
	if err == nil {
		_, err = j.file.WriteAt(text, j.end)
	}
	if err == nil {
		err = j.sync(j.file)
	}
	if err != nil {
		_ = j.file.Truncate(j.end) // read drops the rest of a line
		return errJournal
	}
	j.end += int64(len(text))
	j.apply(e)
	return nil
}

// begins adds users whom a creation or an import may create until d has passed.
func (j *journal) begins(ids []string, now time.Time, d time.Duration) error {
	until := now.Add(d)
	return j.write(entry{Create: ids, Until: &until})
}

// mayReturn reports whether a creation or an import can create the user again.
func (j *journal) mayReturn(id string, now time.Time) bool { return now.Before(j.until[id]) }

// last returns the time after which no user returns.
func (j *journal) last() (t time.Time) {
	for _, id := range j.ids {
		if j.until[id].After(t) {
			t = j.until[id]
		}
	}
	return t
}

func (j *journal) owns(id string) bool { return slices.Contains(j.ids, id) }

// close closes the journal, and removes it if nothing in it is needed any more.
func (j *journal) close(done bool) error {
	return j.release((done || len(j.findings) == 0) && len(j.ids) == 0 && j.bad == 0)
}

func (j *journal) release(remove bool) error {
	if j.closed {
		return nil
	}
	j.closed = true
	return release(j.file, remove)
}
