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
)

const opRead = "spannerio.Read"

// Read returns the rows of a table as a PCollection<T>, in the columns that the struct T has. The database is named as
// "projects/PROJECT/instances/INSTANCE/databases/DATABASE". Workers read in parallel, all at one
// timestamp. Read panics with a [*cmekpipe.Error] if T is not a struct or a name is missing.
func Read(s beam.Scope, db, table string, t reflect.Type) beam.PCollection {
	s = s.Scope(opRead)
	o := must(queryOptionsOf(opRead, db, table, t, nil))
	columns := strings.Join(structx.InferFieldNames(t, "spanner"), ",")
	return partitioned(s, db, "SELECT "+columns+" FROM "+table, t, o)
}

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
