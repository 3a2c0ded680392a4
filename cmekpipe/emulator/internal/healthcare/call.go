package healthcare

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// method is a method of the API: its name, its function, and whether it uses FHIR, errors included.
type method struct {
	name  string
	serve func(*call) (*answer, error)
	fhir  bool
}

// answer is an answer. Status 0 means 200.
type answer struct {
	status int
	header map[string]string
	body   any
}

// call is one request, parsed from path, query and body.
type call struct {
	ctx                        context.Context
	now                        time.Time
	project, location, dataset string
	store, kind, id            string
	operation, verb            string
	method, contentType        string
	query                      url.Values
	body                       []byte
}

// handler adapts one API method to a handler that applies the injected faults.
func (s *Server) handler(m method) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			core.WriteError(w, core.BadRequest("the request's body ends too early"))
			return
		}
		c := newCall(r, body)
		c.method = m.name
		s.env.Faults.HTTP(w, r, m.name, c.resource(), core.FailStatus, func(w http.ResponseWriter, _ *http.Request) {
			a, err := s.do(c, m.serve)
			switch {
			case err != nil && m.fhir:
				writeOutcome(w, err)
			case err != nil:
				core.WriteError(w, err)
			default:
				a.write(w, m.fhir)
			}
		})
	}
}

func newCall(r *http.Request, body []byte) *call {
	c := &call{
		// A client that disconnects must not stop the work half-way.
		ctx:     context.WithoutCancel(r.Context()),
		project: r.PathValue("project"), location: r.PathValue("location"), dataset: r.PathValue("dataset"),
		kind: r.PathValue("type"), id: r.PathValue("id"), contentType: r.Header.Get("Content-Type"),
		query: r.URL.Query(), body: body,
	}
	c.store, c.verb = cutVerb(r.PathValue("store"))
	if operation := r.PathValue("operation"); operation != "" {
		c.operation, c.verb = cutVerb(operation)
	}
	return c
}

// cutVerb splits "store:import". Ids have no colon.
func cutVerb(s string) (id, verb string) {
	id, verb, _ = strings.Cut(s, ":")
	return id, verb
}

// do serves calls one at a time.
func (s *Server) do(c *call, serve func(*call) (*answer, error)) (*answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.env.Now()
	return serve(c)
}

func (c *call) parent() string { return "projects/" + c.project + "/locations/" + c.location }

func (c *call) datasetName() string { return c.parent() + "/datasets/" + c.dataset }

func (c *call) storeName() string { return c.datasetName() + "/fhirStores/" + c.store }

// resource returns the resource of the call for the faults, as far as the path names it.
func (c *call) resource() string {
	name := c.parent() + "/datasets"
	for _, part := range []struct{ before, id string }{
		{"/", c.dataset}, {"/operations/", c.operation}, {"/fhirStores/", c.store}, {"/fhir/", c.kind}, {"/", c.id},
	} {
		if part.id != "" {
			name += part.before + part.id
		}
	}
	return name
}

func (a *answer) write(w http.ResponseWriter, fhir bool) {
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	if !fhir {
		core.WriteJSON(w, status, a.body)
		return
	}
	writeFHIR(w, status, a.body)
}

func writeFHIR(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/fhir+json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(marshal(body)) // the client may have disconnected
}

// marshal encodes values of this package, which always succeeds.
func marshal(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic("healthcare: " + err.Error())
	}
	return text
}
