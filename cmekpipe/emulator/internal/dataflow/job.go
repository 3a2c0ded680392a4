package dataflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// fields are a JSON object whose values stay as they were sent.
type fields map[string]json.RawMessage

// set puts a value of the service's own.
func (f fields) set(name string, value any) { f[name] = marshal(value) }

// marshal is for values of this package, which always marshal.
func marshal(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic("dataflow: " + err.Error())
	}
	return text
}

// job is what the service knows about one job.
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
	messages            []message
	unseen              int       // how many readers still don't find it
	hidden              time.Time // until when no reader finds it
	horizon             time.Time // up to when readers know its states
}

// newJob gives a submitted job its identity and its first state.
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

// newID returns an id of Google's form: the second of creation, then nineteen digits.
func newID(now time.Time) string {
	return fmt.Sprintf("%s-%d", now.Format("2006-01-02_15_04_05"), int64(1e18)+rand.Int64N(8e18))
}

// describeSDK fills in jobMetadata.sdkVersion from the user agent, unless the client did. Whether Google still supports
// that version is unknown here.
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
	face := j.face()
	doc.set("currentState", face.state)
	doc.set("currentStateTime", timestamp(face.at))
	return doc
}

// resource is the job's full name.
func (j *job) resource() string {
	return "projects/" + j.project + "/locations/" + j.region + "/jobs/" + j.id
}

// find returns a job of the project and region in which a call acts, as it is now.
func (s *Server) find(c *call, id string) (*job, error) {
	for _, j := range s.jobs {
		if j.project == c.project && j.region == c.region && j.id == id {
			s.advance(c.ctx, j, c.now)
			return j, nil
		}
	}
	return nil, unknownJob(id)
}

// named returns the jobs of one name in a region, as they are now.
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

// timestamp is a time in the JSON of Google's APIs.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
