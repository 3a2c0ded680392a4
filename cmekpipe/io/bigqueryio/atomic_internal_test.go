package bigqueryio

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"golang.org/x/sync/errgroup"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// noWait is a context whose pauses move the cloud's clock instead of the test's.
func (s *stage) noWait(t testing.TB, passed *time.Duration) context.Context {
	return retry.WithPauses(t.Context(), func(ctx context.Context, d time.Duration) error {
		*passed += d
		s.Advance(d)
		return ctx.Err()
	})
}

// good is an encoded row of an item, bad is none.
func good(id int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(id))
}

var bad = []byte{0xff}

func batchOf(rows ...[]byte) *batch {
	b := &batch{rows: rows}
	for range rows {
		b.from = append(b.from, element{item{}, 0})
	}
	return b
}

func TestRefusedRowsLoseAndDoubleNoOthers(t *testing.T) {
	for name, tt := range map[string]struct {
		late    bool
		batches [][][]byte
		want    []int64
		streams int
	}{
		"answered":          {false, [][][]byte{{bad, bad}, {good(1), good(2)}, {good(3), good(4)}}, []int64{1, 2, 3, 4}, 1},
		"late":              {true, [][][]byte{{bad, bad}, {good(1), good(2)}, {good(3), good(4)}}, []int64{1, 2, 3, 4}, 1},
		"late, behind rows": {true, [][][]byte{{good(0)}, {bad, bad}, {good(1), good(2)}, {good(3), good(4)}}, []int64{0, 1, 2, 3, 4}, 2},
		"late, some good":   {true, [][][]byte{{bad, good(1)}, {good(2)}, {bad, good(3)}, {good(4)}, {good(5)}}, []int64{1, 2, 3, 4, 5}, 2},
		"all bad":           {true, [][][]byte{{bad}, {bad}, {bad}}, []int64{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, bigquery.WriteAppend)
			s.SetBigQueryLimits(emulator.BigQueryLimits{LateAppends: tt.late})
			f := &pendingFn{streamed: streamed{rows: s.rows}}
			f.DeadLetters = true
			s.setup(t, f)
			if err := f.open(t.Context(), s.run); err != nil {
				t.Fatal(err)
			}
			refused := 0
			f.out.refuse = func(element) { refused++ }
			for _, rows := range tt.batches {
				if err := f.out.append(t.Context(), batchOf(rows...)); err != nil {
					t.Fatal(err)
				}
			}
			var streams []written
			if err := f.FinishBundle(t.Context(), s.run, func(_ int, w written) { streams = append(streams, w) }, noRefused); err != nil {
				t.Fatal(err)
			}
			if len(streams) != tt.streams {
				t.Errorf("got %d streams, want %d", len(streams), tt.streams)
			}
			if err := s.commit(t, streams...); err != nil {
				t.Fatal(err)
			}
			s.requireIDs(t, tt.want...)
			if want := len(slices.Concat(tt.batches...)) - len(tt.want); refused != want {
				t.Errorf("got %d refused rows, want %d", refused, want)
			}
		})
	}
}

func TestAWriteOfTwoTerabytesIsOneStep(t *testing.T) {
	const streams, perStream = 8, 250_000_000_000 // bytes
	for name, tt := range map[string]struct {
		limits emulator.BigQueryLimits
		scale  int64 // what a byte counts as
	}{
		"bytes": {emulator.BigQueryLimits{BytesPerByte: perStream / 2}, perStream / 2}, // a row has 2 bytes
	} {
		t.Run(name, func(t *testing.T) {
			for _, staged := range []bool{false, true} {
				s := newStageWith(t, bigquery.WriteAppend, staged)
				s.SetBigQueryLimits(tt.limits)
				f := s.writer(t)
				var all []written
				var want []int64
				for id := range int64(streams) {
					all = append(all, s.pending(t, f, true, id+1)...)
					all[id].Bytes *= tt.scale
					want = append(want, id+1)
				}
				commits := 0
				s.Inject(emulator.Fault{Method: emulator.BigQueryStorageBatchCommitWriteStreams, Optional: true,
					OnEffect: func(emulator.Method, string) {
						commits++
						s.requireIDs(t) // a part is never visible
					}})
				err := s.commit(t, all...)
				if !staged {
					if !errors.Is(err, cmekpipe.Unsupported) || !strings.Contains(err.Error(), "WithTemporaryTable") || commits > 0 {
						t.Errorf("got %v after %d commits, want the option named and nothing committed", err, commits)
					}
					s.requireIDs(t)
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if commits != 3 { // of 900 GB at most
					t.Errorf("got %d commits, want 3", commits)
				}
				s.requireIDs(t, want...)
				s.requireKeyed(t)
			}
		})
	}
}

// requireKeyed fails unless every table was encrypted with the key and no temporary one is left.
func (s *stage) requireKeyed(t testing.TB) {
	t.Helper()
	for _, e := range s.Ledger() {
		if e.Kind != "table" {
			continue
		}
		if e.ProtectedBy() != s.table.Key() {
			t.Errorf("%s: got key %v, want %v", e.Name, e.ProtectedBy(), s.table.Key())
		}
		if strings.Contains(e.Name, "cmekpipe_temp_") && e.Deleted.IsZero() {
			t.Errorf("%s is left", e.Name)
		}
	}
}

func TestCommitLimits(t *testing.T) {
	const gigabyte = 1_000_000_000
	for _, tt := range []struct {
		location      string
		streams       int
		bytes         int64 // of each
		fits          bool
		groups, first int
	}{
		{"europe-west3", 10_000, gigabyte / 100, true, 1, 10_000},
		{"europe-west3", 10_001, gigabyte / 100, false, 2, 10_000},
		{"europe-west3", 1000, gigabyte, true, 2, 900},
		{"europe-west3", 1001, gigabyte, false, 2, 900},
		{"EU", 1001, gigabyte, true, 1, 1001},
		{"US", 10_000, gigabyte + 1, false, 2, 8999},
		{"us-central1", 2, 2000 * gigabyte, false, 2, 1},
		{"us-central1", 0, 0, true, 0, 0},
	} {
		all := make([]written, tt.streams)
		for i := range all {
			all[i].Bytes = tt.bytes
		}
		l := commitLimits(tt.location)
		if err := l.check(cmekpipe.BigQueryTable{}, all); (err == nil) != tt.fits {
			t.Errorf("%d streams of %d bytes in %s: got %v, want fit %v", tt.streams, tt.bytes, tt.location, err, tt.fits)
		}
		groups := slices.Collect(l.groups(all))
		sum := 0
		for _, g := range groups {
			sum += len(g)
		}
		if len(groups) != tt.groups || sum != tt.streams || len(groups) > 0 && len(groups[0]) != tt.first {
			t.Errorf("%d streams of %d bytes in %s: got %d groups of %d streams, want %d groups, the first of %d",
				tt.streams, tt.bytes, tt.location, len(groups), sum, tt.groups, tt.first)
		}
	}
}

func TestRowsInTheBufferArePublishedAndKept(t *testing.T) {
	for name, write := range map[string]bigquery.TableWriteDisposition{
		"append": bigquery.WriteAppend, "truncate": bigquery.WriteTruncate, "empty": bigquery.WriteEmpty,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStageWith(t, write, true)
			before, err := s.client.Dataset("bank").Table("items").Metadata(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.commit(t, s.pending(t, s.writer(t), true, 1, 2)...); err != nil {
				t.Fatal(err)
			}
			s.requireIDs(t, 1, 2)
			s.requireKeyed(t)
			after, err := s.client.Dataset("bank").Table("items").Metadata(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !before.Schema[0].Required || !after.Schema[0].Required {
				t.Errorf("got the column required before: %v, after: %v, want it kept", before.Schema[0].Required, after.Schema[0].Required)
			}
		})
	}
}

func TestRowsInTheBufferAreNotAnEmptyTable(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	put := func(id int64) {
		if err := s.client.Dataset("bank").Table("items").Inserter().Put(t.Context(), item{id}); err != nil {
			t.Fatal(err)
		}
	}
	prepare := &prepareFn{Write: bigquery.WriteEmpty, preparation: s.own}
	s.setup(t, prepare)
	if err := prepare.ProcessElement(t.Context(), nil, func(r run) { s.run = r }); err != nil {
		t.Fatal(err)
	}
	streams := s.pending(t, s.writer(t), true, 1)
	put(9)
	if err := s.commit(t, streams...); !errors.Is(err, cmekpipe.AlreadyExists) {
		t.Errorf("rows that came while the run wrote: got %v, want %v", err, cmekpipe.AlreadyExists)
	}
	s.requireIDs(t, 9)
	if err := prepare.ProcessElement(t.Context(), nil, func(run) {}); !errors.Is(err, cmekpipe.AlreadyExists) {
		t.Errorf("rows that were there before: got %v, want %v", err, cmekpipe.AlreadyExists)
	}
}

func TestTwoLastStepsAtOncePublishOnce(t *testing.T) {
	for _, write := range []bigquery.TableWriteDisposition{bigquery.WriteAppend, bigquery.WriteEmpty, bigquery.WriteTruncate} {
		s := newStageWith(t, write, true)
		streams := s.pending(t, s.writer(t), true, 1, 2)
		// The other attempt does all its work before the first one's copy job, or before it reads the temporary table.
		for _, method := range []emulator.Method{emulator.BigQueryJobsInsert, emulator.BigQueryTablesGet} {
			first := true
			remove := s.Inject(emulator.Fault{Method: method, Optional: true, OnBegin: func(emulator.Method, string) {
				if first {
					first = false
					if err := s.commit(t, streams...); err != nil {
						t.Error(err)
					}
				}
			}})
			if err := s.commit(t, streams...); err != nil {
				t.Error(err)
			}
			remove()
			s.requireIDs(t, 1, 2)
		}
		s.requireKeyed(t)
	}
}

func TestACommitWithoutATimeIsNone(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	streams := s.pending(t, s.writer(t), true, 1)
	f := &commitFn{Table: s.table}
	s.setup(t, f)
	var err error
	untimed := grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, request, answer any, conn *grpc.ClientConn,
		call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		if a, ok := answer.(*storagepb.BatchCommitWriteStreamsResponse); ok {
			a.CommitTime = nil // as if the server had not answered with it
			return nil
		}
		return call(ctx, method, request, answer, conn, opts...)
	})
	f.client, err = storage.NewBigQueryWriteClient(t.Context(),
		append(s.ClientOptions(emulator.BigQueryStorage), option.WithGRPCDialOption(untimed))...)
	if err != nil {
		t.Fatal(err)
	}
	defer f.client.Close()
	f.client.CallOptions = &storage.BigQueryWriteCallOptions{}
	var passed time.Duration
	err = f.ProcessElement(s.noWait(t, &passed), 0, each(s.run), each(streams...))
	if !errors.Is(err, cmekpipe.Unavailable) || passed < 10*time.Minute {
		t.Errorf("got %v after %v, want %v after 20 minutes", err, passed, cmekpipe.Unavailable)
	}
	s.requireIDs(t)
}

func TestStreamsThatAreGoneMayBeCommitted(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	streams := s.pending(t, s.writer(t), true, 1)
	if err := s.commit(t, streams...); err != nil {
		t.Fatal(err)
	}
	s.Advance(4 * 24 * time.Hour)
	err := s.commit(t, streams...)
	if !errors.Is(err, cmekpipe.NotFound) || strings.Contains(err.Error(), "no row of this run is visible") ||
		!strings.Contains(err.Error(), "SELECT COUNT(*) FROM `"+s.table.String()+"`") {
		t.Errorf("got %v, want the count of rows advised", err)
	}
	staged := newStageWith(t, bigquery.WriteAppend, true)
	streams = staged.pending(t, staged.writer(t), true, 1)
	for range 2 {
		if err := staged.commit(t, streams...); err != nil {
			t.Errorf("with a temporary table: %v", err)
		}
		staged.Advance(4 * 24 * time.Hour)
	}
	staged.requireIDs(t, 1)
}

func TestWritersCreateNoTable(t *testing.T) {
	for name, newWriter := range newWriters() {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, bigquery.WriteAppend)
			table := s.client.Dataset("bank").Table("items")
			if err := table.Delete(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.run.Fresh = false // since long ago
			fn, take := newWriter(s)
			s.setup(t, fn)
			var passed time.Duration
			if err := take(s.noWait(t, &passed)); !errors.Is(err, cmekpipe.NotFound) {
				t.Errorf("got %v, want %v", err, cmekpipe.NotFound)
			}
			if _, err := table.Metadata(t.Context()); err == nil {
				t.Error("got the table created again")
			}
		})
	}
}

func TestAppendRowsNamesItsRegion(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	s.SetBigQueryLimits(emulator.BigQueryLimits{RequireRouting: true})
	if err := s.commit(t, s.pending(t, s.writer(t), true, 1)...); err != nil {
		t.Fatal(err)
	}
	f := &defaultFn{streamed: streamed{rows: s.rows}}
	s.setup(t, f)
	if err := f.ProcessElement(t.Context(), 0, item{2}, s.run, noRefused); err != nil {
		t.Fatal(err)
	}
	if err := f.FinishBundle(t.Context(), s.run, noRefused); err != nil {
		t.Fatal(err)
	}
	s.requireIDs(t, 1, 2)
}

func TestQuotasAreWaitedFor(t *testing.T) {
	appendOne := func(ctx context.Context, t *testing.T, s *stage, unbounded bool) error {
		f := &defaultFn{streamed: streamed{rows: s.rows}}
		f.Unbounded = unbounded
		s.setup(t, f)
		if err := f.ProcessElement(ctx, 0, item{1}, s.run, noRefused); err != nil {
			return err
		}
		return f.FinishBundle(ctx, s.run, noRefused)
	}
	for name, tt := range map[string]struct {
		limits   emulator.BigQueryLimits
		fault    emulator.Fault
		write    func(context.Context, *testing.T, *stage) error
		from, to time.Duration // of the pauses
		fails    bool
	}{
		"new streams": {limits: emulator.BigQueryLimits{StreamsPerHour: 1},
			write: func(ctx context.Context, _ *testing.T, s *stage) error {
				for range 2 {
					f := &pendingFn{streamed: streamed{rows: s.rows}}
					s.setup(t, f)
					if err := f.ProcessElement(ctx, 0, item{1}, s.run, func(int, written) {}, noRefused); err != nil {
						return err
					}
				}
				return nil
			}, from: 50 * time.Minute, to: 70 * time.Minute},
		"throughput": {limits: emulator.BigQueryLimits{AppendBytes: 3, BytesPerByte: 1},
			write: func(ctx context.Context, t *testing.T, s *stage) error {
				for range 2 {
					if err := appendOne(ctx, t, s, false); err != nil {
						return err
					}
				}
				return nil
			}, from: 10 * time.Minute, to: 15 * time.Minute},
		"throughput that is never refilled, batch": {fault: emulator.Fault{Method: emulator.BigQueryStorageAppendRows, Status: 429},
			write: func(ctx context.Context, t *testing.T, s *stage) error { return appendOne(ctx, t, s, false) },
			from:  10 * time.Minute, to: 20 * time.Minute, fails: true},
		"a commit away for minutes": {fault: emulator.Fault{Method: emulator.BigQueryStorageFinalizeWriteStream, Status: 503},
			write: func(ctx context.Context, t *testing.T, s *stage) error {
				f := &pendingFn{streamed: streamed{rows: s.rows}}
				s.setup(t, f)
				if err := f.ProcessElement(ctx, 0, item{1}, s.run, func(int, written) {}, noRefused); err != nil {
					return err
				}
				return f.FinishBundle(ctx, s.run, func(int, written) {}, noRefused)
			}, from: 15 * time.Minute, to: 25 * time.Minute, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, bigquery.WriteAppend)
			s.SetBigQueryLimits(tt.limits)
			if tt.fault.Method != "" {
				defer s.Inject(tt.fault)()
			}
			var passed time.Duration
			err := tt.write(s.noWait(t, &passed), t, s)
			if (err != nil) != tt.fails || passed < tt.from || passed > tt.to {
				t.Errorf("got %v after pauses of %v, want failure %v after %v to %v", err, passed, tt.fails, tt.from, tt.to)
			}
		})
	}
	t.Run("throughput, streaming", func(t *testing.T) {
		s := newStage(t, bigquery.WriteAppend)
		defer s.Inject(emulator.Fault{Method: emulator.BigQueryStorageAppendRows, Status: 429})()
		var passed time.Duration
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ctx = retry.WithPauses(ctx, func(ctx context.Context, d time.Duration) error {
			if passed += d; passed > 24*time.Hour {
				cancel()
			}
			return ctx.Err()
		})
		if err := appendOne(ctx, t, s, true); !errors.Is(err, context.Canceled) || passed < 24*time.Hour {
			t.Errorf("got %v after %v, want it to wait until its context ends", err, passed)
		}
	})
}

func TestDoFnsOfAProcessShareConnections(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	s.SetBigQueryLimits(emulator.BigQueryLimits{Connections: 4})
	var want []int64
	var writers []*defaultFn
	for id := range int64(20) {
		f := &defaultFn{streamed: streamed{rows: s.rows}}
		s.setup(t, f)
		if err := f.ProcessElement(t.Context(), 0, item{id}, s.run, noRefused); err != nil {
			t.Fatal(err)
		}
		writers, want = append(writers, f), append(want, id)
	}
	var all errgroup.Group
	for _, f := range writers {
		all.Go(func() error { return f.FinishBundle(t.Context(), s.run, noRefused) })
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	s.requireIDs(t, want...)
}

func TestAProcessSpreadsItsNewStreams(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	const herd = 20
	var waited atomic.Int32
	together := make(chan struct{}) // closed when all that have to wait do so
	s.Inject(emulator.Fault{Method: emulator.BigQueryStorageCreateWriteStream,
		OnBegin: func(emulator.Method, string) { <-together }})
	ctx := retry.WithPauses(t.Context(), func(_ context.Context, d time.Duration) error {
		if d > 10*time.Second {
			t.Errorf("got a pause of %v, want at most 10 s", d)
		}
		if waited.Add(1) == herd-parallelCreations {
			close(together)
		}
		return nil
	})
	var all errgroup.Group
	for range herd {
		f := &pendingFn{streamed: streamed{rows: s.rows}}
		s.setup(t, f)
		all.Go(func() error { return f.open(ctx, s.run) })
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := waited.Load(); got != herd-parallelCreations {
		t.Errorf("got %d pauses, want %d", got, herd-parallelCreations)
	}
}
