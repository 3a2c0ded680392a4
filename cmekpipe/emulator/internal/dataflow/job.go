package dataflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// fields is a JSON object whose values keep the form in which they were sent.
type fields map[string]json.RawMessage

// set sets a value of the service.
func (f fields) set(name string, value any) { f[name] = marshal(value) }

// marshal encodes values of this package, which always succeeds.
func marshal(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic("dataflow: " + err.Error())
	}
	return text
}

// job is the service's state of one job.
type job struct {
	submission
	project, region, id string
	seq                 int // its place in the order of creation
	created             time.Time
	state               jobState
	since               time.Time // when it entered the state
	version             cmekpipe.KeyVersionName
	history             []transition
	replaces            *job
	stop                context.CancelFunc // ends the run of its pipeline; nil if it doesn't run
	messages            []message
	scaling             []*api.AutoscalingEvent
	metrics             []*api.MetricUpdate
	counted             time.Time // when metrics were recorded
	unseen              int       // how many more reads don't find it
	hidden              time.Time // no reader finds it before
	horizon             time.Time // readers see states up to this time
}

// newJob creates a job from a submission, with its id and first state.
func (s *Server) newJob(c *call, sub submission) *job {
	j := &job{
		submission: sub, project: c.project, region: c.region, id: newID(c.now),
		seq: len(s.jobs), created: c.now, since: c.now,
	}
	j.state = pending
	if j.flex != nil {
		j.state = queued
	}
	j.history = []transition{{j.state, c.now}}
	j.hide(s.set.visibility)
	j.doc.set("id", j.id)
	j.doc.set("projectId", j.project)
	j.doc.set("location", j.region)
	j.doc.set("createTime", timestamp(c.now))
	j.doc.set("startTime", timestamp(c.now))
	delete(j.doc, "replacedByJobId")
	j.describeSDK()
	j.say(c.now, detailed, "Workflow job "+j.id+" was accepted.")
	return j
}

// newID returns an id of Google's form: the second of creation and nineteen digits.
func newID(now time.Time) string {
	return fmt.Sprintf("%s-%d", now.Format("2006-01-02_15_04_05"), int64(1e18)+rand.Int64N(8e18))
}

// describeSDK sets jobMetadata.sdkVersion from the user agent unless the client did. It does not set whether Google
// supports that version.
func (j *job) describeSDK() {
	agent := j.Environment.UserAgent
	if _, given := j.doc["jobMetadata"]; given || agent.Version == "" {
		return
	}
	j.doc.set("jobMetadata", map[string]any{"sdkVersion": map[string]string{
		"version": agent.Version, "versionDisplayName": agent.Name, "sdkSupportStatus": "UNKNOWN",
	}})
}

// document returns the whole job as readers see it now.
func (j *job) document() fields {
	doc := maps.Clone(j.doc)
	seen := j.visibleState()
	doc.set("currentState", seen.state)
	doc.set("currentStateTime", timestamp(seen.at))
	return doc
}

// resource returns the job's full name.
func (j *job) resource() string {
	return "projects/" + j.project + "/locations/" + j.region + "/jobs/" + j.id
}

// find returns a job in the project and region of a call, in its current state.
func (s *Server) find(c *call, id string) (*job, error) {
	for _, j := range s.jobs {
		if j.project == c.project && j.region == c.region && j.id == id {
			s.advance(c.ctx, j, c.now)
			return j, nil
		}
	}
	return nil, unknownJob(id)
}

// named returns the jobs of a name in a region, in their current states.
func (s *Server) named(ctx context.Context, project, region, name string, now time.Time) []*job {
	var found []*job
	for _, j := range s.jobs {
		if j.project == project && j.region == region && j.Name == name {
			s.advance(ctx, j, now)
			found = append(found, j)
		}
	}
	return found
}

// timestamp formats a time for the JSON of Google's APIs.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
