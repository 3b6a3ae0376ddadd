package fake

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// logged writes one record for each request: the route, the status, the rule of a
// refusal. A record never contains a query, a header or a body of a request.
func (t *Tenant) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		out := &counted{ResponseWriter: w}
		next.ServeHTTP(out, r)
		attrs := []slog.Attr{
			slog.String("route", r.Pattern), slog.Int("status", out.status), slog.Int("bytes", out.bytes), slog.Duration("took", time.Since(started)),
		}
		if id := r.PathValue("id"); id != "" {
			name := "id"
			if strings.Contains(r.Pattern, "/user") {
				name = "user"
			}
			attrs = append(attrs, slog.String(name, id))
		}
		level := slog.LevelInfo
		if rule := w.Header().Get("Metameld-Rule"); rule != "" {
			attrs = append(attrs, slog.String("rule", rule))
			level = slog.LevelWarn
		}
		t.options.Log.LogAttrs(r.Context(), level, "request", attrs...)
	})
}

// counted records the status and the size of an answer.
type counted struct {
	http.ResponseWriter
	status, bytes int
}

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.bytes += n
	return n, err
}
