package dataflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"
)

// Execution is a job whose pipeline a [Runner] runs.
type Execution struct {
	// Job is the job's name.
	Job string
	// Model is the staged pipeline. The runner may change it.
	Model *pipepb.Pipeline
	// Worker is the staged worker binary.
	Worker []byte
	// Options are the pipeline options of the job, in JSON.
	Options []byte
	// Environ are the variables that workers need in addition to those of the process, in the form of [os.Environ].
	Environ []string
	// Say adds a message to the job: an importance such as JOB_MESSAGE_DETAILED and a text.
	Say func(importance, text string)
}

// Runner runs the pipeline of a job until it or ctx ends. It returns the job's metrics, and an error if the pipeline
// failed.
type Runner func(ctx context.Context, e Execution) ([]*api.MetricUpdate, error)

// executions are the active runs.
type executions struct {
	run     Runner // nil if jobs only run through their states
	environ func() []string
	root    context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
}

// ExecuteJobs makes jobs run their pipelines from now on. Environ returns the variables through which workers find the
// cloud.
func (s *Server) ExecuteJobs(run Runner, environ func() []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exec.run, s.exec.environ = run, environ
}

// Close stops serving and every run, and waits until all have ended.
func (s *Server) Close() error {
	err := s.HTTPServer.Close()
	s.exec.stop()
	s.exec.running.Wait()
	return err
}

// execute starts the run of a job with a pipeline. It returns the reason if the job can't run.
func (s *Server) execute(ctx context.Context, j *job) error {
	model := s.model(ctx, j)
	if s.exec.run == nil || model == nil {
		return nil
	}
	worker, err := s.worker(ctx, j)
	if err != nil {
		return err
	}
	ctx, j.stop = context.WithCancel(s.exec.root)
	e := Execution{Job: j.Name, Model: model, Worker: worker, Options: j.Environment.SdkPipelineOptions,
		Environ: s.exec.environ(), Say: func(level, text string) { s.said(j, importance(level), text) }}
	s.exec.running.Go(func() {
		metrics, err := s.exec.run(ctx, e)
		s.ended(j, metrics, err)
	})
	return nil
}

// worker reads the worker binary as workers do: from the package of that name, unless its checksum differs.
func (s *Server) worker(ctx context.Context, j *job) ([]byte, error) {
	for _, pool := range j.Environment.WorkerPools {
		for _, p := range pool.Packages {
			if p.Name != "worker" {
				continue
			}
			program, err := s.file(ctx, p.Location)
			if err != nil {
				return nil, errors.New("the worker binary can't be read: " + err.Error())
			}
			if sum := sha256.Sum256(program); p.Sha256 != "" && p.Sha256 != hex.EncodeToString(sum[:]) {
				return nil, errors.New("the worker binary is not the one that was staged")
			}
			return program, nil
		}
	}
	return nil, errors.New("the job has no package named worker")
}

// said adds a message of a run.
func (s *Server) said(j *job, level importance, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.say(s.env.Now(), level, text)
}

// ended records the result of a run. A job that was stopped keeps its state.
func (s *Server) ended(j *job, metrics []*api.MetricUpdate, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.stop()
	now := s.env.Now()
	j.count(now, metrics)
	switch {
	case j.state != running && j.state != draining:
	case err != nil:
		j.say(now, failure, "Workflow failed. Causes: "+err.Error())
		j.enter(failed, now)
	case j.state == draining:
		j.enter(drained, now)
	default:
		j.enter(done, now)
	}
}
