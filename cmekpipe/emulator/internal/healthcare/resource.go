package healthcare

import (
	"encoding/json"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// resource is a FHIR resource at one moment.
type resource struct {
	kind, id string
	version  int
	updated  time.Time
	body     json.RawMessage
}

// Source: https://hl7.org/fhir/R4/datatypes.html#id.
var (
	resourceIDForm = regexp.MustCompile(`^[A-Za-z0-9\-.]{1,64}$`)
	kindForm       = regexp.MustCompile(`^[A-Z][A-Za-z]{1,63}$`)
)

// writing is a call that writes resources of a store with a version of its key.
type writing struct {
	*call
	store   *fhirStore
	version cmekpipe.KeyVersionName
}

// openStore returns the store of a call about resources if its key can be used.
func (s *Server) openStore(c *call) (*writing, error) {
	st, err := s.findStore(c)
	if err != nil {
		return nil, err
	}
	version, err := s.protect(c.ctx, st.dataset)
	return &writing{c, st, version}, err
}

// checkFHIR requires the content type that the API documents.
func (c *call) checkFHIR() error {
	if kind, _, err := mime.ParseMediaType(c.contentType); err != nil || kind != "application/fhir+json" {
		return unsupported("got Content-Type " + strconv.Quote(c.contentType) + ", want application/fhir+json")
	}
	return nil
}

func (s *Server) create(c *call) (*answer, error) {
	if err := c.checkFHIR(); err != nil {
		return nil, err
	}
	w, err := s.openStore(c)
	if err != nil {
		return nil, err
	}
	made, err := s.plan(w, c.kind, "", c.body)
	if err != nil {
		return nil, err
	}
	s.put(w, made)
	return &answer{status: http.StatusCreated, header: made.header(w.store), body: made.body}, nil
}

func (s *Server) update(c *call) (*answer, error) {
	if err := c.checkFHIR(); err != nil {
		return nil, err
	}
	w, err := s.openStore(c)
	if err != nil {
		return nil, err
	}
	made, err := s.plan(w, c.kind, c.id, c.body)
	if err != nil {
		return nil, err
	}
	s.put(w, made)
	return &answer{status: made.putStatus(), header: made.header(w.store), body: made.body}, nil
}

func (s *Server) read(c *call) (*answer, error) {
	w, err := s.openStore(c)
	if err != nil {
		return nil, err
	}
	r := w.store.resources[c.kind+"/"+c.id]
	if r == nil {
		return nil, unknownResource(c.kind, c.id)
	}
	return &answer{header: r.header(w.store), body: r.body}, nil
}

// plan returns the resource that a create, whose id is empty, or an update would store.
func (s *Server) plan(w *writing, kind, id string, body []byte) (*resource, error) {
	doc, got, err := parseResource(body)
	switch {
	case err != nil:
		return nil, err
	case got.ResourceType != kind:
		return nil, invalid("got a resource of type " + got.ResourceType + " for " + kind)
	case id == "":
		s.lastID++
		id = "loopback-" + strconv.Itoa(s.lastID)
	case got.ID != id:
		return nil, invalid("got a resource with id " + strconv.Quote(got.ID) + " for " + kind + "/" + id)
	case w.store.resources[kind+"/"+id] == nil && !w.store.settings.EnableUpdateCreate:
		return nil, &outcome{http.StatusMethodNotAllowed, "not-supported",
			"resource " + kind + "/" + id + " is not there, and the store's enableUpdateCreate is false"}
	}
	return w.store.next(kind, id, doc, w.now)
}

// typed has the fields of a resource that the service reads.
type typed struct {
	ResourceType string
	ID           string
}

func parseResource(body []byte) (map[string]json.RawMessage, typed, error) {
	var doc map[string]json.RawMessage
	var got typed
	if err := json.Unmarshal(body, &doc); err != nil || doc == nil {
		return nil, got, invalid("got a body that is no JSON object: " + string(body))
	}
	if err := json.Unmarshal(body, &got); err != nil || !kindForm.MatchString(got.ResourceType) {
		return nil, got, invalid("got a body without a resourceType: " + string(body))
	}
	return doc, got, nil
}

// next returns the next version of a resource.
func (st *fhirStore) next(kind, id string, doc map[string]json.RawMessage, now time.Time) (*resource, error) {
	if !resourceIDForm.MatchString(id) {
		return nil, invalid("got id " + strconv.Quote(id) + ", want 1 to 64 letters, digits and any of - .")
	}
	r := &resource{kind: kind, id: id, version: 1, updated: now}
	if before := st.resources[kind+"/"+id]; before != nil {
		r.version = before.version + 1
	}
	doc["id"] = marshal(id)
	doc["meta"] = marshal(map[string]string{"versionId": strconv.Itoa(r.version), "lastUpdated": timestamp(now)})
	r.body = marshal(doc)
	return r, nil
}

// put stores a planned resource.
func (s *Server) put(w *writing, r *resource) {
	name := r.kind + "/" + r.id
	if before := w.store.resources[name]; before != nil {
		*before = *r
	} else {
		w.store.resources[name] = r
		w.store.order = append(w.store.order, r)
	}
	s.env.Ledger.Record(core.Entry{
		Time: w.now, Service: "healthcare", Method: w.method, Kind: resourceKind, Name: w.store.resourceName(r),
		Project: w.store.dataset.project, Size: int64(len(r.body)), Key: w.version, KeyName: w.store.dataset.key,
	})
}

func (st *fhirStore) resourceName(r *resource) string {
	return st.name + "/fhir/" + r.kind + "/" + r.id
}

func (r *resource) putStatus() int {
	if r.version == 1 {
		return http.StatusCreated
	}
	return http.StatusOK
}

func (r *resource) etag() string { return `W/"` + strconv.Itoa(r.version) + `"` }

func (r *resource) location(st *fhirStore) string {
	return "https://healthcare.googleapis.com/v1/" + st.resourceName(r) + "/_history/" + strconv.Itoa(r.version)
}

func (r *resource) header(st *fhirStore) map[string]string {
	return map[string]string{
		"ETag": r.etag(), "Location": r.location(st), "Last-Modified": r.updated.UTC().Format(http.TimeFormat),
	}
}

func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
