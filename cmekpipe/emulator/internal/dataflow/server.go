package dataflow

import (
	"context"
	"net/http"
	"sync"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Dataflow. Use [New].
type Server struct {
	*core.HTTPServer

	env   *core.Env
	files Files

	mu        sync.Mutex
	jobs      []*job // in the order of their creation
	snapshots []*snapshot
	set       settings
	exec      executions
}

// Files is the loopback Cloud Storage, as Dataflow sees it.
type Files interface {
	// Read returns what an object holds. It fails if the key that the object rests under can't be used.
	Read(ctx context.Context, bucket, name string) ([]byte, error)
	// Write makes an object under the bucket's default key, as a method of some API.
	Write(ctx context.Context, bucket, name, method string, data []byte) error
	// MakeBucket makes a bucket of a project without a default key, unless there is one of that name.
	MakeBucket(ctx context.Context, project, name, location string) error
}

var _ core.Server = (*Server)(nil)

// New returns a server with [DefaultPace] and no jobs that reads pipelines and templates from files.
func New(env *core.Env, files Files) *Server {
	s := &Server{env: env, files: files, set: settings{pace: DefaultPace(), lossState: cancelled}}
	s.exec.root, s.exec.stop = context.WithCancel(context.Background())
	s.HTTPServer = core.NewHTTPServer(s.routes())
	return s
}

// routes spells out the surface of the API, with and without a location.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, jobs := range []string{"/v1b3/projects/{project}/jobs", "/v1b3/projects/{project}/locations/{location}/jobs"} {
		mux.HandleFunc("POST "+jobs, s.method("dataflow.jobs.create", s.create))
		mux.HandleFunc("GET "+jobs, s.method("dataflow.jobs.list", s.list))
		mux.HandleFunc("GET "+jobs+"/{job}", s.method("dataflow.jobs.get", s.get))
		mux.HandleFunc("PUT "+jobs+"/{job}", s.method("dataflow.jobs.update", s.update))
		mux.HandleFunc("GET "+jobs+"/{job}/messages", s.method("dataflow.jobs.messages.list", s.listMessages))
		mux.HandleFunc("GET "+jobs+"/{job}/metrics", s.method("dataflow.jobs.getMetrics", s.getMetrics))
	}
	mux.HandleFunc("GET /v1b3/projects/{project}/locations/{location}/jobs/{job}/executionDetails",
		s.method("dataflow.jobs.getExecutionDetails", s.getExecutionDetails))
	s.routeTemplates(mux)
	s.routeSnapshots(mux)
	mux.HandleFunc("GET /v1b3/projects/{project}/jobs:aggregated", s.method("dataflow.jobs.aggregated", s.list))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		core.WriteError(w, core.NotFound("the loopback Dataflow has no "+r.Method+" "+r.URL.Path))
	})
	return mux
}
