package bigquery

import (
	"slices"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

func (s *Server) listDatasets(c *call) (any, error) {
	all, next, err := page(c, s.store.Datasets(c.project, c.flag("all")))
	if err != nil {
		return nil, err
	}
	answer := &raw.DatasetList{Kind: "bigquery#datasetList", NextPageToken: next}
	for _, d := range all {
		answer.Datasets = append(answer.Datasets, &raw.DatasetListDatasets{
			Kind: d.Attrs.Kind, Id: d.Attrs.Id, DatasetReference: d.Attrs.DatasetReference, Labels: d.Attrs.Labels,
			FriendlyName: d.Attrs.FriendlyName, Location: d.Attrs.Location,
		})
	}
	return answer, nil
}

func (s *Server) insertDataset(c *call) (any, error) {
	var attrs raw.Dataset
	if err := c.decode(&attrs); err != nil {
		return nil, err
	}
	if attrs.DatasetReference == nil || attrs.DatasetReference.DatasetId == "" {
		return nil, store.Refuse(store.Required, "Required parameter is missing: datasetReference.datasetId")
	}
	if err := c.allowConditions(attrs); err != nil {
		return nil, err
	}
	ref := store.DatasetRef{Project: c.project, Dataset: attrs.DatasetReference.DatasetId}
	return c.shownDataset(s.store.CreateDataset(ref, attrs))
}

func (s *Server) getDataset(c *call) (any, error) { return c.shownDataset(s.store.Dataset(c.dataset)) }

func (s *Server) patchDataset(c *call) (any, error) {
	patch, err := c.body()
	if err != nil {
		return nil, err
	}
	return c.shownDataset(s.store.UpdateDataset(c.dataset, c.r.Header.Get("If-Match"),
		func(old raw.Dataset) (raw.Dataset, error) {
			changed, err := merge(old, patch)
			if err != nil {
				return changed, err
			}
			return changed, c.allowConditions(changed)
		}))
}

func (s *Server) updateDataset(c *call) (any, error) {
	var attrs raw.Dataset
	if err := c.decode(&attrs); err != nil {
		return nil, err
	}
	return c.shownDataset(s.store.UpdateDataset(c.dataset, c.r.Header.Get("If-Match"),
		func(old raw.Dataset) (raw.Dataset, error) {
			if attrs.Location == "" {
				attrs.Location = old.Location
			}
			return attrs, c.allowConditions(attrs)
		}))
}

func (s *Server) deleteDataset(c *call) (any, error) {
	return nil, s.store.DeleteDataset(c.dataset, c.flag("deleteContents"))
}

// shownDataset returns a dataset as the API shows it: access conditions only to a client that knows them.
func (c *call) shownDataset(d *store.Dataset, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	shown := d.Attrs
	if !c.knowsConditions() {
		shown.Access = slices.Clone(shown.Access)
		for i, entry := range shown.Access {
			plain := *entry
			plain.Condition = nil
			shown.Access[i] = &plain
		}
	}
	return &shown, nil
}

// knowsConditions reports whether the call names the version of access policies that has conditions.
func (c *call) knowsConditions() bool { return c.query.Get("accessPolicyVersion") == "3" }

// allowConditions refuses access conditions from a client that does not know them.
func (c *call) allowConditions(d raw.Dataset) error {
	if !c.knowsConditions() && slices.ContainsFunc(d.Access, func(a *raw.DatasetAccess) bool { return a.Condition != nil }) {
		return store.Refuse(store.Invalid, "Access entries with conditions need accessPolicyVersion=3.")
	}
	return nil
}

// serviceAccount answers which account encrypts for a project.
func (s *Server) serviceAccount(c *call) (any, error) {
	return &raw.GetServiceAccountResponse{
		Kind: "bigquery#getServiceAccountResponse", Email: core.BigQueryAgent(c.project),
	}, nil
}
