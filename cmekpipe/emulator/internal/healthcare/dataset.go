package healthcare

import (
	"encoding/json"
	"regexp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// dataset is the service's state of a dataset. Its key never changes.
type dataset struct {
	name, project, location string
	key                     cmekpipe.KeyName
	stores                  map[string]*fhirStore // by id
}

// idForm is the rule for the ids of datasets and stores. Source: the methods datasets.create and fhirStores.create.
var idForm = regexp.MustCompile(`^[\p{L}\p{N}_\-.]{1,256}$`)

func (s *Server) createDataset(c *call) (*answer, error) {
	var spec struct {
		EncryptionSpec struct{ KmsKeyName string }
	}
	if err := json.Unmarshal(c.body, &spec); err != nil {
		return nil, core.BadRequest("got a body that is no dataset")
	}
	if c.dataset = c.query.Get("datasetId"); !idForm.MatchString(c.dataset) {
		return nil, core.BadRequest("got datasetId " + c.dataset + ", want 1 to 256 letters, digits and any of _ - .")
	}
	name := c.datasetName()
	if s.datasets[name] != nil {
		return nil, core.AlreadyExists("dataset " + name + " exists")
	}
	key, err := s.requestedKey(c, spec.EncryptionSpec.KmsKeyName)
	if err != nil {
		return nil, err
	}
	created := core.Creation{Project: c.project, Service: "healthcare.googleapis.com", Location: c.location, Keys: []cmekpipe.KeyName{key}}
	if err := s.env.CheckCreation(created); err != nil {
		return nil, core.FailedPrecondition(err.Error())
	}
	d := &dataset{name: name, project: c.project, location: c.location, key: key, stores: map[string]*fhirStore{}}
	s.datasets[name] = d
	s.env.Ledger.Record(core.Entry{
		Time: c.now, Service: "healthcare", Method: c.method, Kind: "dataset", Name: name, Project: c.project,
		KeyName: key, KeyAsked: key.Valid(),
	})
	return s.begin(c, result{response: d.resource()}), nil
}

func (d *dataset) resource() map[string]any {
	out := map[string]any{"name": d.name}
	if d.key.Valid() {
		out["encryptionSpec"] = map[string]string{"kmsKeyName": d.key.String()}
	}
	return out
}

func (s *Server) getDataset(c *call) (*answer, error) {
	d, err := s.findDataset(c)
	if err != nil {
		return nil, err
	}
	return &answer{body: d.resource()}, nil
}

// deleteDataset deletes a dataset with everything in it.
func (s *Server) deleteDataset(c *call) (*answer, error) {
	d, err := s.findDataset(c)
	if err != nil {
		return nil, err
	}
	for _, st := range d.stores {
		for _, r := range st.resources {
			s.env.Ledger.Delete(resourceKind, st.resourceName(r), 0, c.now)
		}
		s.env.Ledger.Delete(storeKind, st.name, 0, c.now)
	}
	s.env.Ledger.Delete("dataset", d.name, 0, c.now)
	delete(s.datasets, d.name)
	return &answer{body: struct{}{}}, nil
}

func (s *Server) findDataset(c *call) (*dataset, error) {
	if d := s.datasets[c.datasetName()]; d != nil {
		return d, nil
	}
	return nil, core.NotFound("dataset " + c.datasetName() + " is not there")
}
