package dataflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

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

// launcher has the folders that a launch of a Flex Template names.
type launcher struct{ temp, staging string }

// The types of jobs.
const (
	batch     = "JOB_TYPE_BATCH"
	streaming = "JOB_TYPE_STREAMING"
)

// submission is a submitted job: all of its JSON in doc, and the fields that the service uses.
type submission struct {
	doc  fields
	flex *launcher // nil unless a Flex Template creates the job

	Name                  string
	Type                  string
	ProjectID             string
	Location              string
	ClientRequestID       string
	ReplaceJobID          string
	Steps                 []fields
	CreatedFromSnapshotID string
	Labels                map[string]string
	TransformNameMapping  map[string]string
	Environment           struct {
		ServiceKmsKeyName        string
		TempStoragePrefix        string
		WorkerRegion, WorkerZone string
		SdkPipelineOptions       json.RawMessage
		WorkerPools              []struct {
			Packages []struct{ Name, Location, Sha256 string }
		}
		UserAgent struct{ Name, Version string }
	}
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

// unknownJob is Google's text for an unknown job.
func unknownJob(id string) error {
	return core.NotFound("Information about job " + id + " could not be found in our system. " +
		"Please double check the id is correct. If it is please contact customer support.")
}

// say adds a message to the job.
func (j *job) say(at time.Time, level importance, text string) {
	id := "JOB_MESSAGE_" + strconv.Itoa(len(j.messages))
	j.messages = append(j.messages, message{ID: id, Time: timestamp(at), Text: text, Importance: level, at: at})
}

// timestamp formats a time for the JSON of Google's APIs.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
