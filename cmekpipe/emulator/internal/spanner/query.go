package spanner

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"cloud.google.com/go/spanner/spansql"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// ExecuteStreamingSql answers a query, or the part of it that a partition token selects.
func (s *dataService) ExecuteStreamingSql(r *spannerpb.ExecuteSqlRequest, stream spannerpb.Spanner_ExecuteStreamingSqlServer) error {
	found, err := s.execute(stream.Context(), r)
	if err != nil {
		return err
	}
	return found.send(stream)
}

func (s *store) execute(ctx context.Context, r *spannerpb.ExecuteSqlRequest) (*result, error) {
	part, parts := 0, 1
	if token := string(r.GetPartitionToken()); token != "" {
		if _, err := fmt.Sscanf(token, "part %d of %d", &part, &parts); err != nil || part < 0 || part >= parts {
			return nil, refuse.InvalidArgument("Invalid partition token.")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.open(ctx, r.GetSession())
	if err != nil {
		return nil, err
	}
	tables, begun, err := s.view(open, r.GetTransaction())
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(tables, r.GetSql(), r.GetParams())
	if err != nil {
		return nil, err
	}
	found := &result{fields: q.table.fields(q.places), begun: begun}
	for i, key := range slices.Sorted(maps.Keys(q.table.rows)) {
		if r := q.table.rows[key]; i%parts == part && q.holds(r) {
			found.rows = append(found.rows, r.only(q.places))
		}
	}
	return found, nil
}

// maxPartitions is the maximum of partitions of a query.
const maxPartitions = 4

// PartitionQuery splits a query for concurrent readers.
func (s *dataService) PartitionQuery(
	ctx context.Context, r *spannerpb.PartitionQueryRequest,
) (*spannerpb.PartitionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := s.open(ctx, r.GetSession())
	if err != nil {
		return nil, err
	}
	tables, begun, err := s.view(open, r.GetTransaction())
	if err != nil {
		return nil, err
	}
	if _, err := parseQuery(tables, r.GetSql(), r.GetParams()); err != nil {
		return nil, err
	}
	parts := maxPartitions
	if most := int(r.GetPartitionOptions().GetMaxPartitions()); most > 0 {
		parts = min(parts, most)
	}
	answer := &spannerpb.PartitionResponse{Transaction: begun}
	for i := range parts {
		answer.Partitions = append(answer.Partitions,
			&spannerpb.Partition{PartitionToken: fmt.Appendf(nil, "part %d of %d", i, parts)})
	}
	return answer, nil
}

// query is SELECT columns FROM table WHERE all of the conditions.
type query struct {
	table      *table
	places     []int
	conditions []func(row) bool
}

func (q *query) holds(r row) bool {
	return !slices.ContainsFunc(q.conditions, func(c func(row) bool) bool { return !c(r) })
}

// unparsed refuses a statement that the parser doesn't know. The parser knows a part of Spanner's SQL, so that a statement
// that begins as one of Spanner's may be valid there.
func unparsed(sql string, err error) error {
	word, _, _ := strings.Cut(strings.ToUpper(strings.TrimLeft(sql, " \t\r\n(@")), " ")
	switch strings.TrimRight(word, "({\t\r\n") {
	case "SELECT", "WITH", "FROM", "GRAPH", "INSERT", "UPDATE", "DELETE", "CALL", "SHOW":
		return refuse.Unimplemented("Spanner", "parser for this statement: %v", err)
	}
	return refuse.InvalidArgument("Syntax error: %v", err)
}

func parseQuery(tables map[string]*table, sql string, params *structpb.Struct) (*query, error) {
	parsed, err := spansql.ParseQuery(sql)
	if err != nil {
		return nil, unparsed(sql, err)
	}
	selects := parsed.Select
	if len(selects.From) != 1 || selects.Distinct || selects.GroupBy != nil || parsed.Order != nil || parsed.Limit != nil {
		return nil, refuse.Unimplemented("Spanner", "queries but SELECT columns FROM table WHERE comparisons")
	}
	from, ok := selects.From[0].(spansql.SelectFromTable)
	if !ok || from.Alias != "" || selects.ListAliases != nil {
		return nil, refuse.Unimplemented("Spanner", "joins, aliases and subqueries")
	}
	t := tables[strings.ToLower(string(from.Table))]
	if t == nil {
		return nil, refuse.InvalidArgument("Table not found: %s", from.Table)
	}
	q := &query{table: t}
	if q.places, err = t.selected(selects.List); err != nil {
		return nil, err
	}
	return q, q.where(selects.Where, params)
}

// selected returns the indexes of the columns of a SELECT.
func (t *table) selected(list []spansql.Expr) (places []int, err error) {
	for _, e := range list {
		switch e := e.(type) {
		case spansql.StarExpr:
			for place := range t.columns {
				places = append(places, place)
			}
		case spansql.ID:
			place := t.column(string(e))
			if place < 0 {
				return nil, refuse.InvalidArgument("Unrecognized name: %s", e)
			}
			places = append(places, place)
		default:
			return nil, refuse.Unimplemented("Spanner", "expressions in SELECT")
		}
	}
	return places, nil
}

func (q *query) where(e spansql.BoolExpr, params *structpb.Struct) error {
	switch e := e.(type) {
	case nil:
		return nil
	case spansql.Paren:
		inner, ok := e.Expr.(spansql.BoolExpr)
		if !ok {
			return refuse.Unimplemented("Spanner", "such a WHERE")
		}
		return q.where(inner, params)
	case spansql.LogicalOp:
		if e.Op != spansql.And {
			return refuse.Unimplemented("Spanner", "OR and NOT")
		}
		if err := q.where(e.LHS, params); err != nil {
			return err
		}
		return q.where(e.RHS, params)
	case spansql.ComparisonOp:
		return q.compare(e, params)
	}
	return refuse.Unimplemented("Spanner", "such a WHERE")
}

// compare adds a condition that compares a column with a value. NULL matches no comparison.
func (q *query) compare(e spansql.ComparisonOp, params *structpb.Struct) error {
	id, ok := e.LHS.(spansql.ID)
	place := q.table.column(string(id))
	if !ok || place < 0 {
		return refuse.InvalidArgument("Unrecognized name: %s", id)
	}
	typ := q.table.columns[place].Type
	want, ok := encode(typ, literal(e.RHS, params))
	if !ok || !orderable(typ) {
		return refuse.InvalidArgument("No matching signature for operator for column %s of type %s", id, typ.SQL())
	}
	accept := map[spansql.ComparisonOperator]func(string) bool{
		spansql.Eq: func(got string) bool { return got == want },
		spansql.Ne: func(got string) bool { return got != want },
		spansql.Lt: func(got string) bool { return got < want },
		spansql.Le: func(got string) bool { return got <= want },
		spansql.Gt: func(got string) bool { return got > want },
		spansql.Ge: func(got string) bool { return got >= want },
	}[e.Op]
	if accept == nil {
		return refuse.Unimplemented("Spanner", "such a comparison")
	}
	q.conditions = append(q.conditions, func(r row) bool {
		got, ok := encode(typ, r[place])
		return ok && accept(got)
	})
	return nil
}

// literal returns a constant of a query, or a parameter, in the form of the API.
func literal(e spansql.Expr, params *structpb.Struct) *structpb.Value {
	switch e := e.(type) {
	case spansql.Param:
		return params.GetFields()[string(e)]
	case spansql.IntegerLiteral:
		return structpb.NewStringValue(strconv.FormatInt(int64(e), 10))
	case spansql.FloatLiteral:
		return structpb.NewNumberValue(float64(e))
	case spansql.StringLiteral:
		return structpb.NewStringValue(string(e))
	case spansql.BoolLiteral:
		return structpb.NewBoolValue(bool(e))
	}
	return nil
}
