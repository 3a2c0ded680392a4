package datastore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cloud.google.com/go/datastore/apiv1/datastorepb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// batchSize is the maximum of results in an answer. A client requests the next ones with the cursor of the last.
const batchSize = 300

const (
	keyProperty     = "__key__"
	scatterProperty = "__scatter__"
)

// RunQuery returns the next results of a query.
func (s *Data) RunQuery(ctx context.Context, r *datastorepb.RunQueryRequest) (*datastorepb.RunQueryResponse, error) {
	if r.GetGqlQuery() != nil || r.GetExplainOptions() != nil || r.GetPropertyMask() != nil {
		return nil, refuse.Unimplemented("Datastore", "GQL, explanations and property masks")
	}
	q, err := parseQuery(r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	t, begun, err := s.reader(d, r.GetReadOptions())
	if err != nil {
		return nil, err
	}
	batch := q.run(d, t)
	batch.ReadTime = timestamppb.New(s.env.Now())
	return &datastorepb.RunQueryResponse{Batch: batch, Query: r.GetQuery(), Transaction: begun}, nil
}

// query is a query that this package supports. A cursor is the encoded key of the last result.
type query struct {
	kind, namespace string
	keysOnly        bool
	scattered       bool
	conditions      []condition
	start, end      string
	offset          int32
	limit           int32 // -1 for none
}

func parseQuery(r *datastorepb.RunQueryRequest) (*query, error) {
	asked := r.GetQuery()
	q := &query{namespace: r.GetPartitionId().GetNamespaceId(), start: string(asked.GetStartCursor()),
		end: string(asked.GetEndCursor()), offset: asked.GetOffset(), limit: -1}
	if asked.GetLimit() != nil {
		q.limit = asked.GetLimit().GetValue()
		if q.limit < 0 {
			return nil, refuse.InvalidArgument("limit is negative: %d", q.limit)
		}
	}
	if len(asked.GetKind()) != 1 || len(asked.GetDistinctOn()) > 0 || asked.GetFindNearest() != nil || q.offset < 0 {
		return nil, refuse.Unimplemented("Datastore", "queries but over one kind")
	}
	q.kind = asked.GetKind()[0].GetName()
	for _, p := range asked.GetProjection() {
		if q.keysOnly = p.GetProperty().GetName() == keyProperty; !q.keysOnly || len(asked.GetProjection()) > 1 {
			return nil, refuse.Unimplemented("Datastore", "projections but of the key")
		}
	}
	for _, o := range asked.GetOrder() {
		name := o.GetProperty().GetName()
		if len(asked.GetOrder()) > 1 || o.GetDirection() == datastorepb.PropertyOrder_DESCENDING || name != keyProperty && name != scatterProperty {
			return nil, refuse.Unimplemented("Datastore", "orders but by __key__ or __scatter__, ascending")
		}
		q.scattered = name == scatterProperty
	}
	if q.scattered && (q.start != "" || q.end != "") {
		return nil, refuse.Unimplemented("Datastore", "cursors in the order of __scatter__")
	}
	return q, q.where(asked.GetFilter())
}

// run returns the results after the start cursor, at most a batch.
func (q *query) run(d *database, t *transaction) *datastorepb.QueryResultBatch {
	names := q.matching(d)
	most := batchSize
	if q.scattered {
		most = len(names)
	}
	skipped := min(len(names), int(q.offset))
	rest := names[skipped:]
	if q.limit >= 0 {
		rest = rest[:min(len(rest), int(q.limit))]
	}
	page := rest[:min(len(rest), most)]
	batch := &datastorepb.QueryResultBatch{SkippedResults: int32(skipped), EndCursor: []byte(q.start),
		EntityResultType: datastorepb.EntityResult_FULL}
	if skipped > 0 {
		batch.SkippedCursor = []byte(names[skipped-1])
		batch.EndCursor = batch.SkippedCursor
	}
	if q.keysOnly {
		batch.EntityResultType = datastorepb.EntityResult_KEY_ONLY
	}
	for _, name := range page {
		t.saw(d, name)
		batch.EntityResults = append(batch.EntityResults, q.result(d.entities[name], name))
		batch.EndCursor = []byte(name)
	}
	switch {
	case len(page) < len(rest):
		batch.MoreResults = datastorepb.QueryResultBatch_NOT_FINISHED
	case len(rest) < len(names)-skipped:
		batch.MoreResults = datastorepb.QueryResultBatch_MORE_RESULTS_AFTER_LIMIT
	default:
		batch.MoreResults = datastorepb.QueryResultBatch_NO_MORE_RESULTS
	}
	return batch
}

func (q *query) result(e *stored, name string) *datastorepb.EntityResult {
	entity := e.entity
	if q.keysOnly {
		entity = &datastorepb.Entity{Key: entity.GetKey()}
	}
	return &datastorepb.EntityResult{Entity: entity, Version: e.version, Cursor: []byte(name)}
}

// matching returns the encoded keys of all remaining results, in order.
func (q *query) matching(d *database) []string {
	all := d.keyNames(q.namespace, q.kind)
	first, found := slices.BinarySearch(all, q.start)
	if found {
		first++
	}
	var names []string
	for _, name := range all[first:] {
		if q.end != "" && name > q.end {
			break
		}
		if (!q.scattered || scattered(name)) && q.holds(d.entities[name], name) {
			names = append(names, name)
		}
	}
	if q.scattered {
		slices.SortStableFunc(names, func(a, b string) int {
			x, _ := scatter(a)
			y, _ := scatter(b)
			return cmp.Compare(x, y)
		})
	}
	return names
}

func (q *query) holds(e *stored, name string) bool {
	return !slices.ContainsFunc(q.conditions, func(c condition) bool { return !c(e, name) })
}

// condition reports whether an entity with an encoded key matches a filter.
type condition func(e *stored, name string) bool

// where adds the conditions of a filter.
func (q *query) where(f *datastorepb.Filter) error {
	switch f := f.GetFilterType().(type) {
	case nil:
		return nil
	case *datastorepb.Filter_CompositeFilter:
		if f.CompositeFilter.GetOp() != datastorepb.CompositeFilter_AND {
			return refuse.Unimplemented("Datastore", "filters but those that all hold")
		}
		for _, inner := range f.CompositeFilter.GetFilters() {
			if err := q.where(inner); err != nil {
				return err
			}
		}
		return nil
	case *datastorepb.Filter_PropertyFilter:
		return q.compare(f.PropertyFilter)
	}
	return refuse.Unimplemented("Datastore", "such a filter")
}

func (q *query) compare(f *datastorepb.PropertyFilter) error {
	name, value := f.GetProperty().GetName(), f.GetValue()
	if name != keyProperty {
		if f.GetOp() != datastorepb.PropertyFilter_EQUAL {
			return refuse.Unimplemented("Datastore", "filters of properties but by equality")
		}
		q.conditions = append(q.conditions, func(e *stored, _ string) bool {
			got := e.entity.GetProperties()[name]
			return got != nil && !got.GetExcludeFromIndexes() && proto.Equal(got, value)
		})
		return nil
	}
	if value.GetKeyValue() == nil {
		return refuse.InvalidArgument("__key__ filter value must be a Key")
	}
	want := encode(value.GetKeyValue())
	if value.GetKeyValue().GetPartitionId().GetNamespaceId() != q.namespace {
		return refuse.InvalidArgument("__key__ filter namespace is not that of the query")
	}
	holds := map[datastorepb.PropertyFilter_Operator]func(string) bool{
		datastorepb.PropertyFilter_EQUAL:                 func(got string) bool { return got == want },
		datastorepb.PropertyFilter_LESS_THAN:             func(got string) bool { return got < want },
		datastorepb.PropertyFilter_LESS_THAN_OR_EQUAL:    func(got string) bool { return got <= want },
		datastorepb.PropertyFilter_GREATER_THAN:          func(got string) bool { return got > want },
		datastorepb.PropertyFilter_GREATER_THAN_OR_EQUAL: func(got string) bool { return got >= want },
		datastorepb.PropertyFilter_HAS_ANCESTOR:          func(got string) bool { return strings.HasPrefix(got, want) },
	}[f.GetOp()]
	if holds == nil {
		return refuse.Unimplemented("Datastore", "such a filter of keys")
	}
	q.conditions = append(q.conditions, func(_ *stored, got string) bool { return holds(got) })
	return nil
}
