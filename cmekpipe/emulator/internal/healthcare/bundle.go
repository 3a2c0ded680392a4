package healthcare

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// bundle has the fields of a FHIR Bundle that this package reads.
type bundle struct {
	ResourceType string
	Type         string
	Entry        []bundleEntry
}

type bundleEntry struct {
	Resource json.RawMessage
	Request  struct {
		Method, URL                                        string
		IfNoneExist, IfMatch, IfNoneMatch, IfModifiedSince json.RawMessage
	}
}

// entryAnswer is the answer to one entry of a bundle.
type entryAnswer struct {
	Resource json.RawMessage `json:"resource,omitempty"`
	Response struct {
		Status       string          `json:"status"`
		Location     string          `json:"location,omitempty"`
		ETag         string          `json:"etag,omitempty"`
		LastModified string          `json:"lastModified,omitempty"`
		Outcome      json.RawMessage `json:"outcome,omitempty"`
	} `json:"response"`
}

type bundleAnswer struct {
	ResourceType string        `json:"resourceType"`
	Type         string        `json:"type"`
	Entry        []entryAnswer `json:"entry,omitempty"`
}

// executeBundle executes the entries one after another; in a transaction all or none.
func (s *Server) executeBundle(c *call) (*answer, error) {
	if err := c.checkFHIR(); err != nil {
		return nil, err
	}
	var b bundle
	if err := json.Unmarshal(c.body, &b); err != nil || b.ResourceType != "Bundle" {
		return nil, invalid("got a body that is no Bundle: " + string(c.body))
	}
	if b.Type != "batch" && b.Type != "transaction" {
		return nil, invalid("got a Bundle of type " + strconv.Quote(b.Type) + ", want batch or transaction")
	}
	w, err := s.openStore(c)
	if err != nil {
		return nil, err
	}
	plans := make([]planned, len(b.Entry))
	for i, e := range b.Entry {
		plans[i] = s.planEntry(w, e)
		if plans[i].err != nil && b.Type == "transaction" {
			return nil, plans[i].err
		}
		if b.Type == "batch" {
			plans[i].apply(s, w)
		}
	}
	out := bundleAnswer{ResourceType: "Bundle", Type: b.Type + "-response"}
	for i := range plans {
		if b.Type == "transaction" {
			plans[i].apply(s, w)
		}
		out.Entry = append(out.Entry, plans[i].answer(w.store))
	}
	return &answer{body: out}, nil
}

// planned is the planned work of an entry: a write or a read of a resource.
type planned struct {
	put, found *resource
	err        error
}

func (p planned) apply(s *Server, w *writing) {
	if p.put != nil {
		s.put(w, p.put)
	}
}

func (s *Server) planEntry(w *writing, e bundleEntry) planned {
	q := e.Request
	for _, condition := range []json.RawMessage{q.IfNoneExist, q.IfMatch, q.IfNoneMatch, q.IfModifiedSince} {
		if len(condition) > 0 {
			return planned{err: unsupported("the loopback Healthcare API has no conditional requests in bundles")}
		}
	}
	kind, id, _ := strings.Cut(q.URL, "/")
	switch {
	case q.Method == http.MethodPost && id == "", q.Method == http.MethodPut && id != "":
		made, err := s.plan(w, kind, id, e.Resource)
		return planned{put: made, err: err}
	case q.Method == http.MethodGet && id != "":
		if r := w.store.resources[q.URL]; r != nil {
			return planned{found: r}
		}
		return planned{err: unknownResource(kind, id)}
	}
	return planned{err: unsupported("the loopback Healthcare API has no " + q.Method + " " + q.URL + " in bundles")}
}

func (p planned) answer(st *fhirStore) (a entryAnswer) {
	r, status := p.found, http.StatusOK
	switch {
	case p.err != nil:
		o := outcomeOf(p.err)
		a.Response.Status, a.Response.Outcome = statusLine(o.status), o.resource()
		return a
	case p.put != nil:
		r, status = p.put, p.put.putStatus()
	default:
		a.Resource = r.body
	}
	a.Response.Status, a.Response.ETag = statusLine(status), r.etag()
	a.Response.Location, a.Response.LastModified = r.location(st), timestamp(r.updated)
	return a
}

func statusLine(status int) string { return strconv.Itoa(status) + " " + http.StatusText(status) }
