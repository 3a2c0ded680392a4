package bigqueryio

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// The limits of a request, well below BigQuery's own 50,000 rows and 10 MB, which is also the limit of a row.
// Source: https://docs.cloud.google.com/bigquery/quotas#streaming_inserts.
const (
	insertRows  = 500
	insertBytes = 5 << 20
)

// idFn gives each row an ID that the following reshuffle fixes, so that all attempts send the same.
type idFn struct {
	prefix string
	next   int
}

// StartBundle chooses the prefix of the bundle's IDs.
func (f *idFn) StartBundle(_ func(string, beam.X)) { f.prefix, f.next = rand.Text()[:16], 0 }

// ProcessElement gives a row its id.
func (f *idFn) ProcessElement(row beam.X, emit func(string, beam.X)) {
	emit(f.prefix+strconv.Itoa(f.next), row)
	f.next++
}

// CMEKHelper tells guard that nothing is stored.
func (f *idFn) CMEKHelper() destination.None { return destination.None{} }

// insertFn writes rows with tabledata.insertAll.
type insertFn struct {
	rows

	client  *bigquery.Client
	schema  bigquery.Schema
	encoder *encoder // only checks rows: JSON would change text that is not UTF-8
	run     run
	queue   []saved
	bytes   int
}

// saved is a row in a request.
type saved struct {
	id     string
	values map[string]bigquery.Value
	from   element
}

// Save implements bigquery.ValueSaver.
func (s saved) Save() (map[string]bigquery.Value, string, error) { return s.values, s.id, nil }

// Setup gets the process's client.
func (f *insertFn) Setup(ctx context.Context) error {
	t, err := f.newRowType()
	if err != nil {
		return wrong(f.Table, err.Error(), "build workers and launcher from the same program")
	}
	f.schema, f.encoder = t.Schema(), newEncoder(f.Type.T, t, false)
	f.client, err = openClient(ctx, f.Table)
	return err
}

// StartBundle drops the rows of a failed bundle.
func (f *insertFn) StartBundle(_ run, _ func(beam.EventTime, beam.X)) {
	f.queue, f.bytes, f.refused = nil, 0, nil
}

// ProcessElement writes a row, or keeps it until there are enough for a request.
func (f *insertFn) ProcessElement(
	ctx context.Context, t beam.EventTime, id string, row beam.X, r run, refused func(beam.EventTime, beam.X),
) error {
	f.run = r
	x := element{row, t}
	values, size, bad := f.save(row)
	if bad != nil {
		if err := f.refuse(x, bad); err != nil {
			return err
		}
		f.release(refused)
		return nil
	}
	if len(f.queue) == insertRows || f.bytes+size > insertBytes {
		if err := f.send(ctx); err != nil {
			return err
		}
	}
	f.queue, f.bytes = append(f.queue, saved{id, values, x}), f.bytes+size
	f.release(refused)
	return nil
}

// FinishBundle writes the remaining rows.
func (f *insertFn) FinishBundle(ctx context.Context, _ run, refused func(beam.EventTime, beam.X)) error {
	if err := f.send(ctx); err != nil {
		return err
	}
	f.release(refused)
	return nil
}

// save returns a row as it is sent, and its approximate size in bytes.
func (f *insertFn) save(row any) (map[string]bigquery.Value, int, *bqrow.Refusal) {
	if bad := f.encoder.check(row); bad != nil {
		return nil, 0, bad
	}
	values, _, err := (&bigquery.StructSaver{Schema: f.schema, Struct: row}).Save()
	if err != nil {
		return nil, 0, &bqrow.Refusal{Column: "*", Why: "got a value that can't be sent"}
	}
	data, err := json.Marshal(values)
	if err != nil {
		return nil, 0, &bqrow.Refusal{Column: "*", Why: "got a value that can't be encoded as JSON"}
	}
	if len(data) > maxRow {
		return nil, 0, &bqrow.Refusal{Column: "*", Why: "got a row that is larger than a request may be"}
	}
	return values, len(data), nil
}

func (f *insertFn) send(ctx context.Context) error {
	queue := f.queue
	f.queue, f.bytes = nil, 0
	if len(queue) == 0 {
		return nil
	}
	inserter := handle(f.client, f.Table).Inserter()
	inserter.SkipInvalidRows = f.DeadLetters
	savers := make([]bigquery.ValueSaver, len(queue))
	for i := range queue {
		savers[i] = queue[i]
	}
	var bad bigquery.PutMultiError
	err := retry.Do(ctx, appendPolicy(f.run.Fresh, f.Unbounded), func(ctx context.Context) error {
		if err := f.recheck(ctx, f.Table, f.run.Fresh); err != nil {
			return err
		}
		err := inserter.Put(ctx, savers)
		if errors.As(err, &bad) {
			return nil
		}
		return err
	})
	if err != nil {
		return wrap(f.Table, err)
	}
	return f.sort(queue, bad)
}

// sort handles the refused rows of a request. Their errors may quote rows, so only the reasons are kept.
func (f *insertFn) sort(queue []saved, bad bigquery.PutMultiError) error {
	for _, row := range bad {
		reason := "unknown"
		for _, err := range row.Errors {
			if e, ok := errors.AsType[*bigquery.Error](err); ok && e.Reason != "stopped" {
				reason = e.Reason
			}
		}
		if reason != "invalid" && f.DeadLetters {
			return &cmekpipe.Error{Op: opWrite, Code: bqerr.ReasonCode(reason), Resource: f.Table.String(),
				Hint: explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: f.Table.String()}),
				Err:  fmt.Errorf("got %d rows that were not inserted, one for %s", len(bad), strconv.Quote(reason))}
		}
		if err := f.refuse(queue[row.RowIndex].from, &bqrow.Refusal{Column: "*", Why: "got a row that BigQuery refuses"}); err != nil {
			return err
		}
	}
	return nil
}
