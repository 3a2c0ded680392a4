package datastore

import (
	"io"
	"net/http"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Admin is the loopback Firestore Admin API. Use [New].
type Admin struct {
	*core.HTTPServer
	*store
}

var _ core.Server = (*Admin)(nil)

func newAdmin(s *store) *Admin {
	a := &Admin{store: s}
	a.HTTPServer = core.NewHTTPServer(a.routes())
	return a
}

// routes returns the handler of all methods that the server serves.
func (a *Admin) routes() (mux *http.ServeMux, names []string) {
	const (
		all = "/v1/projects/{project}/databases"
		one = all + "/{database}"
	)
	mux = http.NewServeMux()
	for pattern, m := range map[string]struct {
		name  string
		serve func(*adminCall) (any, error)
	}{
		"POST " + all:                            {"firestore.databases.create", a.create},
		"GET " + all:                             {"firestore.databases.list", a.list},
		"GET " + one:                             {"firestore.databases.get", a.get},
		"DELETE " + one:                          {"firestore.databases.delete", a.remove},
		"GET " + one + "/operations/{operation}": {"firestore.databases.operations.get", a.operation},
	} {
		mux.HandleFunc(pattern, a.handler(m.name, m.serve))
		names = append(names, m.name)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		core.WriteError(w, core.Unserved("Firestore Admin API", "", r))
	})
	return mux, names
}

// adminCall is one request, parsed from path, query and body.
type adminCall struct {
	request                    *http.Request
	method                     string
	project, name, operationID string
	body                       []byte
}

// handler adapts one method to a handler that applies the injected faults. Calls are served one at a time.
func (a *Admin) handler(method string, serve func(*adminCall) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			core.WriteError(w, core.BadRequest("the request's body ends too early"))
			return
		}
		c := newAdminCall(r, method, body)
		a.env.Faults.HTTP(w, r, method, strings.TrimSuffix(c.name, "/"), core.FailStatus, func(w http.ResponseWriter, _ *http.Request) {
			a.mu.Lock()
			answer, err := serve(c)
			a.mu.Unlock()
			if err != nil {
				core.WriteError(w, err)
				return
			}
			core.WriteJSON(w, http.StatusOK, answer)
		})
	}
}

func newAdminCall(r *http.Request, method string, body []byte) *adminCall {
	id := r.PathValue("database")
	if id == "" {
		id = r.URL.Query().Get("databaseId")
	}
	project := r.PathValue("project")
	return &adminCall{request: r, method: method, project: project, operationID: r.PathValue("operation"), body: body,
		name: "projects/" + project + "/databases/" + id}
}
