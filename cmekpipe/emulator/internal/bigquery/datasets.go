package bigquery

import (
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
	ref := store.DatasetRef{Project: c.project, Dataset: attrs.DatasetReference.DatasetId}
	return shownDataset(s.store.CreateDataset(ref, attrs))
}

func (s *Server) getDataset(c *call) (any, error) { return shownDataset(s.store.Dataset(c.dataset)) }

func (s *Server) patchDataset(c *call) (any, error) {
	patch, err := c.body()
	if err != nil {
		return nil, err
	}
	return shownDataset(s.store.UpdateDataset(c.dataset, c.r.Header.Get("If-Match"),
		func(old raw.Dataset) (raw.Dataset, error) { return merge(old, patch) }))
}

func (s *Server) updateDataset(c *call) (any, error) {
	var attrs raw.Dataset
	if err := c.decode(&attrs); err != nil {
		return nil, err
	}
	return shownDataset(s.store.UpdateDataset(c.dataset, c.r.Header.Get("If-Match"),
		func(old raw.Dataset) (raw.Dataset, error) {
			if attrs.Location == "" {
				attrs.Location = old.Location
			}
			return attrs, nil
		}))
}

func (s *Server) deleteDataset(c *call) (any, error) {
	return nil, s.store.DeleteDataset(c.dataset, c.flag("deleteContents"))
}

func shownDataset(d *store.Dataset, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return &d.Attrs, nil
}

// serviceAccount answers which account encrypts for a project.
func (s *Server) serviceAccount(c *call) (any, error) {
	return &raw.GetServiceAccountResponse{
		Kind: "bigquery#getServiceAccountResponse", Email: core.BigQueryAgent(c.project),
	}, nil
}
