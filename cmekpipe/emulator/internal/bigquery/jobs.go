package bigquery

import (
	"context"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// job is a job that was run.
type job struct {
	raw.Job
	result *store.TableRef // of a query
}

// jobs remembers the jobs of all projects.
type jobs struct {
	mu    sync.Mutex
	all   []*job
	names map[string]*job // by project:id; nil while a job runs
}

func newJobs() *jobs { return &jobs{names: make(map[string]*job)} }

var jobID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// reserve reserves a job ID, and refuses one that is in use.
func (j *jobs) reserve(ref *raw.JobReference) error {
	if len(ref.JobId) > 1024 || !jobID.MatchString(ref.JobId) {
		return store.Refuse(store.Invalid, "Invalid job ID %q", ref.JobId)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	name := ref.ProjectId + ":" + ref.JobId
	if _, taken := j.names[name]; taken {
		return store.Refuse(store.Duplicate, "Already Exists: Job %s", name)
	}
	j.names[name] = nil
	return nil
}

func (j *jobs) keep(done *job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, done)
	j.names[done.JobReference.ProjectId+":"+done.JobReference.JobId] = done
}

func (j *jobs) forget(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	gone := j.names[name]
	delete(j.names, name)
	j.all = slices.DeleteFunc(j.all, func(one *job) bool { return one == gone })
}

// find returns a job. Outside the multi-regions a job is found by its location only, as with BigQuery.
func (j *jobs) find(c *call) (*job, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	name := c.project + ":" + c.job
	found := j.names[name]
	place := c.query.Get("location")
	if found == nil || !strings.EqualFold(place, found.JobReference.Location) &&
		(place != "" || !multiRegion(found.JobReference.Location)) {
		return nil, store.Refuse(store.NotFound, "Not found: Job %s", name)
	}
	return found, nil
}

func multiRegion(place string) bool {
	return strings.EqualFold(place, "US") || strings.EqualFold(place, "EU")
}

func (s *Server) getJob(c *call) (any, error) {
	found, err := s.jobs.find(c)
	if err != nil {
		return nil, err
	}
	return &found.Job, nil
}

// cancelJob answers with the job, which is done in any case.
func (s *Server) cancelJob(c *call) (any, error) {
	found, err := s.jobs.find(c)
	if err != nil {
		return nil, err
	}
	return &raw.JobCancelResponse{Kind: "bigquery#jobCancelResponse", Job: &found.Job}, nil
}

func (s *Server) deleteJob(c *call) (any, error) {
	if _, err := s.jobs.find(c); err != nil {
		return nil, err
	}
	s.jobs.forget(c.project + ":" + c.job)
	return nil, nil
}

func (s *Server) listJobs(c *call) (any, error) {
	var all []*raw.JobListJobs
	s.jobs.mu.Lock()
	for _, one := range slices.Backward(s.jobs.all) {
		if one.JobReference.ProjectId == c.project {
			all = append(all, &raw.JobListJobs{
				Kind: "bigquery#job", Id: one.Id, JobReference: one.JobReference, Configuration: one.Configuration,
				Statistics: one.Statistics, Status: one.Status, State: one.Status.State, ErrorResult: one.Status.ErrorResult,
			})
		}
	}
	s.jobs.mu.Unlock()
	some, next, err := page(c, all)
	if err != nil {
		return nil, err
	}
	return &raw.JobList{Kind: "bigquery#jobList", Jobs: some, NextPageToken: next}, nil
}

func (s *Server) insertJob(c *call) (any, error) {
	var asked raw.Job
	body, err := c.body()
	if err == nil {
		err = decodeJSON(body, &asked)
	}
	if err != nil {
		return nil, err
	}
	if asked.Configuration != nil && asked.Configuration.Query != nil {
		var sent struct {
			Configuration struct {
				Query struct{ QueryParameters []sentParameter }
			}
		}
		if err := decodeJSON(body, &sent); err != nil {
			return nil, err
		}
		markNulls(asked.Configuration.Query.QueryParameters, sent.Configuration.Query.QueryParameters)
	}
	done, err := s.runJob(c, &asked)
	if err != nil {
		return nil, err
	}
	shown := done.Job
	if !shown.Configuration.DryRun {
		shown.Status = &raw.JobStatus{State: "RUNNING"} // the result shows when the client reads the job again
	}
	return &shown, nil
}

// runJob runs a job to its end. An error while it runs is part of its status; runJob returns an error only for a job that
// can't start.
func (s *Server) runJob(c *call, asked *raw.Job) (*job, error) {
	if asked.Configuration == nil {
		return nil, store.Refuse(store.Required, "Required parameter is missing: configuration")
	}
	work, err := s.workOf(asked.Configuration)
	if err != nil {
		return nil, err
	}
	j := &job{Job: raw.Job{Kind: "bigquery#job", Configuration: asked.Configuration, JobReference: asked.JobReference}}
	if j.JobReference == nil {
		j.JobReference = &raw.JobReference{}
	}
	j.JobReference.ProjectId = c.project
	if j.JobReference.JobId == "" {
		j.JobReference.JobId = randomID()
	}
	dry := asked.Configuration.DryRun
	if !dry {
		if err := s.jobs.reserve(j.JobReference); err != nil {
			return nil, err
		}
	}
	started := s.env.Now().UnixMilli()
	j.Statistics = &raw.JobStatistics{CreationTime: started, StartTime: started}
	err = work(c.ctx(), &running{Server: s, job: j, method: c.method})
	if dry && err != nil {
		return nil, err
	}
	s.finish(j, err)
	if !dry {
		s.jobs.keep(j)
	}
	return j, nil
}

func (s *Server) finish(j *job, err error) {
	j.Statistics.EndTime = s.env.Now().UnixMilli()
	if j.JobReference.Location == "" {
		j.JobReference.Location = "US"
	}
	j.Id = j.JobReference.ProjectId + ":" + j.JobReference.Location + "." + j.JobReference.JobId
	j.Status = &raw.JobStatus{State: "DONE"}
	if err != nil {
		e := refusal(err)
		j.Status.ErrorResult = &raw.ErrorProto{Reason: e.Reason, Message: e.Message}
		j.Status.Errors = []*raw.ErrorProto{j.Status.ErrorResult}
	}
}

// running is a job while it runs.
type running struct {
	*Server
	*job
	method string // the call that runs it
}

// workOf returns the function that runs a job of the configuration's type.
func (s *Server) workOf(config *raw.JobConfiguration) (func(context.Context, *running) error, error) {
	switch {
	case config.Load != nil:
		return load, nil
	case config.Copy != nil:
		return copyTables, nil
	case config.Extract != nil:
		return extract, nil
	case config.Query != nil:
		return runQuery, nil
	}
	return nil, store.Refuse(store.Required, "Required parameter is missing: configuration.query, load, copy or extract")
}

// allow refuses a job whose result would be encrypted without a customer's key where a policy demands one.
func (r *running) allow(key *raw.EncryptionConfiguration) error {
	name := ""
	if key != nil {
		name = key.KmsKeyName
	}
	return r.store.CheckPolicy(r.JobReference.ProjectId, r.JobReference.Location, name)
}

// settle sets the location of a job to that of a dataset, and refuses a dataset outside the location that is set.
func (r *running) settle(ref store.DatasetRef) error {
	d, err := r.store.Dataset(ref)
	if err != nil {
		return err
	}
	if r.JobReference.Location == "" {
		r.JobReference.Location = d.Location()
	}
	if !strings.EqualFold(r.JobReference.Location, d.Location()) {
		return store.Refuse(store.NotFound, "Not found: Dataset %s:%s was not found in location %s", ref.Project, ref.Dataset,
			r.JobReference.Location)
	}
	return nil
}

// target returns a table that a job names.
func (r *running) target(ref *raw.TableReference, parameter string) (store.TableRef, error) {
	if ref == nil || ref.DatasetId == "" || ref.TableId == "" {
		return store.TableRef{}, store.Refuse(store.Required, "Required parameter is missing: %s", parameter)
	}
	project := ref.ProjectId
	if project == "" {
		project = r.JobReference.ProjectId
	}
	return store.TableRef{Project: project, Dataset: ref.DatasetId, Table: ref.TableId}, nil
}

// disposition parses what a job does to its table.
func disposition(create, write, otherwise string) (store.Disposition, error) {
	d := store.Disposition{Create: create, Write: write}
	if d.Write == "" {
		d.Write = otherwise
	}
	switch d.Create {
	case "", "CREATE_IF_NEEDED", "CREATE_NEVER":
	default:
		return d, store.Refuse(store.Invalid, "Invalid createDisposition %q", create)
	}
	switch d.Write {
	case "WRITE_APPEND", "WRITE_EMPTY", "WRITE_TRUNCATE", "WRITE_TRUNCATE_DATA":
		return d, nil
	}
	return d, store.Refuse(store.Invalid, "Invalid writeDisposition %q, or one that the loopback BigQuery does not have", write)
}

func randomID() string {
	return "job_" + strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36)
}

// failure returns the error of a job that failed, as a call that waits for it has it.
func (j *job) failure() error {
	e := j.Status.ErrorResult
	if e == nil {
		return nil
	}
	return core.Refusal(statusOf(e.Reason), e.Reason, e.Message)
}
