package bigtableio

import (
	"errors"
	"fmt"
	"reflect"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// The limits of a row. Source: https://docs.cloud.google.com/bigtable/quotas#limits.
const (
	maxRowKey = 4 << 10
	maxFamily = 64
	maxColumn = 16 << 10
	maxValue  = 100 << 20
	maxRow    = 256 << 20
)

func checkInput(table cmekpipe.BigtableTable, col beam.PCollection) error {
	name := table.String()
	switch {
	case !table.Valid():
		return missing(opWrite, "destination", "got the zero BigtableTable, want one created from a key",
			`create it from a key: key.BigtableTable("projects/PROJECT/instances/INSTANCE/tables/TABLE")`)
	case !col.IsValid():
		return invalid(opWrite, name, "got the zero PCollection", "pass a collection that a transform returned")
	case typex.IsKV(col.Type()) || typex.IsCoGBK(col.Type()) || col.Type().Type() != reflect.TypeFor[Mutation]():
		return invalid(opWrite, name, fmt.Sprintf("got a PCollection of %v, want one of bigtableio.Mutation", col.Type()),
			"make a Mutation of each element first, and emit it by value")
	}
	return nil
}

// checkMutation refuses a row that Bigtable would refuse, or would refuse its whole batch for. Its errors hold nothing
// of the row.
func (v keyVerifier) checkMutation(m Mutation) error {
	name := v.Table.String()
	switch {
	case m.RowKey == "":
		return invalid(v.Op, name, "got a Mutation with an empty row key", "give each row a key")
	case len(m.RowKey) > maxRowKey:
		return invalid(v.Op, name, fmt.Sprintf("got a row key of %d bytes, want at most %d", len(m.RowKey), maxRowKey), "shorten the row keys")
	case len(m.Ops) == 0:
		return invalid(v.Op, name, "got a Mutation without operations", "set a cell, or leave the row out")
	case len(m.Ops) > maxOperations:
		return invalid(v.Op, name, fmt.Sprintf("got a Mutation of %d operations, want at most %d", len(m.Ops), maxOperations),
			"split the row's operations over several Mutations")
	case sizeOf(m) > maxRow:
		return invalid(v.Op, name, fmt.Sprintf("got a row of %d bytes, want at most %d", sizeOf(m), maxRow), "store less in a row")
	}
	for _, op := range m.Ops {
		if err := v.checkOperation(op); err != nil {
			return err
		}
	}
	return nil
}

func (v keyVerifier) checkOperation(op Operation) error {
	name := v.Table.String()
	switch {
	case op.Family == "" || len(op.Family) > maxFamily:
		return invalid(v.Op, name, fmt.Sprintf("got a column family of %d bytes, want 1 to %d", len(op.Family), maxFamily), "use a family that the table has")
	case len(op.Column) > maxColumn:
		return invalid(v.Op, name, fmt.Sprintf("got a column of %d bytes, want at most %d", len(op.Column), maxColumn), "shorten the columns")
	case len(op.Value) > maxValue:
		return invalid(v.Op, name, fmt.Sprintf("got a value of %d bytes, want at most %d", len(op.Value), maxValue), "store less in a cell")
	case op.Ts < 0 && op.Ts != bigtable.ServerTime:
		return invalid(v.Op, name, "got an operation with a time before 1970", "use bigtable.Now, bigtable.Time or bigtable.ServerTime")
	}
	return nil
}

func invalid(op, resource, got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: resource, Hint: hint, Err: errors.New(got)}
}

func missing(op, resource, got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.KeyMissing, Resource: resource, Hint: hint, Err: errors.New(got)}
}
