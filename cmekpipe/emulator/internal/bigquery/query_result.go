package bigquery

import (
	"context"
	"slices"
	"sync"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// results are the results that tests registered for queries, by the exact text. The zero results are ready for use.
type results struct {
	mu     sync.Mutex
	byText map[string]result
}

type result struct {
	columns []sql.Field
	rows    []store.Row
}

// SetResult registers the result of a SELECT: its columns, and its rows in the JSON of tabledata.insertAll. It refuses
// other statements, which have no result.
func (s *Server) SetResult(text string, schema *raw.TableSchema, rows [][]byte) error {
	if kind, err := sql.Classify(text); err != nil {
		return queryRefusal(err)
	} else if kind != sql.Select {
		return store.Refuse(store.InvalidQuery, "got a statement of type %s, want a SELECT", kind)
	}
	columns, err := store.Columns(schema)
	if err != nil {
		return err
	}
	r, shape := result{columns: columns}, codec.NewShape(columns)
	for _, row := range rows {
		scan := codec.NewScanner(row)
		values, err := shape.ReadJSON(scan, false)
		if err == nil && !scan.Done() {
			err = store.Refuse(store.Invalid, "got a row with more than one JSON object")
		}
		if err != nil {
			return err
		}
		r.rows = append(r.rows, values)
	}
	s.results.mu.Lock()
	defer s.results.mu.Unlock()
	if s.results.byText == nil {
		s.results.byText = make(map[string]result)
	}
	s.results.byText[text] = r
	return nil
}

// of returns the statement that answers the registered rows, nil for a text without any.
func (r *results) of(text string) *statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.byText[text]
	if !ok {
		return nil
	}
	return &statement{kind: sql.Select, columns: found.columns, run: func(context.Context) ([]store.Row, error) {
		return slices.Clone(found.rows), nil
	}}
}
