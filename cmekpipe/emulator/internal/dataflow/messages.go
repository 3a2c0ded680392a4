package dataflow

import (
	"slices"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// messageFilter selects messages.
type messageFilter struct {
	minimum  int // an index of importances
	from, to time.Time
}

func (f messageFilter) admits(m message) bool {
	return slices.Index(importances(), m.Importance) >= f.minimum && f.covers(m.at)
}

func (f messageFilter) covers(at time.Time) bool {
	return !at.Before(f.from) && (f.to.IsZero() || at.Before(f.to))
}

// events returns the autoscaling events in the filter's time range, whatever importance it requests.
func (f messageFilter) events(all []*api.AutoscalingEvent) []*api.AutoscalingEvent {
	var some []*api.AutoscalingEvent
	for _, e := range all {
		at, err := time.Parse(time.RFC3339Nano, e.Time)
		if err == nil && f.covers(at) {
			some = append(some, e)
		}
	}
	return some
}

// listMessages returns a job's messages, oldest first, and the autoscaling events on the first page. Its page token is
// the index of the next message, which never changes.
func (s *Server) listMessages(c *call) (any, error) {
	filter, err := c.messageFilter()
	if err != nil {
		return nil, err
	}
	size, err := c.pageSize()
	if err != nil {
		return nil, err
	}
	start := 0
	if err := c.pageToken(&start); err != nil || start < 0 {
		return nil, badPageToken()
	}
	j, err := s.see(c, c.id)
	if err != nil {
		return nil, err
	}
	var page struct {
		Messages []message               `json:"jobMessages,omitempty"`
		Next     string                  `json:"nextPageToken,omitempty"`
		Scaling  []*api.AutoscalingEvent `json:"autoscalingEvents,omitempty"`
	}
	if start == 0 {
		page.Scaling = filter.events(j.scaling)
	}
	for i := start; i < len(j.messages); i++ {
		if !filter.admits(j.messages[i]) {
			continue
		}
		if len(page.Messages) == size {
			page.Next = encodePageToken(i)
			break
		}
		page.Messages = append(page.Messages, j.messages[i])
	}
	return page, nil
}

func (c *call) messageFilter() (f messageFilter, err error) {
	if name := c.query.Get("minimumImportance"); name != "" {
		if f.minimum = slices.Index(importances(), importance(name)); f.minimum < 0 {
			return f, core.BadRequest("got minimumImportance " + name + ", want JOB_MESSAGE_ERROR or another JobMessageImportance")
		}
	}
	if f.from, err = c.time("startTime"); err != nil {
		return f, err
	}
	f.to, err = c.time("endTime")
	return f, err
}

// time parses a time from the query; the zero time if it is missing.
func (c *call) time(name string) (time.Time, error) {
	text := c.query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, core.BadRequest("got " + name + " " + text + ", want a time such as 2026-11-24T01:52:26Z")
	}
	return t, nil
}
