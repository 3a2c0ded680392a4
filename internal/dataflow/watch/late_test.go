package watch_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/watch"
)

// scripted is a Dataflow whose list of messages becomes complete with time, which the loopback cloud's does at once.
type scripted struct {
	states            []string            // of one reading each; the last one stays
	messages          [][]*api.JobMessage // the same
	importance, since []string            // of the lists, in order
}

func (s *scripted) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	var answer any
	switch {
	case strings.HasSuffix(r.URL.Path, "/messages"):
		s.importance = append(s.importance, r.URL.Query().Get("minimumImportance"))
		s.since = append(s.since, r.URL.Query().Get("startTime"))
		answer = &api.ListJobMessagesResponse{JobMessages: next(&s.messages)}
	case strings.HasSuffix(r.URL.Path, "/metrics"):
		answer = &api.JobMetrics{}
	default:
		answer = &api.Job{Id: "j", CurrentState: next(&s.states)}
	}
	json.NewEncoder(rw).Encode(answer) //nolint:errcheck // the client reports it
}

// next removes and returns the first of several values, and returns the last one again and again.
func next[T any](values *[]T) (first T) {
	if len(*values) == 0 {
		return first
	}
	first = (*values)[0]
	if len(*values) > 1 {
		*values = (*values)[1:]
	}
	return first
}

// follow follows the job of the script with the settings of a fixture.
func (s *scripted) follow(t *testing.T) (*fixture, error) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	f := newFixture(t)
	client, err := api.NewService(t.Context(), option.WithEndpoint(server.URL), option.WithoutAuthentication())
	if err != nil {
		t.Fatal(err)
	}
	f.service.API = client
	f.job = &job.Job{ID: "j", Project: "p", Region: region}
	return f, watch.Follow(t.Context(), f.settings, f.service, f.job)
}

func at(second, text string) *api.JobMessage {
	return &api.JobMessage{Id: text, Time: "2026-01-01T00:00:" + second + "Z", MessageImportance: "JOB_MESSAGE_BASIC", MessageText: "Executing " + text}
}

func TestMessagesAreShownOnceAndInTheOrderOfTime(t *testing.T) {
	one, two, three, four := at("01", "one"), at("02", "two"), at("03", "three"), at("04", "four")
	s := &scripted{
		states: []string{"JOB_STATE_RUNNING", "JOB_STATE_RUNNING", "JOB_STATE_RUNNING", "JOB_STATE_DONE"},
		messages: [][]*api.JobMessage{
			{one, three}, {one, two, three}, {one, two, three}, // two appears late
			nil, {four}, nil}, // four appears after the last state
	}
	f, err := s.follow(t)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(f.progress.String(), "\n") {
		if _, text, ok := strings.Cut(line, "Executing "); ok {
			got = append(got, text)
		}
	}
	if want := []string{"one", "two", "three", "four"}; !slices.Equal(got, want) {
		t.Errorf("got messages %q, want %q:\n%s", got, want, f.progress)
	}
	if s.since[0] != "" || s.since[1] != "2025-12-31T23:59:03Z" {
		t.Errorf("got lists from %q on, want all messages first and then those since a minute before the newest", s.since)
	}
}

func TestTheErrorOfAFailedJobMayAppearAfterItsLastState(t *testing.T) {
	broken := at("01", "x")
	broken.MessageText = "Workflow failed. Causes: S01 failed."
	s := &scripted{states: []string{"JOB_STATE_FAILED"}, messages: [][]*api.JobMessage{nil, nil, nil, {broken}}}
	_, err := s.follow(t)
	if cmekpipe.CodeOf(err) != cmekpipe.JobFailed || !strings.Contains(err.Error(), "S01 failed.") {
		t.Errorf("got error %v, want what Dataflow says", err)
	}
	if last := s.importance[len(s.importance)-1]; last != "JOB_MESSAGE_ERROR" {
		t.Errorf("got messages of importance %q, want errors alone", last)
	}
}
