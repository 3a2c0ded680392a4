package bigqueryio

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// again prepares another run of the stage's write.
func (s *stage) again(t *testing.T, staged bool) *stage {
	t.Helper()
	next := *s
	prepare := &prepareFn{Write: s.write, preparation: s.own, Staged: staged}
	s.setup(t, prepare)
	if err := prepare.ProcessElement(t.Context(), nil, func(r run) { next.run = r }); err != nil {
		t.Fatal(err)
	}
	return &next
}

// A drain ends the source in the middle of a bundle: the bundle finishes with the rows that it has, and the last step runs. The
// next run reads the rest, while an attempt of the drained run is late.
func TestDrainedRunWritesWhatItHasRead(t *testing.T) {
	for name, staged := range map[string]bool{"commit": false, "temporary table": true} {
		t.Run(name, func(t *testing.T) {
			first := newStageWith(t, bigquery.WriteAppend, staged)
			f, late := first.writer(t), first.writer(t)
			streams := first.pending(t, f, true, 1, 2)
			first.pending(t, late, false, 3, 4)                        // hangs
			streams = append(streams, first.pending(t, f, true, 3)...) // its replacement, which the drain cuts short
			if err := first.commit(t, streams...); err != nil {
				t.Fatal(err)
			}
			first.requireIDs(t, 1, 2, 3)
			second := first.again(t, staged)
			rest := second.pending(t, second.writer(t), true, 4, 5)
			late.finish(func(int, written) {}) //nolint:errcheck // its stream may be gone
			first.requireIDs(t, 1, 2, 3)
			for range 2 {
				if err := second.commit(t, rest...); err != nil {
					t.Fatal(err)
				}
				if err := first.commit(t, streams...); err != nil { // an attempt of the drained run, late
					t.Fatal(err)
				}
			}
			first.requireIDs(t, 1, 2, 3, 4, 5)
			first.requireKeyed(t)
		})
	}
}

// Rows of unbounded input that a drain cuts short are written to the default stream before the bundle ends.
func TestDrainedBundleWritesItsRowsAtOnce(t *testing.T) {
	s := newStage(t, bigquery.WriteAppend)
	s.rows.Unbounded = true
	for i, id := range []int64{1, 2} { // the run that is drained, and the next
		f := &defaultFn{streamed: streamed{rows: s.rows}}
		s.setup(t, f)
		for _, id := range []int64{id, id + 10} {
			if err := f.ProcessElement(t.Context(), 0, item{id}, s.run, noRefused); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.FinishBundle(t.Context(), s.run, noRefused); err != nil {
			t.Fatal(err)
		}
		s.requireIDs(t, [][]int64{{1, 11}, {1, 2, 11, 12}}[i]...)
		s = s.again(t, false)
	}
}

func TestABundleLargerThanACommit(t *testing.T) {
	const scale = 200_000_000_000 // what a byte counts as; a row has 2, and a stream two rows, the second not yet sent
	for name, staged := range map[string]bool{"commit": false, "temporary table": true} {
		t.Run(name, func(t *testing.T) {
			s := newStageWith(t, bigquery.WriteAppend, staged)
			s.SetBigQueryLimits(emulator.BigQueryLimits{BytesPerByte: scale})
			f := &pendingFn{streamed: streamed{rows: s.rows}, limit: commitLimit{10_000, 4}}
			s.setup(t, f)
			var all []written
			emit := func(_ int, w written) { w.Bytes *= scale; all = append(all, w) }
			f.StartBundle(s.run, emit, noRefused)
			var err error
			rows := int64(0)
			for ; rows < 6 && err == nil; rows++ { // 2.4 TB
				if f.out != nil {
					err = f.finish(t.Context()) // as if the batch were full
				}
				err = errors.Join(err, f.ProcessElement(t.Context(), 0, item{rows + 1}, s.run, emit, noRefused))
			}
			if !staged {
				if !errors.Is(err, cmekpipe.Unsupported) || !strings.Contains(err.Error(), "WithTemporaryTable") || rows != 4 {
					t.Errorf("got %v after %d rows, want the option named when three are there", err, rows)
				}
				return
			}
			if err = errors.Join(err, f.FinishBundle(t.Context(), s.run, emit, noRefused)); err != nil {
				t.Fatal(err)
			}
			if len(all) != 3 {
				t.Errorf("got %d streams, want 3", len(all))
			}
			if err := s.commit(t, all...); err != nil {
				t.Fatal(err)
			}
			s.requireIDs(t, 1, 2, 3, 4, 5, 6)
			s.requireKeyed(t)
		})
	}
}

// Attempts that begin, or go on, after the end of the run find that out instead of waiting for a table that is gone.
func TestLateAttemptsAtATemporaryTableEndAtOnce(t *testing.T) {
	s := newStageWith(t, bigquery.WriteAppend, true)
	streams := s.pending(t, s.writer(t), true, 1, 2)
	if err := s.commit(t, streams...); err != nil {
		t.Fatal(err)
	}
	pauses := 0
	ctx := retry.WithPauses(t.Context(), func(ctx context.Context, _ time.Duration) error { pauses++; return ctx.Err() })
	late := &pendingFn{streamed: streamed{rows: s.rows}}
	s.setup(t, late)
	if err := late.open(ctx, s.run); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("writer: got %v, want %v", err, cmekpipe.NotFound)
	}
	f := &commitFn{Table: s.table}
	s.setup(t, f)
	temp, err := s.run.target(s.table)
	if err != nil {
		t.Fatal(err)
	}
	p := &publication{client: s.client, table: s.table, run: s.run, temp: temp, rows: 2}
	if err := p.orDone(ctx, f.publishOnce(ctx, s.run, p, streams)); err != nil { // it was suspended behind the check
		t.Errorf("last step, before the commit: got %v, want none", err)
	}
	if err := p.orDone(ctx, p.publishSettled(ctx)); err != nil {
		t.Errorf("last step, after the commit: got %v, want none", err)
	}
	settled := *p
	if settled.temp, err = p.settledTable(); err != nil {
		t.Fatal(err)
	}
	if err := createLike(ctx, s.client, settled.temp, &bigquery.TableMetadata{Schema: bigquery.Schema{{Name: "ID", Type: bigquery.IntegerFieldType}}}); err != nil {
		t.Fatal(err)
	}
	if err := p.orDone(ctx, settled.publish(ctx)); err != nil {
		t.Errorf("last step, after it created a table again: got %v, want none", err)
	}
	if pauses > 0 {
		t.Errorf("got %d pauses, want none", pauses)
	}
	s.requireIDs(t, 1, 2)
	s.requireKeyed(t)
}

func TestATemporaryTableThatStaysIsNoFailure(t *testing.T) {
	for name, staged := range map[string]func(*stage) error{
		"published now": func(*stage) error { return nil },
		"published before": func(s *stage) error { // a table that is left is found again by a repeated step
			return s.client.Dataset("bank").Table(s.run.Target).Create(context.Background(), &bigquery.TableMetadata{
				EncryptionConfig: encryption(s.table), Schema: bigquery.Schema{{Name: "ID", Type: bigquery.IntegerFieldType}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStageWith(t, bigquery.WriteAppend, true)
			streams := s.pending(t, s.writer(t), true, 1, 2)
			if name == "published before" {
				if err := s.commit(t, streams...); err != nil {
					t.Fatal(err)
				}
			}
			if err := staged(s); err != nil {
				t.Fatal(err)
			}
			defer s.Inject(emulator.Fault{Method: "bigquery.tables.delete", Status: 403})()
			for range 2 {
				if err := s.commit(t, streams...); err != nil {
					t.Errorf("got %v, want a finished write", err)
				}
				s.requireIDs(t, 1, 2)
			}
		})
	}
}
