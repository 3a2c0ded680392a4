package bigquery

import (
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

func (s *Server) listTables(c *call) (any, error) {
	tables, err := s.store.Tables(c.dataset)
	if err != nil {
		return nil, err
	}
	some, next, err := page(c, tables)
	if err != nil {
		return nil, err
	}
	answer := &raw.TableList{Kind: "bigquery#tableList", NextPageToken: next, TotalItems: int64(len(tables))}
	for _, t := range some {
		answer.Tables = append(answer.Tables, &raw.TableListTables{
			Kind: t.Attrs.Kind, Id: t.Attrs.Id, TableReference: t.Attrs.TableReference, Type: t.Attrs.Type,
			Labels: t.Attrs.Labels, FriendlyName: t.Attrs.FriendlyName, CreationTime: t.Attrs.CreationTime,
			ExpirationTime: t.Attrs.ExpirationTime, TimePartitioning: t.Attrs.TimePartitioning,
			RangePartitioning: t.Attrs.RangePartitioning, Clustering: t.Attrs.Clustering,
		})
	}
	return answer, nil
}

func (s *Server) insertTable(c *call) (any, error) {
	var attrs raw.Table
	if err := c.decode(&attrs); err != nil {
		return nil, err
	}
	if attrs.TableReference == nil || attrs.TableReference.TableId == "" {
		return nil, store.Refuse(store.Required, "Required parameter is missing: tableReference.tableId")
	}
	ref := c.table
	ref.Table = attrs.TableReference.TableId
	return s.shownTable(s.store.CreateTable(store.Creation{Ref: ref, Attrs: attrs, Method: c.method}))
}

func (s *Server) getTable(c *call) (any, error) { return s.shownTable(s.store.Table(c.table)) }

func (s *Server) patchTable(c *call) (any, error) {
	patch, err := c.body()
	if err != nil {
		return nil, err
	}
	return s.shownTable(s.store.UpdateTable(c.table, c.r.Header.Get("If-Match"),
		func(old raw.Table) (raw.Table, error) { return patchedTable(old, patch) }))
}

// patchedTable is a table with the fields of a patch. A key without columns removes the key, and the two places of the
// required partition filter follow the one that the patch names.
func patchedTable(old raw.Table, patch []byte) (raw.Table, error) {
	changed, err := merge(old, patch)
	if err != nil {
		return changed, err
	}
	var sent struct {
		RequirePartitionFilter *bool
		TimePartitioning       *struct{ RequirePartitionFilter *bool }
		TableConstraints       *struct {
			PrimaryKey *struct{ Columns []string }
		}
	}
	if err := decodeJSON(patch, &sent); err != nil {
		return changed, err
	}
	if c := sent.TableConstraints; c != nil && c.PrimaryKey != nil && len(c.PrimaryKey.Columns) == 0 {
		changed.TableConstraints.PrimaryKey = nil
	}
	if c := changed.TableConstraints; c != nil && c.PrimaryKey == nil && len(c.ForeignKeys) == 0 {
		changed.TableConstraints = nil
	}
	switch p := sent.TimePartitioning; {
	case changed.TimePartitioning == nil:
	case sent.RequirePartitionFilter != nil:
		changed.TimePartitioning.RequirePartitionFilter = *sent.RequirePartitionFilter
	case p != nil && p.RequirePartitionFilter != nil:
		changed.RequirePartitionFilter = *p.RequirePartitionFilter
	}
	return changed, nil
}

func (s *Server) updateTable(c *call) (any, error) {
	var attrs raw.Table
	if err := c.decode(&attrs); err != nil {
		return nil, err
	}
	return s.shownTable(s.store.UpdateTable(c.table, c.r.Header.Get("If-Match"),
		func(old raw.Table) (raw.Table, error) {
			if attrs.Schema == nil {
				attrs.Schema = old.Schema
			}
			return attrs, nil
		}))
}

func (s *Server) deleteTable(c *call) (any, error) { return nil, s.store.DeleteTable(c.table) }

// shownTable returns a table as the API shows it. Rows in write-optimized storage are told from those that count.
func (s *Server) shownTable(t *store.Table, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	shown := t.Attrs
	rows, bytes, buffer := s.store.Optimized(t)
	shown.NumRows, shown.NumBytes, shown.StreamingBuffer = uint64(len(rows)), bytes, buffer
	shown.ForceSendFields = []string{"NumRows", "NumBytes"}
	return &shown, nil
}
