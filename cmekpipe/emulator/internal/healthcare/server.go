package healthcare

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Objects returns readers of a bucket's objects whose names begin with prefix and match, in the order of the names.
type Objects func(ctx context.Context, bucket, prefix string, match func(name string) bool) ([]io.Reader, error)

// Server is the loopback Healthcare API. Use [New].
type Server struct {
	*core.HTTPServer

	env     *core.Env
	objects Objects

	mu         sync.Mutex
	datasets   map[string]*dataset // by full name
	operations map[string]*operation
	lastID     int

	mostOperations int // at once on a store, if operations last
	lasting        time.Duration
}

var _ core.Server = (*Server)(nil)

// New returns a server without datasets. Import reads from objects.
func New(env *core.Env, objects Objects) *Server {
	s := &Server{env: env, objects: objects, datasets: map[string]*dataset{}, operations: map[string]*operation{}}
	s.HTTPServer = core.NewHTTPServer(s.routes())
	return s
}

// routes returns the handler of all methods.
func (s *Server) routes() (mux *http.ServeMux, names []string) {
	const (
		datasets = "/v1/projects/{project}/locations/{location}/datasets"
		one      = datasets + "/{dataset}"
		stores   = one + "/fhirStores"
		fhir     = stores + "/{store}/fhir"
	)
	mux = http.NewServeMux()
	for pattern, m := range map[string]method{
		"POST " + datasets:                        {"healthcare.datasets.create", s.createDataset, false},
		"GET " + one:                              {"healthcare.datasets.get", s.getDataset, false},
		"DELETE " + one:                           {"healthcare.datasets.delete", s.deleteDataset, false},
		"GET " + one + "/operations/{operation}":  {"healthcare.operations.get", s.getOperation, false},
		"POST " + one + "/operations/{operation}": {"healthcare.operations.cancel", s.cancelOperation, false},
		"POST " + stores:                          {"healthcare.fhirStores.create", s.createStore, false},
		"GET " + stores + "/{store}":              {"healthcare.fhirStores.get", s.getStore, false},
		"POST " + fhir:                            {"healthcare.fhir.executeBundle", s.executeBundle, true},
		"GET " + fhir:                             {"healthcare.fhir.search", s.search, true},
		"POST " + fhir + "/_search":               {"healthcare.fhir.search", s.search, true},
		"POST " + fhir + "/{type}/_search":        {"healthcare.fhir.search", s.search, true},
		"GET " + fhir + "/{type}":                 {"healthcare.fhir.search", s.search, true},
		"POST " + fhir + "/{type}":                {"healthcare.fhir.create", s.create, true},
		"GET " + fhir + "/{type}/{id}":            {"healthcare.fhir.read", s.read, true},
		"PUT " + fhir + "/{type}/{id}":            {"healthcare.fhir.update", s.update, true},
	} {
		mux.HandleFunc(pattern, s.handler(m))
		names = append(names, m.name)
	}
	mux.HandleFunc("POST "+stores+"/{store}", s.customMethods())
	names = append(names, importMethod, deidentifyMethod)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		core.WriteError(w, core.Unserved("Healthcare API", "", r))
	})
	return mux, names
}

// The methods whose names follow a colon in the last part of a path.
const (
	importMethod     = "healthcare.fhirStores.import"
	deidentifyMethod = "healthcare.fhirStores.deidentify"
)

// customMethods serves the methods whose names follow a colon in the last part of a path.
func (s *Server) customMethods() http.HandlerFunc {
	importer := s.handler(method{importMethod, s.importResources, false})
	deidentify := s.handler(method{deidentifyMethod, s.deidentify, false})
	return func(w http.ResponseWriter, r *http.Request) {
		switch _, verb := cutVerb(r.PathValue("store")); verb {
		case "import":
			importer(w, r)
		case "deidentify":
			deidentify(w, r)
		default:
			core.WriteError(w, core.Unserved("Healthcare API", "healthcare.fhirStores."+verb, r))
		}
	}
}
