package store

import (
	"slices"
	"strings"

	raw "google.golang.org/api/bigquery/v2"
)

// arranged returns a changed schema with the columns that an older one has first, in the older order, and gives those that
// were added the default collation. A schema that lacks a column is returned as it is; package store refuses it then.
func arranged(old, changed *raw.TableSchema, collation string) *raw.TableSchema {
	if changed == nil {
		return nil
	}
	a := *changed
	var before []*raw.TableFieldSchema
	if old != nil {
		before = old.Fields
	}
	a.Fields = arrangedFields(before, changed.Fields, collation)
	return &a
}

func arrangedFields(old, changed []*raw.TableFieldSchema, collation string) []*raw.TableFieldSchema {
	rest := slices.Clone(changed)
	fields := make([]*raw.TableFieldSchema, 0, len(changed))
	for _, before := range old {
		i := slices.IndexFunc(rest, func(f *raw.TableFieldSchema) bool { return strings.EqualFold(f.Name, before.Name) })
		if i < 0 {
			return changed
		}
		kept := *rest[i]
		kept.Fields = arrangedFields(before.Fields, kept.Fields, collation)
		fields, rest = append(fields, &kept), slices.Delete(rest, i, i+1)
	}
	for _, f := range rest {
		added := *f
		if strings.EqualFold(f.Type, "STRING") && f.Collation == "" {
			added.Collation = collation
		}
		added.Fields = arrangedFields(nil, f.Fields, collation)
		fields = append(fields, &added)
	}
	return fields
}

// requireFilter shows a required partition filter in both places that the API has for it.
func requireFilter(a *raw.Table) {
	p := a.TimePartitioning
	if p == nil || p.RequirePartitionFilter == a.RequirePartitionFilter {
		return
	}
	mirrored := *p
	mirrored.RequirePartitionFilter, a.RequirePartitionFilter = true, true
	a.TimePartitioning = &mirrored
}
