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

// Files is the access of Dataflow to the loopback Cloud Storage.
type Files interface {
	// Read returns the content of an object. It fails if the object's key can't be used.
	Read(ctx context.Context, bucket, name string) ([]byte, error)
	// Write creates an object with the bucket's default key, on behalf of an API method.
	Write(ctx context.Context, bucket, name, method string, data []byte) error
	// HasBucket reports whether a bucket exists.
	HasBucket(ctx context.Context, bucket string) bool
	// MakeBucket creates a bucket of a project without a default key, unless a bucket of that name exists.
	MakeBucket(ctx context.Context, project, name, location string) error
}

var _ core.Server = (*Server)(nil)

// New returns a server with [DefaultPace] and no jobs that reads pipelines and templates from files.
func New(env *core.Env, files Files) *Server {
	s := &Server{env: env, files: files, set: settings{pace: DefaultPace()}}
	s.exec.root, s.exec.stop = context.WithCancel(context.Background())
	s.HTTPServer = core.NewHTTPServer(s.routes())
	return s
}

// routes returns the handler of all methods, with and without a location.
func (s *Server) routes() (mux *http.ServeMux, names []string) {
	r := &router{s: s, mux: http.NewServeMux()}
	for _, jobs := range []string{"/v1b3/projects/{project}/jobs", "/v1b3/projects/{project}/locations/{location}/jobs"} {
		r.handle("POST "+jobs, "dataflow.jobs.create", s.create)
		r.handle("GET "+jobs, "dataflow.jobs.list", s.list)
		r.handle("GET "+jobs+"/{job}", "dataflow.jobs.get", s.get)
		r.handle("PUT "+jobs+"/{job}", "dataflow.jobs.update", s.update)
		r.handle("GET "+jobs+"/{job}/messages", "dataflow.jobs.messages.list", s.listMessages)
		r.handle("GET "+jobs+"/{job}/metrics", "dataflow.jobs.getMetrics", s.getMetrics)
	}
	r.handle("GET /v1b3/projects/{project}/locations/{location}/jobs/{job}/executionDetails", "dataflow.jobs.getExecutionDetails", s.getExecutionDetails)
	s.routeTemplates(r)
	s.routeSnapshots(r)
	r.handle("GET /v1b3/projects/{project}/jobs:aggregated", "dataflow.jobs.aggregated", s.list)
	r.mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		core.WriteError(w, core.Unserved("Dataflow", "", q))
	})
	return r.mux, r.names
}

// router collects the paths that the server serves and the names of their methods.
type router struct {
	s     *Server
	mux   *http.ServeMux
	names []string
}

func (r *router) handle(pattern, method string, serve func(*call) (any, error)) {
	r.mux.HandleFunc(pattern, r.s.method(method, serve))
	r.names = append(r.names, method)
}
