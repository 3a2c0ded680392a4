package dataflow_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

func TestFaultsAffectTheirCall(t *testing.T) {
	const jobs = "projects/test-project/locations/us-central1/jobs"
	for _, test := range []struct {
		method, resource string // the fault's pattern
		call             func(c *cloud, id string) error
	}{
		{"dataflow.jobs.create", jobs + "/next", func(c *cloud, _ string) error {
			_, err := c.jobs.Create(project, region, batchJob("next")).Do()
			return err
		}},
		{"dataflow.jobs.get", jobs + "/ID", func(c *cloud, id string) error {
			_, err := c.jobs.Get(project, region, id).Do()
			return err
		}},
		{"dataflow.jobs.list", jobs, func(c *cloud, _ string) error {
			_, err := c.jobs.List(project, region).Do()
			return err
		}},
		{"dataflow.jobs.aggregated", "projects/test-project/locations/-/jobs", func(c *cloud, _ string) error {
			_, err := c.all.Projects.Jobs.Aggregated(project).Do()
			return err
		}},
		{"dataflow.jobs.update", jobs + "/ID", func(c *cloud, id string) error {
			_, err := c.request(id, "JOB_STATE_CANCELLED")
			return err
		}},
		{"dataflow.jobs.messages.list", jobs + "/ID", func(c *cloud, id string) error {
			_, err := c.jobs.Messages.List(project, region, id).Do()
			return err
		}},
		{"dataflow.jobs.getMetrics", jobs + "/ID", func(c *cloud, id string) error {
			_, err := c.jobs.GetMetrics(project, region, id).Do()
			return err
		}},
		{"dataflow.jobs.getExecutionDetails", jobs + "/ID", func(c *cloud, id string) error {
			_, err := c.jobs.GetExecutionDetails(project, region, id).Do()
			return err
		}},
		{"dataflow.jobs.snapshot", jobs + "/ID", func(c *cloud, id string) error {
			c.clock.pass(time.Second)
			_, err := c.snap(id)
			return err
		}},
		{"dataflow.snapshots.list", jobs, func(c *cloud, _ string) error {
			_, err := c.all.Projects.Locations.Snapshots.List(project, region).Do()
			return err
		}},
		{"dataflow.templates.launch", jobs + "/next", func(c *cloud, _ string) error {
			c.templated(batchJob("template"))
			_, err := c.all.Projects.Locations.Templates.Launch(project, region, &api.LaunchTemplateParameters{JobName: "next"}).
				GcsPath(template).Do()
			return err
		}},
		{"dataflow.templates.get", jobs, func(c *cloud, _ string) error {
			c.templated(batchJob("template"))
			_, err := c.all.Projects.Locations.Templates.Get(project, region).GcsPath(template).Do()
			return err
		}},
		{"dataflow.flexTemplates.launch", jobs + "/flex", func(c *cloud, _ string) error {
			_, err := c.flex(flexLaunch(), false)
			return err
		}},
	} {
		t.Run(test.method, func(t *testing.T) {
			c := start(t)
			id := c.create(streamingJob("job")).Id
			armed := c.env.Faults.Add(core.Fault{
				Method: test.method, Resource: strings.Replace(test.resource, "ID", id, 1), Status: http.StatusForbidden,
			})
			wantError(t, test.call(c, id), http.StatusForbidden, "forbidden")
			if got := len(c.env.Ledger.Entries()); got != 1 {
				t.Errorf("got %d ledger entries, want the first job's alone", got)
			}
			armed.Remove()
			if err := test.call(c, id); err != nil {
				t.Errorf("without the fault: %v", err)
			}
		})
	}
}

func TestResetComesAfterTheJobWasCreated(t *testing.T) {
	c := start(t)
	c.env.Faults.Add(core.Fault{Method: "dataflow.jobs.create", Reset: true})
	if _, err := c.jobs.Create(project, region, batchJob("job")).Do(); err == nil {
		t.Fatal("got an answer, want a broken connection")
	}
	if got := names(t, c.jobs.List(project, region)); len(got) != 1 {
		t.Errorf("got jobs %v, want the one whose answer was lost", got)
	}
}

// An incomplete answer is an error, although the call took effect.
func TestAnswersAreTruncated(t *testing.T) {
	for name, fault := range map[string]core.Fault{
		"reset": {Reset: true, Call: 1}, "truncated": {Truncate: 20, Call: 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			ask := withKey(streamingJob("job"), keyName)
			ask.ClientRequestId = "request"
			fault.Method = "dataflow.jobs.create"
			c.env.Faults.Add(fault)
			if got, err := c.jobs.Create(project, region, ask).Do(); err == nil {
				t.Fatalf("got %v, want no answer", got)
			}
			id := c.create(ask).Id
			if got := names(t, c.jobs.List(project, region)); len(got) != 1 {
				t.Errorf("got jobs %v, want one for both attempts", got)
			}
			c.clock.pass(time.Second)
			fault.Method = "dataflow.jobs.update"
			c.env.Faults.Add(fault)
			if got, err := c.request(id, "JOB_STATE_CANCELLED"); err == nil {
				t.Fatalf("got %v, want no answer", got)
			}
			c.wantState(id, "JOB_STATE_CANCELLING")
			for method, call := range map[string]func() error{
				"dataflow.jobs.get":           func() error { _, err := c.jobs.Get(project, region, id).Do(); return err },
				"dataflow.jobs.messages.list": func() error { _, err := c.jobs.Messages.List(project, region, id).Do(); return err },
				"dataflow.jobs.getMetrics":    func() error { _, err := c.jobs.GetMetrics(project, region, id).Do(); return err },
			} {
				armed := c.env.Faults.Add(core.Fault{Method: method, Reset: fault.Reset, Truncate: fault.Truncate})
				if call() == nil {
					t.Errorf("%s answers, want no answer", method)
				}
				armed.Remove()
			}
		})
	}
}

func TestFaultAnswersAnyStatus(t *testing.T) {
	for status, reason := range map[int]string{
		400: "badRequest", 401: "authError", 403: "forbidden", 404: "notFound", 409: "alreadyExists",
		418: "backendError", 503: "backendError", 429: "rateLimitExceeded", 500: "backendError", 504: "backendError",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			c := start(t)
			// Google's client retries a get after 429 and 5xx, so this test reads the answer without it.
			c.env.Faults.Add(core.Fault{Status: status})
			resp, err := httpClient(t).Get(c.url + "/v1b3/projects/" + project + "/jobs")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			wantError(t, googleapi.CheckResponse(resp), status, reason)
		})
	}
}

func TestUnservedCallsAreNotTakenForMissingResources(t *testing.T) {
	c := start(t)
	for _, path := range []string{"/", "/v1b3/projects/p", "/v1b3/projects/test-project/locations/us-central1/templates"} {
		resp, err := httpClient(t).Get(c.url + path)
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, googleapi.CheckResponse(resp), http.StatusNotImplemented, "notImplemented")
		resp.Body.Close()
	}
}

func TestBodyThatEndsTooEarlyIsRefused(t *testing.T) {
	c := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1b3/projects/%s/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}", project)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
		t.Errorf("got %q, %v, want status 400", answer, err)
	}
}

func TestServerClosedBeforeItServesReleasesTheListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := dataflow.New(&core.Env{}, files{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l); err != nil {
		t.Errorf("Serve after Close: %v, want nil", err)
	}
	if _, err := l.Accept(); err == nil {
		t.Error("the listener still accepts")
	}
}

func TestServeReturnsTheErrorOfTheListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := dataflow.New(&core.Env{}, files{}).Serve(l); err == nil {
		t.Error("got nil, want the listener's error")
	}
}

// One of several concurrent submissions with the same name succeeds.
func TestOneOfSeveralSubmissionsWithANameSucceeds(t *testing.T) {
	c := start(t)
	var wg sync.WaitGroup
	results := make(chan error, 16)
	for range cap(results) {
		wg.Go(func() {
			_, err := c.jobs.Create(project, region, withKey(streamingJob("job"), keyName)).Do()
			results <- err
			c.clock.pass(time.Second)
			if _, err := c.jobs.List(project, region).Do(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(results)
	made := 0
	for err := range results {
		if err == nil {
			made++
			continue
		}
		wantError(t, err, http.StatusConflict, "alreadyExists")
	}
	if made != 1 {
		t.Errorf("got %d jobs, want 1", made)
	}
}

// serveOnce posts one body to a new server.
func serveOnce(t *testing.T, s *dataflow.Server, body string) (status int, text string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	defer func() {
		s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	c := &cloud{t: t, url: "http://" + l.Addr().String()}
	return c.post(t, project, region, body)
}
