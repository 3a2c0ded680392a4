package dataflow

import (
	"cmp"
	"slices"
	"strings"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// snapshot is the state of a streaming job, encrypted with the job's key.
type snapshot struct {
	api.Snapshot

	key  string // the job's key
	made time.Time
}

// The life of a snapshot. Source: https://docs.cloud.google.com/dataflow/docs/guides/using-snapshots.
const (
	defaultTTL = 7 * 24 * time.Hour
	maxTTL     = 30 * 24 * time.Hour
)

func (s *Server) routeSnapshots(r *router) {
	for _, parent := range []string{"/v1b3/projects/{project}", "/v1b3/projects/{project}/locations/{location}"} {
		r.handle("POST "+parent+"/jobs/{job}", "dataflow.jobs.snapshot", s.takeSnapshot)
		r.handle("GET "+parent+"/snapshots", "dataflow.snapshots.list", s.listSnapshots)
		r.handle("GET "+parent+"/snapshots/{snapshot}", "dataflow.snapshots.get", s.getSnapshot)
		r.handle("DELETE "+parent+"/snapshots/{snapshot}", "dataflow.snapshots.delete", s.deleteSnapshot)
	}
	r.handle("DELETE /v1b3/projects/{project}/snapshots", "dataflow.snapshots.delete", s.deleteSnapshot)
	r.handle("GET /v1b3/projects/{project}/locations/{location}/jobs/{job}/snapshots", "dataflow.jobs.snapshots.list", s.listSnapshots)
}

// takeSnapshot creates a snapshot of a running streaming job.
func (s *Server) takeSnapshot(c *call) (any, error) {
	id, isSnapshot := strings.CutSuffix(c.id, ":snapshot")
	if !isSnapshot {
		return nil, core.NotImplemented("The loopback Dataflow has no method POST of jobs/" + c.id)
	}
	var request api.SnapshotJobRequest
	if err := c.read("", &request); err != nil {
		return nil, err
	}
	ttl, err := lifetime(request.Ttl)
	if err != nil {
		return nil, err
	}
	if request.Location != "" && request.Location != c.region {
		return nil, core.BadRequest("got location " + request.Location + " in the request, want " + c.region + ", where the call acts")
	}
	j, err := s.find(c, id)
	switch {
	case err != nil:
		return nil, err
	case j.Type != streaming:
		return nil, core.FailedPrecondition("a snapshot can be taken of streaming jobs only, and job " + j.id + " is " + j.Type)
	case j.state != running && j.state != draining:
		return nil, core.FailedPrecondition("a snapshot can be taken of running jobs only, and job " + j.id + " is in " + string(j.state))
	}
	n := &snapshot{made: c.now, key: j.Environment.ServiceKmsKeyName, Snapshot: api.Snapshot{
		Id: newID(c.now), ProjectId: j.project, Region: j.region, SourceJobId: j.id, CreationTime: timestamp(c.now),
		Description: request.Description, Ttl: ttl,
	}}
	s.snapshots = append(s.snapshots, n)
	key, _ := cmekpipe.ParseKeyName(n.key) // a running job's key is valid or empty
	s.env.Ledger.Record(core.Entry{Time: c.now, Service: "dataflow", Method: "dataflow.jobs.snapshot", Kind: "snapshot",
		Name: n.resource(), Project: j.project, KeyName: key})
	return s.shown(c, n), nil
}

// lifetime parses a duration of the API, such as "604800s".
func lifetime(text string) (string, error) {
	ttl, err := time.ParseDuration(cmp.Or(text, defaultTTL.String()))
	if err != nil || text != "" && !strings.HasSuffix(text, "s") || ttl <= 0 || ttl > maxTTL {
		return "", core.BadRequest("got ttl \"" + text + "\", want one such as 604800s, up to 30 days")
	}
	return cmp.Or(text, "604800s"), nil
}

func (n *snapshot) resource() string {
	return "projects/" + n.ProjectId + "/locations/" + n.Region + "/snapshots/" + n.Id
}

// ready reports whether the snapshot is complete.
func (s *Server) ready(c *call, n *snapshot) bool {
	return !c.now.Before(n.made.Add(s.set.pace.Snapshot))
}

// shown returns the snapshot as the API shows it now.
func (s *Server) shown(c *call, n *snapshot) *api.Snapshot {
	now := n.Snapshot
	now.State = "RUNNING"
	if s.ready(c, n) {
		now.State, now.DiskSizeBytes = "READY", 1<<20
	}
	return &now
}

// snapshot returns the snapshot of a call.
func (s *Server) snapshot(c *call, id string) (*snapshot, error) {
	for _, n := range s.snapshots {
		if n.ProjectId == c.project && n.Region == c.region && n.Id == id {
			return n, nil
		}
	}
	return nil, core.NotFound("there is no snapshot " + id)
}

func (s *Server) getSnapshot(c *call) (any, error) {
	n, err := s.snapshot(c, c.snapshot)
	if err != nil {
		return nil, err
	}
	return s.shown(c, n), nil
}

// listSnapshots lists the snapshots of a region or of one job.
func (s *Server) listSnapshots(c *call) (any, error) {
	job := cmp.Or(c.id, c.query.Get("jobId"))
	var list api.ListSnapshotsResponse
	for _, n := range s.snapshots {
		if n.ProjectId == c.project && n.Region == c.region && (job == "" || n.SourceJobId == job) {
			list.Snapshots = append(list.Snapshots, s.shown(c, n))
		}
	}
	return &list, nil
}

func (s *Server) deleteSnapshot(c *call) (any, error) {
	n, err := s.snapshot(c, cmp.Or(c.snapshot, c.query.Get("snapshotId")))
	if err != nil {
		return nil, err
	}
	s.snapshots = slices.DeleteFunc(s.snapshots, func(o *snapshot) bool { return o == n })
	s.env.Ledger.Delete("snapshot", n.resource(), 0, c.now)
	return struct{}{}, nil
}

// checkSource refuses a job that can't start from its snapshot.
func (s *Server) checkSource(c *call, sub submission) error {
	if sub.CreatedFromSnapshotID == "" {
		return nil
	}
	n, err := s.snapshot(c, sub.CreatedFromSnapshotID)
	switch {
	case err != nil:
		return err
	case !s.ready(c, n):
		return core.FailedPrecondition("snapshot " + n.Id + " is not ready")
	case sub.Type != streaming:
		return core.BadRequest("only a streaming job can start from a snapshot")
	case n.key != sub.Environment.ServiceKmsKeyName:
		return core.FailedPrecondition("The workflow could not be created. Causes: a job with " +
			keyOrNone(sub.Environment.ServiceKmsKeyName) + " can't start from snapshot " + n.Id + ", which is encrypted with " + keyOrNone(n.key) + ".")
	}
	return nil
}
