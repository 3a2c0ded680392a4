package spannerio

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/structx"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

const (
	opRead  = "spannerio.Read"
	opQuery = "spannerio.Query"
)

// Read returns the rows of a table as a PCollection<T>, in the columns that the struct T has. The database is named as
// "projects/PROJECT/instances/INSTANCE/databases/DATABASE". Workers read in parallel, all at one
// timestamp. Read panics with a [*cmekpipe.Error] if T is not a struct or a name is missing.
func Read(s beam.Scope, db, table string, t reflect.Type) beam.PCollection {
	s = s.Scope(opRead)
	o := must(queryOptionsOf(opRead, db, table, t, nil))
	columns := strings.Join(structx.InferFieldNames(t, "spanner"), ",")
	return partitioned(s, db, "SELECT "+columns+" FROM "+table, t, o)
}

// Query returns the rows that a query selects as a PCollection<T>; T is a struct with a field for each column.
// Workers read in parallel, which Spanner allows for queries that it can partition, for example without ORDER BY; use
// WithBatching(false) for others. Query panics with a [*cmekpipe.Error] if T is not a struct, a name is missing or an option
// is out of range.
func Query(s beam.Scope, db, q string, t reflect.Type, options ...QueryOption) beam.PCollection {
	s = s.Scope(opQuery)
	o := must(queryOptionsOf(opQuery, db, q, t, options))
	if o.whole {
		fn := &wholeFn{Database: db, SQL: q, Bound: o.bound, Type: beam.EncodedType{T: t}}
		return beam.ParDo(s, fn, beam.Impulse(s), beam.TypeDefinition{Var: beam.XType, T: t})
	}
	return partitioned(s, db, q, t, o)
}

// wholeFn runs a query on one worker.
type wholeFn struct {
	Database string
	SQL      string
	Bound    bound
	Type     beam.EncodedType
}

// ProcessElement runs the query.
func (f *wholeFn) ProcessElement(ctx context.Context, _ []byte, emit func(beam.X)) error {
	client, err := spannerclient.Shared(ctx, f.Database)
	if err != nil {
		return readFault(ctx, f.Database, err)
	}
	rows := client.Single().WithTimestampBound(f.Bound.value()).Query(ctx, spanner.Statement{SQL: f.SQL})
	return readFault(ctx, f.Database, emitRows(rows, f.Type.T, emit))
}

// CMEKHelper tells guard that nothing is stored.
func (f *wholeFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*wholeFn) CMEKReads() destination.None { return destination.None{} }

// emitRows emits each row as a struct.
func emitRows(rows *spanner.RowIterator, t reflect.Type, emit func(beam.X)) error {
	defer rows.Stop()
	for {
		row, err := rows.Next()
		if errors.Is(err, iterator.Done) {
			return nil
		}
		if err != nil {
			return err
		}
		v := reflect.New(t)
		if err := row.ToStruct(v.Interface()); err != nil {
			return &cmekpipe.Error{Op: opQuery, Code: cmekpipe.InvalidOptions, Resource: t.String(),
				Hint: "give the struct a field of the right type for each column",
				Err:  fmt.Errorf("got %v for columns %q", spanner.ErrCode(err), row.ColumnNames())}
		}
		emit(v.Elem().Interface())
	}
}

func readFault(ctx context.Context, database string, err error) error {
	if _, typed := errors.AsType[*cmekpipe.Error](err); typed {
		return err
	}
	return dataFault(ctx, opQuery, database, cmekpipe.KeyName{}, err)
}
