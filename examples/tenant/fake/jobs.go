package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The API keeps a job for 24 hours. The tenant also forgets the oldest ones if there are
// more than mostJobs, or if their errors have more than mostErrors bytes.
//
// In the API an import takes a while. Here it is done when its job is read, or else
// importTime after its creation.
//
// Source: Auth0 docs, Bulk Import User Data (24 hours, two pending jobs).
const (
	jobAge     = 24 * time.Hour
	mostJobs   = 1000
	mostErrors = 64 << 20

	mostPending = 2
	importTime  = time.Second
)

// Answers about jobs. The API's answer for a job that there is not is not known.
//
// Source: Auth0 docs, Bulk User Imports (tooManyJobs).
var (
	noJob       = own(http.StatusNotFound, "", "The job does not exist.")
	tooManyJobs = apiRefusal(http.StatusTooManyRequests, "", "There are 2 active import users jobs, please wait until some of them are finished and try again")
)

// job is an import of users. Its members in JSON change when it is done.
type job struct {
	Type         string   `json:"type"`
	Status       string   `json:"status"`
	Details      string   `json:"status_details,omitempty"`
	ConnectionID string   `json:"connection_id"`
	Summary      *summary `json:"summary,omitempty"`
	ExternalID   string   `json:"external_id,omitempty"`
	Connection   string   `json:"connection"`
	CreatedAt    string   `json:"created_at"`
	ID           string   `json:"id"`

	created time.Time
	once    sync.Once
	form    importForm // until it is done
	errors  []byte     // JSON; nil: none
}

// summary counts the rows of an import.
type summary struct {
	Failed   int `json:"failed"`
	Updated  int `json:"updated"`
	Inserted int `json:"inserted"`
	Total    int `json:"total"`
}

// jobs keeps jobs, the oldest first.
type jobs struct {
	mu      sync.Mutex
	list    []*job
	pending []*job // at most mostPending
	errors  int    // bytes
}

// add adds a pending job. The error is tooManyJobs.
func (s *jobs) add(j *job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == mostPending {
		return tooManyJobs
	}
	s.pending = append(s.pending, j)
	s.list = append(s.list, j)
	return nil
}

// done records that a job is done, and forgets old ones.
func (s *jobs) done(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = slices.DeleteFunc(s.pending, func(x *job) bool { return x == j })
	s.errors += len(j.errors)
	for len(s.list) > mostJobs || s.errors > mostErrors && len(s.list) > 1 || j.created.Sub(s.list[0].created) > jobAge {
		if slices.Contains(s.pending, s.list[0]) {
			return
		}
		s.errors -= len(s.list[0].errors)
		s.list[0] = nil
		s.list = s.list[1:]
	}
}

// settled finishes imports that are pending for importTime before it passes a request on.
func (t *Tenant) settled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.jobs.mu.Lock()
		pending := slices.Clone(t.jobs.pending)
		t.jobs.mu.Unlock()
		for _, j := range pending {
			if t.options.Now().Sub(j.created) >= importTime {
				t.finish(j)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// job returns the job with the id in the path, after it is done. The error is noJob.
func (t *Tenant) job(r *http.Request) (*job, error) {
	t.jobs.mu.Lock()
	at := slices.IndexFunc(t.jobs.list, func(j *job) bool { return j.ID == r.PathValue("id") && t.options.Now().Sub(j.created) <= jobAge })
	var j *job
	if at >= 0 {
		j = t.jobs.list[at]
	}
	t.jobs.mu.Unlock()
	if j == nil {
		return nil, noJob
	}
	t.finish(j)
	return j, nil
}

func (t *Tenant) getJob(r *http.Request) (reply, error) {
	j, err := t.job(r)
	if err != nil {
		return reply{}, err
	}
	text, err := json.Marshal(j)
	return reply{status: http.StatusOK, text: text}, err
}

// listJobErrors lists the rows that were not imported. A job that failed as a whole is the
// answer itself.
//
// Sources: a recorded answer of 2023; Auth0's SDKs for Node.js (the job itself; that there
// is no body if there are no errors).
func (t *Tenant) listJobErrors(r *http.Request) (reply, error) {
	j, err := t.job(r)
	switch {
	case err != nil:
		return reply{}, err
	case j.Status == "failed":
		return t.getJob(r)
	case j.errors == nil:
		return reply{status: http.StatusNoContent}, nil
	}
	return reply{status: http.StatusOK, text: j.errors}, nil
}
