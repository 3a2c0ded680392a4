package dataflow

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const (
	// defaultRegion is the region of a call without a location.
	defaultRegion = "us-central1"
	// allRegions is the location of an aggregated list.
	allRegions = "-"
)

// call is one request, parsed from path, query and body.
type call struct {
	ctx                 context.Context
	now                 time.Time
	project, region, id string
	snapshot            string
	query               url.Values
	body                []byte
}

// method adapts one API method to a handler that applies the injected faults.
func (s *Server) method(name string, serve func(*call) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			core.WriteError(w, core.BadRequest("the request's body ends too early"))
			return
		}
		w.Header().Set("Date", s.env.Now().UTC().Format(http.TimeFormat)) // clients may not trust their own clock
		c := newCall(r, body)
		s.env.Faults.HTTP(w, r, name, c.resource(), core.FailStatus, func(w http.ResponseWriter, _ *http.Request) {
			answer, err := s.do(c, name, serve)
			if err != nil {
				core.WriteError(w, err)
				return
			}
			core.WriteJSON(w, http.StatusOK, answer)
		})
	}
}

func newCall(r *http.Request, body []byte) *call {
	c := &call{
		// A client that disconnects must not affect the check of a job's key.
		ctx:     context.WithoutCancel(r.Context()),
		project: r.PathValue("project"), region: r.PathValue("location"), id: r.PathValue("job"), snapshot: r.PathValue("snapshot"),
		query: r.URL.Query(), body: body,
	}
	switch {
	case strings.HasSuffix(r.URL.Path, ":aggregated"):
		c.region = allRegions
	case c.region == "":
		c.region = c.query.Get("location")
	}
	if c.region == "" {
		c.region = defaultRegion
	}
	return c
}

// do serves calls one at a time.
func (s *Server) do(c *call, method string, serve func(*call) (any, error)) (any, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.env.Now()
	answer, err := serve(c)
	if doc, isJob := answer.(fields); isJob && err == nil && s.set.tamperAnswer != nil {
		return s.tamperedAnswer(method, doc), nil
	}
	return answer, err
}

// read decodes the body into a message of the client library. Root is the name of the message in the request, "" if it
// is the request.
func (c *call) read(root string, message any) error {
	if err := checkPayload(c.body, root, message); err != nil {
		return err
	}
	if err := json.Unmarshal(c.body, message); err != nil {
		return wrongType(err)
	}
	return nil
}

// truth returns a boolean from the query; false if it is missing.
func (c *call) truth(name string) (bool, error) {
	text := c.query.Get(name)
	if text == "" {
		return false, nil
	}
	yes, err := strconv.ParseBool(text)
	if err != nil {
		return false, core.BadRequest("Invalid value at '" + snakeCase(name) + "' (TYPE_BOOL)")
	}
	return yes, nil
}

// resource returns the resource of the call for the faults: a job by its id or, while it is created, by its name.
func (c *call) resource() string {
	parent := "projects/" + c.project + "/locations/" + c.region
	if c.snapshot != "" {
		return parent + "/snapshots/" + c.snapshot
	}
	jobs, id := parent+"/jobs", strings.TrimSuffix(c.id, ":snapshot")
	if id == "" && len(c.body) > 0 {
		var named struct {
			Name, JobName   string
			LaunchParameter struct{ JobName string }
		}
		_ = json.Unmarshal(c.body, &named) // create refuses a malformed body
		id = cmp.Or(named.Name, named.JobName, named.LaunchParameter.JobName)
	}
	return strings.TrimSuffix(jobs+"/"+id, "/")
}

// projectForm matches a project id, with or without a domain, or a project number. Source:
// https://docs.cloud.google.com/resource-manager/docs/creating-managing-projects.
var projectForm = regexp.MustCompile(`^(([a-z0-9][-a-z0-9]*\.)+[a-z0-9-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$|^[0-9]+$`)

func (c *call) check() error {
	if !projectForm.MatchString(c.project) {
		return core.BadRequest("got project " + c.project + ", want a project id or number")
	}
	if c.region != allRegions && (!location.IsRegion(c.region) || c.region != strings.ToLower(c.region)) {
		return core.NotFound("got location " + c.region + ", want a region that Dataflow runs in, such as " + defaultRegion)
	}
	return nil
}
