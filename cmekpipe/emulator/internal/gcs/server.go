package gcs

import (
	"io"
	"net/http"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// DefaultBytesPerRewrite is the number of bytes that one call of objects.rewrite copies unless [Server.BytesPerRewrite]
// is set: 1 GiB.
const DefaultBytesPerRewrite = 1 << 30

// Server is the loopback Cloud Storage. Use [New].
type Server struct {
	*core.HTTPServer

	// BytesPerRewrite is the maximum of bytes that one call of objects.rewrite copies. A client may request less, not
	// more. Set it before Serve.
	BytesPerRewrite int64

	env      *core.Env
	store    *store.Store
	uploads  *sessions[*upload]
	rewrites *sessions[*rewriting]
	methods  map[string]method // by verb and kind of path
}

var _ core.Server = (*Server)(nil)

// New returns a server without buckets.
func New(env *core.Env) *Server {
	s := &Server{
		BytesPerRewrite: DefaultBytesPerRewrite, env: env, store: store.New(env),
		uploads: newSessions[*upload](), rewrites: newSessions[*rewriting](),
	}
	s.methods = s.surface()
	var names []string
	for _, m := range s.methods {
		names = append(names, m.name)
	}
	s.HTTPServer = core.NewHTTPServer(http.HandlerFunc(s.route), names)
	return s
}

// LimitChanges refuses to change one object more often than burst times at once and once each second in the long run, with
// status 429. A burst of 0, the default, is no limit. Source: https://docs.cloud.google.com/storage/quotas#objects.
func (s *Server) LimitChanges(burst int) { s.store.LimitChanges(burst) }

// BucketProject returns the project that owns a bucket, "" if the bucket doesn't exist.
func (s *Server) BucketProject(bucket string) string {
	b, err := s.store.Bucket(bucket)
	if err != nil {
		return ""
	}
	return b.Project
}

// ApplyLifecycle applies the lifecycle rules of all buckets. Each call that concerns a bucket applies the bucket's rules
// too.
func (s *Server) ApplyLifecycle() { s.store.Sweep() }

// method is a method of the API: its name, the function that serves it and the parameters that this function reads.
type method struct {
	name       string
	serve      func(*call) error
	parameters []string
}

// route serves a request with the method of its path and verb.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	t := parsePath(r.URL.EscapedPath())
	m, ok := s.method(r, t)
	if !ok {
		writeError(w, core.Unserved("Cloud Storage", unservedName(r), r), t.kind == xmlObjectKind)
		return
	}
	c := &call{w: w, r: r, target: t, query: r.URL.Query(), method: m, store: s.store}
	s.env.Faults.HTTP(w, r, m.name, faultResource(c), func(w http.ResponseWriter, status int) {
		drainBody(r)
		writeError(w, core.InjectedError(status, injectedReasons()), c.xml())
	}, func(w http.ResponseWriter, r *http.Request) {
		c.w, c.r = w, r
		c.finish(m.serve)
	})
}

// method returns the method of a verb and a path.
func (s *Server) method(r *http.Request, t target) (method, bool) {
	verb := r.Method
	if override := r.Header.Get("X-HTTP-Method-Override"); verb == http.MethodPost && override != "" {
		verb = override
	}
	m, ok := s.methods[verb+" "+string(t.kind)]
	return m, ok
}

// faultResource returns the resource of a call. The name of an upload is in the query, and in that of every chunk; if a
// client sends it in the metadata, which are not read before a fault applies, only the bucket is known.
func faultResource(c *call) string {
	t := c.target
	if t.kind == uploadKind || t.kind == objectsKind && c.r.Method == http.MethodPost {
		t.object = c.query.Get("name")
	}
	return t.url()
}

// drainBody reads the rest of the request. Google's client refills the buffer of a chunk as soon as the chunk is
// answered, while its transport may still read from it unless the server has read everything.
func drainBody(r *http.Request) {
	if r.ContentLength > 0 {
		_, _ = io.Copy(io.Discard, r.Body) // the answer is an error in any case
	}
}

// injectedReasons are Cloud Storage's reasons for a status that a test injects.
func injectedReasons() map[int]string {
	return map[int]string{
		http.StatusBadRequest: "invalid", http.StatusConflict: "conflict", http.StatusPreconditionFailed: "conditionNotMet",
	}
}
