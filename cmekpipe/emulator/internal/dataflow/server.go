package dataflow

import (
	"net/http"
	"sync"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
)

// Server is the loopback Dataflow. Use [New].
type Server struct {
	*service.HTTPServer

	// Pace is how long jobs stay in the states that end by themselves. Set it before Serve.
	Pace Pace

	env *service.Env

	mu     sync.Mutex
	jobs   []*job // in the order of their creation
	tamper func(*api.Job)
}

var _ service.Server = (*Server)(nil)

// New returns a server with [DefaultPace] and no jobs.
func New(env *service.Env) *Server {
	s := &Server{Pace: DefaultPace(), env: env}
	s.HTTPServer = service.NewHTTPServer(s.routes())
	return s
}

// TamperJobs makes the service store something else than what it is asked for: change is called with every new job
// before it is stored. Google's service does no such thing; this is for the tests of programs that compare a job with
// what they submitted. The stored job holds only what [api.Job] can hold. Nil ends it.
func (s *Server) TamperJobs(change func(*api.Job)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tamper = change
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
	mux.HandleFunc("GET /v1b3/projects/{project}/jobs:aggregated", s.method("dataflow.jobs.aggregated", s.list))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		service.WriteError(w, service.NotFound("the loopback Dataflow has no "+r.Method+" "+r.URL.Path))
	})
	return mux
}
