package spannerio

import (
	"context"
	"encoding/json"
	"reflect"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// partitioned reads a query's result on as many workers as Spanner makes partitions.
func partitioned(s beam.Scope, db, sql string, t reflect.Type, o queryOptions) beam.PCollection {
	parts := beam.ParDo(s, &splitFn{Database: db, SQL: sql, Max: o.max, Bound: o.bound}, beam.Impulse(s))
	fn := &partitionFn{Database: db, Type: beam.EncodedType{T: t}}
	return beam.ParDo(s, fn, beam.Reshuffle(s, parts), beam.TypeDefinition{Var: beam.XType, T: t})
}

// partition is one part of a query's result and the transaction that it is read in, as Spanner's client writes them.
type partition struct {
	Transaction, Part []byte
}

// splitFn asks Spanner for the partitions of a query.
type splitFn struct {
	Database string
	SQL      string
	Max      int64
	Bound    bound
}

// ProcessElement emits the partitions. Nothing is kept open for the transaction, whose session Spanner expires.
func (f *splitFn) ProcessElement(ctx context.Context, _ []byte, emit func([]byte)) error {
	client, err := spannerclient.Shared(ctx, f.Database)
	if err != nil {
		return readFault(ctx, f.Database, err)
	}
	return readFault(ctx, f.Database, f.split(ctx, client, emit))
}

func (f *splitFn) split(ctx context.Context, client *spanner.Client, emit func([]byte)) error {
	tx, err := client.BatchReadOnlyTransaction(ctx, f.Bound.value())
	if err != nil {
		return err
	}
	parts, err := tx.PartitionQuery(ctx, spanner.Statement{SQL: f.SQL}, spanner.PartitionOptions{MaxPartitions: f.Max})
	if err != nil {
		return err
	}
	id, err := tx.ID.MarshalBinary()
	if err != nil {
		return err
	}
	for _, part := range parts {
		data, err := part.MarshalBinary()
		if err != nil {
			return err
		}
		text, err := json.Marshal(partition{id, data})
		if err != nil {
			return err
		}
		emit(text)
	}
	return nil
}

// CMEKHelper tells guard that nothing is stored.
func (f *splitFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*splitFn) CMEKReads() destination.None { return destination.None{} }

// partitionFn reads partitions.
type partitionFn struct {
	Database string
	Type     beam.EncodedType

	client *spanner.Client
}

// Setup gets the process's client.
func (f *partitionFn) Setup(ctx context.Context) (err error) {
	f.client, err = spannerclient.Shared(ctx, f.Database)
	return readFault(ctx, f.Database, err)
}

// ProcessElement reads a partition.
func (f *partitionFn) ProcessElement(ctx context.Context, text []byte, emit func(beam.X)) error {
	var p partition
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	var id spanner.BatchReadOnlyTransactionID
	if err := id.UnmarshalBinary(p.Transaction); err != nil {
		return err
	}
	var part spanner.Partition
	if err := part.UnmarshalBinary(p.Part); err != nil {
		return err
	}
	rows := f.client.BatchReadOnlyTransactionFromID(id).Execute(ctx, &part)
	return readFault(ctx, f.Database, emitRows(rows, f.Type.T, emit))
}

// CMEKHelper tells guard that nothing is stored.
func (f *partitionFn) CMEKHelper() destination.None { return destination.None{} }

// CMEKReads tells guard that the transform reads from outside the pipeline.
func (*partitionFn) CMEKReads() destination.None { return destination.None{} }
