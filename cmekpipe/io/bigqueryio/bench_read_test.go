package bigqueryio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync/atomic"
	"testing"

	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beambigqueryio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigqueryio"
	"golang.org/x/sync/errgroup"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

// readRows is as many as make the start of a pipeline a small part of the time.
const readRows = 1_000_000

// newReadWorld has a table "many" of readRows and "one" of a row.
func newReadWorld(b *testing.B) *world {
	b.Helper()
	w := newWorld(b)
	toLoopback(b, w)
	benchpair.Quiet(b)
	for table, n := range map[string]int{"many": readRows, "one": 1} {
		err := run(b, func(s beam.Scope) {
			bigqueryio.Write(s, w.table(b, table), beam.ParDo(s, entriesUpTo, beam.Create(s, n)))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return w
}

// benchRead reads a table into a function that does nothing.
func benchRead(b *testing.B, table string, read func(s beam.Scope, project, table string, t reflect.Type) beam.PCollection) {
	b.Helper()
	err := run(b, func(s beam.Scope) {
		beam.ParDo0(s, dropRow, read(s, cmektest.Project, cmektest.Project+":"+dataset+"."+table, reflect.TypeFor[entry]()))
	})
	if err != nil {
		b.Fatal(err)
	}
}

func readOurs(s beam.Scope, project, table string, t reflect.Type) beam.PCollection {
	return bigqueryio.Read(s, project, table, t)
}

// BenchmarkVsBeamRead reports as x/beam how many times faster Read is than Beam's bigqueryio.Read: its time through
// ours, for the same table of 1,000,000 rows, runner and server. More is better.
func BenchmarkVsBeamRead(b *testing.B) {
	newReadWorld(b)
	benchpair.Run(b, func() { benchRead(b, "many", readOurs) },
		benchpair.Other{Unit: "x/beam", Run: func() { benchRead(b, "many", beambigqueryio.Read) }})
}

// BenchmarkVsRawRead reports as x/raw how fast Read is compared with Google's client of the Storage Read API, called directly with
// as many streams, decoding the same columns into the same struct: its time through ours, so 1 would be as fast. The
// pipeline is a part of ours only: x/start is the share of our time for reading a single row, and x/beamfloor that of a
// pipeline that makes and drops as many rows. More is better.
func BenchmarkVsRawRead(b *testing.B) {
	w := newReadWorld(b)
	benchpair.Run(b, func() { benchRead(b, "many", readOurs) }, benchpair.Other{Unit: "x/raw", Run: func() {
		n, err := w.rawRead(b.Context())
		if err != nil || n != readRows {
			b.Fatalf("got %d rows, error %v, want %d", n, err, readRows)
		}
	}}, benchpair.Other{Unit: "x/start", Run: func() { benchRead(b, "one", readOurs) }},
		benchpair.Other{Unit: "x/beamfloor", Run: func() { benchFloor(b, readRows) }})
}

// rawRead reads all streams of a session at the same time and returns how many rows came.
func (w *world) rawRead(ctx context.Context) (int64, error) {
	client, err := storage.NewBigQueryReadClient(ctx, w.ClientOptions(emulator.BigQueryStorage)...)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	session, err := client.CreateReadSession(ctx, &storagepb.CreateReadSessionRequest{Parent: "projects/" + cmektest.Project,
		ReadSession: &storagepb.ReadSession{
			Table:       fmt.Sprintf("projects/%s/datasets/%s/tables/many", cmektest.Project, dataset),
			DataFormat:  storagepb.DataFormat_ARROW,
			ReadOptions: &storagepb.ReadSession_TableReadOptions{SelectedFields: []string{"ID", "Name"}},
		}})
	if err != nil {
		return 0, err
	}
	var total atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for _, stream := range session.GetStreams() {
		group.Go(func() error {
			n, err := rawStream(ctx, client, stream.GetName(), session.GetArrowSchema().GetSerializedSchema())
			total.Add(n)
			return err
		})
	}
	err = group.Wait()
	return total.Load(), err
}

// rawStream reads a stream as the documentation of Arrow shows.
func rawStream(ctx context.Context, client *storage.BigQueryReadClient, name string, schema []byte) (int64, error) {
	answers, err := client.ReadRows(ctx, &storagepb.ReadRowsRequest{ReadStream: name})
	if err != nil {
		return 0, err
	}
	var read int64
	for {
		answer, err := answers.Recv()
		if errors.Is(err, io.EOF) {
			return read, nil
		}
		if err != nil {
			return read, err
		}
		batch := answer.GetArrowRecordBatch().GetSerializedRecordBatch()
		r, err := ipc.NewReader(io.MultiReader(bytes.NewReader(schema), bytes.NewReader(batch)))
		if err != nil {
			return read, err
		}
		for r.Next() {
			ids, names := r.Record().Column(0).(*array.Int64), r.Record().Column(1).(*array.String)
			rows := make([]entry, ids.Len())
			for i := range rows {
				rows[i] = entry{ids.Value(i), string([]byte(names.Value(i)))}
			}
			read += int64(len(rows))
		}
		r.Release()
	}
}
