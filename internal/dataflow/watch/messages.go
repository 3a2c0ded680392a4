package watch

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// overlap is how far back a reading of messages goes behind the newest one that is known. Dataflow's list becomes complete
// with time: a message may appear in it after later ones.
const overlap = time.Minute

// message is a job message with its time.
type message struct {
	*api.JobMessage
	at time.Time
}

// messageStream returns a job's messages once each and in the order of time. A message waits for one more reading
// before it is returned, so that one that appears late comes before it.
type messageStream struct {
	jobs *jobs.Service
	id   string

	seen    map[string]time.Time // by identity, as far back as a reading goes
	waiting []message            // in order of time
	newest  time.Time
}

func newMessageStream(jobs *jobs.Service, id string) *messageStream {
	return &messageStream{jobs: jobs, id: id, seen: make(map[string]time.Time)}
}

// read reads the messages that are new and returns how many there are, and those that are due.
func (s *messageStream) read(ctx context.Context) (fresh int, due []message, err error) {
	call := s.jobs.API.Projects.Locations.Jobs.Messages.List(s.jobs.Project, s.jobs.Region, s.id).
		MinimumImportance("JOB_MESSAGE_BASIC")
	since := s.newest.Add(-overlap)
	if !s.newest.IsZero() {
		call.StartTime(since.Format(time.RFC3339Nano))
	}
	var found []message
	err = call.Pages(ctx, func(page *api.ListJobMessagesResponse) error {
		for _, m := range page.JobMessages {
			at, _ := time.Parse(time.RFC3339Nano, m.Time) // a message without a time comes first
			found = append(found, message{m, at})
		}
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	horizon := s.newest
	for _, m := range found {
		if s.add(m) {
			fresh++
		}
	}
	s.forget(since)
	slices.SortStableFunc(s.waiting, func(a, b message) int { return a.at.Compare(b.at) })
	return fresh, s.next(func(m message) bool { return !m.at.After(horizon) }), nil
}

// rest returns the messages that still wait.
func (s *messageStream) rest() []message { return s.next(func(message) bool { return true }) }

// add stores a message unless it is known, and reports whether it did.
func (s *messageStream) add(m message) bool {
	identity := cmp.Or(m.Id, m.Time+" "+m.MessageImportance+" "+m.MessageText)
	if _, known := s.seen[identity]; known {
		return false
	}
	s.seen[identity] = m.at
	s.waiting = append(s.waiting, m)
	if m.at.After(s.newest) {
		s.newest = m.at
	}
	return true
}

// forget drops the messages that no reading from since on can return again.
func (s *messageStream) forget(since time.Time) {
	for identity, at := range s.seen {
		if at.Before(since) && !at.IsZero() {
			delete(s.seen, identity)
		}
	}
}

// next returns the first messages that wait, as long as they are due.
func (s *messageStream) next(due func(message) bool) []message {
	n := 0
	for n < len(s.waiting) && due(s.waiting[n]) {
		n++
	}
	taken := s.waiting[:n:n]
	s.waiting = s.waiting[n:]
	return taken
}

// readMessages reads and shows messages and returns how many of them are new. Messages that can't be read don't end the
// watch: the job's state tells the end, and the error at the end tells why.
func (w *watcher) readMessages(ctx context.Context) int {
	fresh, due, err := w.messages.read(ctx)
	if err != nil {
		if !w.messagesUnreadable && ctx.Err() == nil && gcperr.Code(err) != cmekpipe.Unavailable {
			w.messagesUnreadable = true
			w.Logger.WarnContext(ctx, "cmekpipe: the job's messages can't be read",
				"job", w.job.String(), "code", gcperr.Code(err).Error())
		}
		return 0
	}
	w.show(due)
	return fresh
}

// readLastMessages shows the messages up to the end, for which it waits a little: a job's last messages may appear after
// its last state.
func (w *watcher) readLastMessages(ctx context.Context) {
	const readings = 4
	for n := range readings {
		if w.readMessages(ctx) == 0 && n > 0 || w.messagesUnreadable {
			break
		}
		if w.Pace.Wait(ctx, 0) != nil {
			break
		}
	}
	w.show(w.messages.rest())
}

// show prints the service's own messages. What workers wrote, and what is not known to be the service's, is withheld.
func (w *watcher) show(messages []message) {
	for _, m := range messages {
		level := strings.TrimPrefix(m.MessageImportance, "JOB_MESSAGE_")
		text, ok := gcperr.DataflowText(m.MessageText)
		switch {
		case ok:
		case w.ShowData:
			text = m.MessageText
		default:
			text = "a message whose text is withheld, because it may hold data: read it at " + w.job.ConsoleURL()
		}
		w.Progress.Detail("%s %s %s", m.at.UTC().Format(time.RFC3339), level, text)
	}
}
