package bigquery

import (
	"net/http"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// BasePath is where the API lies below HOST:PORT.
const BasePath = "/bigquery/v2/"

// Server is the loopback BigQuery. Use [New].
type Server struct {
	*core.HTTPServer

	env     *core.Env
	store   *store.Store
	objects Objects
	jobs    *jobs
	inserts *inserts
	results results
}

var _ core.Server = (*Server)(nil)

// New returns a server of what a store holds. Jobs load from and extract to objects.
func New(env *core.Env, tables *store.Store, objects Objects) *Server {
	s := &Server{env: env, store: tables, objects: objects, jobs: newJobs(), inserts: newInserts()}
	s.HTTPServer = core.NewHTTPServer(s.routes())
	return s
}

// method is a method of the API: its verb and path below BasePath, its name and the work.
type method struct {
	pattern, name string
	serve         func(*call) (any, error)
}

// surface spells out all that the server does.
func (s *Server) surface() []method {
	const (
		datasets = "projects/{project}/datasets"
		dataset  = datasets + "/{dataset}"
		tables   = dataset + "/tables"
		table    = tables + "/{table}"
		jobs     = "projects/{project}/jobs"
		queries  = "projects/{project}/queries"
	)
	return []method{
		{"GET " + datasets, "bigquery.datasets.list", s.listDatasets},
		{"POST " + datasets, "bigquery.datasets.insert", s.insertDataset},
		{"GET " + dataset, "bigquery.datasets.get", s.getDataset},
		{"PATCH " + dataset, "bigquery.datasets.patch", s.patchDataset},
		{"PUT " + dataset, "bigquery.datasets.update", s.updateDataset},
		{"DELETE " + dataset, "bigquery.datasets.delete", s.deleteDataset},
		{"GET " + tables, "bigquery.tables.list", s.listTables},
		{"POST " + tables, "bigquery.tables.insert", s.insertTable},
		{"GET " + table, "bigquery.tables.get", s.getTable},
		{"PATCH " + table, "bigquery.tables.patch", s.patchTable},
		{"PUT " + table, "bigquery.tables.update", s.updateTable},
		{"DELETE " + table, "bigquery.tables.delete", s.deleteTable},
		{"GET " + table + "/data", "bigquery.tabledata.list", s.listRows},
		{"POST " + table + "/insertAll", "bigquery.tabledata.insertAll", s.insertAll},
		{"GET " + jobs, "bigquery.jobs.list", s.listJobs},
		{"POST " + jobs, "bigquery.jobs.insert", s.insertJob},
		{"GET " + jobs + "/{job}", "bigquery.jobs.get", s.getJob},
		{"POST " + jobs + "/{job}/cancel", "bigquery.jobs.cancel", s.cancelJob},
		{"DELETE " + jobs + "/{job}/delete", "bigquery.jobs.delete", s.deleteJob},
		{"POST " + queries, "bigquery.jobs.query", s.query},
		{"GET " + queries + "/{job}", "bigquery.jobs.getQueryResults", s.queryResults},
		{"GET projects/{project}/serviceAccount", "bigquery.projects.getServiceAccount", s.serviceAccount},
	}
}

func (s *Server) routes() (mux *http.ServeMux, names []string) {
	mux = http.NewServeMux()
	for _, m := range s.surface() {
		names = append(names, m.name)
		verb, path, _ := strings.Cut(m.pattern, " ")
		mux.HandleFunc(verb+" "+BasePath+path, func(w http.ResponseWriter, r *http.Request) { s.serve(m, w, r) })
	}
	for pattern, name := range unserved() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { refuseCall(w, name, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuseCall(w, "", r) })
	return mux, names
}

// serve lets a request meet its fault, if there is one, and answers it.
func (s *Server) serve(m method, w http.ResponseWriter, r *http.Request) {
	c := newCall(m.name, r)
	s.env.Faults.HTTP(w, r, m.name, c.resource(), func(w http.ResponseWriter, status int) {
		core.WriteError(w, core.InjectedError(status, injectedReasons()))
	}, func(w http.ResponseWriter, r *http.Request) {
		c.r = r
		answer, err := m.serve(c)
		if err != nil {
			core.WriteError(w, refusal(err))
			return
		}
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		core.WriteJSON(w, http.StatusOK, answer)
	})
}
