package healthcare

import (
	"encoding/json"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// The kinds of resources in a dataset, for the ledger.
const (
	storeKind    = "fhirStore"
	resourceKind = "fhirResource"
)

// fhirStore is the service's state of a FHIR store.
type fhirStore struct {
	name      string
	dataset   *dataset
	settings  storeSettings
	resources map[string]*resource // by "Type/id"
	order     []*resource          // oldest first
}

// storeSettings are the fields of a store that this package stores.
type storeSettings struct {
	Name               string `json:"name"`
	Version            string `json:"version,omitempty"`
	EnableUpdateCreate bool   `json:"enableUpdateCreate,omitempty"`
}

func (s *Server) createStore(c *call) (*answer, error) {
	d, err := s.findDataset(c)
	if err != nil {
		return nil, err
	}
	var settings storeSettings
	if err := json.Unmarshal(c.body, &settings); err != nil {
		return nil, core.BadRequest("got a body that is no FHIR store")
	}
	if c.store = c.query.Get("fhirStoreId"); !idForm.MatchString(c.store) {
		return nil, core.BadRequest("got fhirStoreId " + c.store + ", want 1 to 256 letters, digits and any of _ - .")
	}
	settings.Name = c.storeName()
	if d.stores[c.store] != nil {
		return nil, core.AlreadyExists("FHIR store " + settings.Name + " exists")
	}
	version, err := s.protect(c.ctx, d)
	if err != nil {
		return nil, err
	}
	d.stores[c.store] = &fhirStore{name: settings.Name, dataset: d, settings: settings, resources: map[string]*resource{}}
	s.env.Ledger.Record(core.Entry{
		Time: c.now, Service: "healthcare", Method: c.method, Kind: storeKind, Name: settings.Name, Project: c.project,
		Key: version, KeyName: d.key,
	})
	return &answer{body: settings}, nil
}

func (s *Server) getStore(c *call) (*answer, error) {
	st, err := s.findStore(c)
	if err != nil {
		return nil, err
	}
	return &answer{body: st.settings}, nil
}

func (s *Server) findStore(c *call) (*fhirStore, error) {
	d, err := s.findDataset(c)
	if err != nil {
		return nil, err
	}
	if st := d.stores[c.store]; st != nil {
		return st, nil
	}
	return nil, core.NotFound("FHIR store " + c.storeName() + " is not there")
}

// storeNamed returns a store by its full name.
func (s *Server) storeNamed(name string) *fhirStore {
	for _, d := range s.datasets {
		for _, st := range d.stores {
			if st.name == name {
				return st
			}
		}
	}
	return nil
}
