package user

import "time"

// Timestamp is a date and time as the API writes it, kept as text.
type Timestamp string

// Time returns the moment. The error is that of time.Parse if the text is not in the
// form of RFC 3339.
func (t Timestamp) Time() (time.Time, error) { return time.Parse(time.RFC3339Nano, string(t)) }

// TimestampOf returns t as the API writes it: in UTC, to the millisecond.
func TimestampOf(t time.Time) Timestamp {
	return Timestamp(t.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}
