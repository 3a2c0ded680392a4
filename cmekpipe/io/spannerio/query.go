package spannerio

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

const opQuery = "spannerio.Query"

// QueryOption changes how [Query] reads.
type QueryOption func(*queryOptions)

type queryOptions struct {
	whole   bool
	max     int64
	asked   bool // whether max was
	bound   bound
	unknown string // a bound that can't be sent to workers
}

// WithBatching sets whether workers read in parallel, which requires a query that Spanner can partition. Default: true.
func WithBatching(batching bool) QueryOption {
	return func(o *queryOptions) { o.whole = !batching }
}

// WithMaxPartitions sets the maximum number of partitions, which must be more than 0. Spanner treats it as a hint. Default:
// Spanner chooses.
func WithMaxPartitions(n int64) QueryOption {
	return func(o *queryOptions) { o.max, o.asked = n, true }
}

// WithTimestampBound sets the timestamp of the read: [spanner.StrongRead], [spanner.ExactStaleness] or
// [spanner.ReadTimestamp]. Default: a strong read.
func WithTimestampBound(tb spanner.TimestampBound) QueryOption {
	return func(o *queryOptions) {
		var ok bool
		if o.bound, ok = boundOf(tb); !ok {
			o.unknown = tb.String()
		}
	}
}

func queryOptionsOf(op, db, text string, t reflect.Type, options []QueryOption) (queryOptions, error) {
	var o queryOptions
	for _, option := range options {
		option(&o)
	}
	switch {
	case db == "" || text == "":
		return o, invalid(op, db, "got an empty name or query", "name the database, and the table or query")
	case t == nil || t.Kind() != reflect.Struct:
		return o, invalid(op, db, fmt.Sprintf("got type %v, want a struct", t), "give it a field for each column")
	case o.asked && o.max <= 0:
		return o, invalid(op, db, fmt.Sprintf("got WithMaxPartitions(%d)", o.max), "use a number of 1 or more")
	case o.unknown != "":
		return o, &cmekpipe.Error{Op: op, Code: cmekpipe.Unsupported, Resource: db,
			Hint: "use spanner.StrongRead, spanner.ExactStaleness or spanner.ReadTimestamp",
			Err:  fmt.Errorf("got timestamp bound %s, which is not one timestamp", o.unknown)}
	}
	return o, nil
}

// bound is a [spanner.TimestampBound] that can be sent to workers; that type has no exported fields. The zero bound is a
// strong read.
type bound struct {
	Staleness time.Duration
	At        time.Time
}

func (b bound) value() spanner.TimestampBound {
	switch {
	case !b.At.IsZero():
		return spanner.ReadTimestamp(b.At)
	case b.Staleness > 0:
		return spanner.ExactStaleness(b.Staleness)
	}
	return spanner.StrongRead()
}

// boundOf parses a bound's text, the only public form of its type, and verifies the result by formatting it again.
func boundOf(tb spanner.TimestampBound) (b bound, ok bool) {
	text := strings.TrimSuffix(tb.String(), ")")
	if staleness, found := strings.CutPrefix(text, "(exactStaleness: "); found {
		b.Staleness, _ = time.ParseDuration(staleness)
	}
	if at, found := strings.CutPrefix(text, "(readTimestamp: "); found {
		at, _, _ = strings.Cut(at, " m=")
		// The layout of time.Time.String, which knows zones of one name only as themselves.
		b.At, _ = time.Parse("2006-01-02 15:04:05.999999999 -0700 MST", at)
	}
	got, _, _ := strings.Cut(strings.TrimSuffix(b.value().String(), ")"), " m=")
	want, _, _ := strings.Cut(text, " m=")
	return b, got == want
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
