package bigqueryio

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/worker"
)

// These tests run the steps of a Write as a runner does that repeats bundles, which Prism can't be made to do.

type item struct{ ID int64 }

type stage struct {
	*cmektest.Cloud
	table  cmekpipe.BigQueryTable
	temp   cmekpipe.Object
	rows   rows
	run    run
	client *bigquery.Client
	write  bigquery.TableWriteDisposition
	own    preparation
}

// bundles is the DoFn that Write uses for a disposition to fill pending streams.
type bundles struct {
	start  func(emit func(int, written))
	take   func(row item, emit func(int, written)) error
	finish func(emit func(int, written)) error
}

func (s *stage) writer(t testing.TB) *bundles {
	t.Helper()
	ctx, f := t.Context(), &pendingFn{streamed: streamed{rows: s.rows}}
	s.setup(t, f)
	return &bundles{
		func(emit func(int, written)) { f.StartBundle(s.run, emit, noRefused) },
		func(row item, emit func(int, written)) error {
			return f.ProcessElement(ctx, 0, row, s.run, emit, noRefused)
		},
		func(emit func(int, written)) error { return f.FinishBundle(ctx, s.run, emit, noRefused) },
	}
}

func newStage(t testing.TB, write bigquery.TableWriteDisposition) *stage {
	t.Helper()
	return newStageWith(t, write, false)
}

// newStageWith is newStage, with a temporary table where staged is true.
func newStageWith(t testing.TB, write bigquery.TableWriteDisposition, staged bool) *stage {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "bank")
	cloud.CreateDataset(cmektest.Project+".bank", "us-central1", cmekpipe.KeyName{})
	cloud.CreateBucket("bank-work", "us-central1", cmekpipe.KeyName{})
	s := &stage{Cloud: cloud, client: cloud.BigQueryClient(), temp: key.MustObject("gs://bank-work/loads")}
	var err error
	if s.table, err = key.BigQueryTable(cmektest.Project + ".bank.items"); err != nil {
		t.Fatal(err)
	}
	types, err := bqrow.NewType(reflect.TypeFor[item](), nil)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := types.Schema().ToJSONFields()
	if err != nil {
		t.Fatal(err)
	}
	s.rows = rows{Table: s.table, Type: beam.EncodedType{T: reflect.TypeFor[item]()}, Schema: string(schema)}
	s.write, s.own = write, preparation{Table: s.table, Schema: string(schema), Create: bigquery.CreateIfNeeded}
	prepare := &prepareFn{Write: write, preparation: s.own, Staged: staged}
	s.setup(t, prepare)
	if err := prepare.ProcessElement(t.Context(), nil, func(r run) { s.run = r }); err != nil {
		t.Fatal(err)
	}
	return s
}

type lifecycle interface{ Setup(context.Context) error }

func (s *stage) setup(t testing.TB, fn lifecycle) {
	t.Helper()
	if err := fn.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if fn, ok := fn.(interface{ Teardown() error }); ok {
		t.Cleanup(func() {
			if err := fn.Teardown(); err != nil {
				t.Error(err)
			}
		})
	}
}

func (s *stage) ids(t testing.TB) []int64 {
	t.Helper()
	ids := []int64{}
	for it := s.client.Dataset("bank").Table("items").Read(t.Context()); ; {
		var row item
		switch err := it.Next(&row); {
		case errors.Is(err, iterator.Done):
			slices.Sort(ids)
			return ids
		case err != nil:
			t.Fatal(err)
		}
		ids = append(ids, row.ID)
	}
}

func (s *stage) requireIDs(t testing.TB, want ...int64) {
	t.Helper()
	if diff := cmp.Diff(want, s.ids(t), cmp.Comparer(func(a, b []int64) bool { return slices.Equal(a, b) })); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func noRefused(beam.EventTime, beam.X) { panic("got a refused row") }

// pending runs a bundle and returns the stream that it emits, if it is finished.
func (s *stage) pending(t testing.TB, f *bundles, finish bool, ids ...int64) (streams []written) {
	t.Helper()
	emit := func(_ int, w written) { streams = append(streams, w) }
	f.start(emit)
	for _, id := range ids {
		if err := f.take(item{id}, emit); err != nil {
			t.Fatal(err)
		}
	}
	if finish {
		if err := f.finish(emit); err != nil {
			t.Fatal(err)
		}
	}
	return streams
}

// each returns an iterator as Beam hands it to a DoFn.
func each[T any](values ...T) func(*T) bool {
	return func(v *T) bool {
		if len(values) == 0 {
			return false
		}
		*v, values = values[0], values[1:]
		return true
	}
}

func (s *stage) commit(t testing.TB, streams ...written) error {
	t.Helper()
	f := &commitFn{Table: s.table}
	s.setup(t, f)
	return f.ProcessElement(t.Context(), 0, each(s.run), each(streams...))
}

// replaceTable replaces the destination by a table with another key, or with none, as CREATE OR REPLACE TABLE does.
func (s *stage) replaceTable(t *testing.T, keyed bool) {
	t.Helper()
	table := s.client.Dataset("bank").Table("items")
	meta, err := table.Metadata(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := &bigquery.TableMetadata{Schema: meta.Schema}
	if keyed {
		other.EncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: s.CreateKey("us-central1", "other").String()}
	}
	if err := table.Create(t.Context(), other); err != nil {
		t.Fatal(err)
	}
}

// newWriters are the DoFns that write rows to a table, each with a call that writes a row in a bundle of its own.
func newWriters() map[string]func(*stage) (lifecycle, func(context.Context) error) {
	return map[string]func(*stage) (lifecycle, func(context.Context) error){
		"default stream": func(s *stage) (lifecycle, func(context.Context) error) {
			f := &defaultFn{streamed: streamed{rows: s.rows}}
			return f, func(ctx context.Context) error {
				if err := f.ProcessElement(ctx, 0, item{1}, s.run, noRefused); err != nil {
					return err
				}
				return f.FinishBundle(ctx, s.run, noRefused)
			}
		},
		"streaming inserts": func(s *stage) (lifecycle, func(context.Context) error) {
			f := &insertFn{rows: s.rows}
			return f, func(ctx context.Context) error {
				if err := f.ProcessElement(ctx, 0, "1", item{1}, s.run, noRefused); err != nil {
					return err
				}
				return f.FinishBundle(ctx, s.run, noRefused)
			}
		},
		"pending streams": func(s *stage) (lifecycle, func(context.Context) error) {
			f := &pendingFn{streamed: streamed{rows: s.rows}}
			return f, func(ctx context.Context) error {
				if err := f.ProcessElement(ctx, 0, item{1}, s.run, func(int, written) {}, noRefused); err != nil {
					return err
				}
				return f.FinishBundle(ctx, s.run, func(int, written) {}, noRefused)
			}
		},
	}
}

func TestKeyIsCheckedAgainWhileRowsAreWritten(t *testing.T) {
	writers := newWriters()
	writers["one pending stream"] = func(s *stage) (lifecycle, func(context.Context) error) {
		f := &pendingFn{streamed: streamed{rows: s.rows}}
		return f, func(ctx context.Context) error { // a bundle that goes on
			if err := f.ProcessElement(ctx, 0, item{1}, s.run, func(int, written) {}, noRefused); err != nil {
				return err
			}
			return f.finish(ctx)
		}
	}
	for name, newWriter := range writers {
		t.Run(name, func(t *testing.T) {
			s, w := newStage(t, bigquery.WriteAppend), worker.New(t)
			var takes []func(context.Context) error
			for range 2 { // instances of one process
				fn, take := newWriter(s)
				s.setup(t, fn)
				takes = append(takes, take)
				if err := take(w.Context()); err != nil {
					t.Fatal(err)
				}
			}
			s.replaceTable(t, false)
			w.Advance(shared.CheckInterval - time.Minute)
			if err := takes[0](w.Context()); errors.Is(err, cmekpipe.KeyMissing) {
				t.Errorf("within the interval: got %v, want no check", err)
			}
			w.Advance(time.Minute)
			for _, take := range takes {
				if err := take(w.Context()); !errors.Is(err, cmekpipe.KeyMissing) {
					t.Errorf("after the interval: got %v, want %v", err, cmekpipe.KeyMissing)
				}
			}
		})
	}
}

func TestKeyIsCheckedBeforeRowsAreCommitted(t *testing.T) {
	for code, keyed := range map[cmekpipe.Code]bool{cmekpipe.KeyMismatch: true, cmekpipe.KeyMissing: false} {
		s := newStage(t, bigquery.WriteAppend)
		streams := s.pending(t, s.writer(t), true, 1)
		s.replaceTable(t, keyed)
		if err := s.commit(t, streams...); !errors.Is(err, code) {
			t.Errorf("got %v, want %v", err, code)
		}
	}
}

func TestExactlyOnceRepeatedBundlesAddNothing(t *testing.T) {
	for name, write := range map[string]bigquery.TableWriteDisposition{
		"append": bigquery.WriteAppend, "append, staged": bigquery.WriteAppend, "truncate": bigquery.WriteTruncate,
		"empty": bigquery.WriteEmpty,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStageWith(t, write, name == "append, staged")
			f := s.writer(t)
			s.pending(t, f, true, 1, 2)  // finished, but its output is lost
			s.pending(t, f, false, 1, 2) // given up in the middle
			first := s.pending(t, f, true, 1, 2)
			second := s.pending(t, f, true, 3)
			s.requireIDs(t)
			for range 3 { // the step is repeated after it was done
				if err := s.commit(t, append(second, first...)...); err != nil {
					t.Fatal(err)
				}
				s.requireIDs(t, 1, 2, 3)
			}
		})
	}
}

func TestCommitWhoseAnswerWasLost(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	f := s.writer(t)
	streams := append(s.pending(t, f, true, 1), s.pending(t, f, true, 2)...)
	defer s.Inject(emulator.Fault{Method: "bigquerystorage.BatchCommitWriteStreams", Call: 1, Reset: true})()
	if err := s.commit(t, streams...); err != nil {
		t.Fatal(err)
	}
	s.requireIDs(t, 1, 2)
}

func TestCommitGoesOnAfterAPartOfTheStreams(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	f := s.writer(t)
	first, second := s.pending(t, f, true, 1), s.pending(t, f, true, 2)
	if err := s.commit(t, first...); err != nil {
		t.Fatal(err)
	}
	if err := s.commit(t, append(second, first...)...); err != nil {
		t.Fatal(err)
	}
	s.requireIDs(t, 1, 2)
}

func TestNothingIsVisibleOfACommitThatFails(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	f := s.writer(t)
	streams := append(s.pending(t, f, true, 1), written{Stream: path(s.table) + "/streams/unknown", Rows: 1})
	if err := s.commit(t, streams...); cmekpipe.CodeOf(err) != cmekpipe.NotFound {
		t.Errorf("got %v, want code %v", err, cmekpipe.NotFound)
	}
	s.requireIDs(t)
}

func TestACopyThatFailsLeavesTheTable(t *testing.T) {
	s := newStage(t, bigquery.WriteTruncate)
	if err := s.client.Dataset("bank").Table("items").Inserter().Put(t.Context(), item{9}); err != nil {
		t.Fatal(err)
	}
	f := s.writer(t)
	streams := s.pending(t, f, true, 1)
	remove := s.Inject(emulator.Fault{Method: "bigquery.jobs.insert", Call: 2, Code: codes.PermissionDenied})
	if err := s.commit(t, streams...); cmekpipe.CodeOf(err) != cmekpipe.PermissionDenied {
		t.Errorf("got %v, want code %v", err, cmekpipe.PermissionDenied)
	}
	s.requireIDs(t, 9)
	remove()
	if err := s.commit(t, streams...); err != nil {
		t.Fatal(err)
	}
	s.requireIDs(t, 1)
}

// file runs a bundle and returns the file that it emits, if it is finished.
func (s *stage) file(t *testing.T, f *fileFn, finish bool, ids ...int64) (files []loadFile) {
	t.Helper()
	emit := func(_ int, l loadFile) { files = append(files, l) }
	f.StartBundle(s.run, emit, noRefused)
	for _, id := range ids {
		if err := f.ProcessElement(t.Context(), 0, item{id}, s.run, emit, noRefused); err != nil {
			t.Fatal(err)
		}
	}
	if finish {
		if err := f.FinishBundle(t.Context(), s.run, emit, noRefused); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestFileLoadsRepeatedBundlesAddNothing(t *testing.T) {
	for _, write := range []bigquery.TableWriteDisposition{bigquery.WriteAppend, bigquery.WriteTruncate, bigquery.WriteEmpty} {
		t.Run(string(write), func(t *testing.T) {
			s := newStage(t, write)
			f := &fileFn{rows: s.rows, Temp: s.temp}
			s.setup(t, f)
			s.file(t, f, true, 1, 2)
			s.file(t, f, false, 1, 2)
			files := append(s.file(t, f, true, 1, 2), s.file(t, f, true, 3)...)
			s.requireIDs(t)
			for range 3 {
				load := &loadFn{Table: s.table, Temp: s.temp}
				s.setup(t, load)
				if err := load.ProcessElement(t.Context(), 0, each(s.run), each(files...)); err != nil {
					t.Fatal(err)
				}
				s.requireIDs(t, 1, 2, 3)
			}
			for _, e := range s.Ledger() {
				if e.Kind == "object" && e.Deleted.IsZero() {
					t.Errorf("%s is left", e.Name)
				}
			}
		})
	}
}

func TestInsertIDsStayTheSame(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	f := &insertFn{rows: s.rows}
	s.setup(t, f)
	for range 2 { // the bundle is repeated behind the reshuffle, which keeps the ids
		f.StartBundle(s.run, noRefused)
		for id := range int64(3) {
			if err := f.ProcessElement(t.Context(), 0, "id"+string(rune('0'+id)), item{id}, s.run, noRefused); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.FinishBundle(t.Context(), s.run, noRefused); err != nil {
			t.Fatal(err)
		}
	}
	s.requireIDs(t, 0, 1, 2)
}

func TestLostStreamReportsTheKey(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	f := s.writer(t)
	s.pending(t, f, false, 1)
	s.DestroyKey(s.table.Key())
	s.Advance(40 * 24 * time.Hour) // the stream expires, and then the key is gone
	err := f.finish(func(int, written) {})
	if cmekpipe.CodeOf(err) != cmekpipe.KeyDisabled {
		t.Errorf("got %v, want code %v", err, cmekpipe.KeyDisabled)
	}
}
