package spannerio_test

import (
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
)

func init() {
	register.Function2x0(wide)
	register.Function2x0(children)
	register.Function2x0(longNotes)
	register.Emitter1[wideRow]()
	register.Emitter1[child]()
}

func TestWriteWritesEveryRowUnderTheKey(t *testing.T) {
	w := withDatabase(t)
	write := func(s beam.Scope) { spannerio.Write(s, w.db, "Entries", made(s, 2500)) }
	for range 2 { // the second run finds all rows there
		if err := run(t, write); err != nil {
			t.Fatal(err)
		}
		if got := w.rows(t); len(got) != 2500 || got[0] != "note" || got[2499] != "note" {
			t.Errorf("got %d rows, want 2500", len(got))
		}
	}
	w.RequireEncrypted(t, w.key)
}

func TestWriteAcceptsWindowedInput(t *testing.T) {
	w := withDatabase(t)
	err := run(t, func(s beam.Scope) {
		spannerio.Write(s, w.db, "Entries", beam.WindowInto(s, window.NewFixedWindows(time.Minute), made(s, 10)))
	})
	if got := w.rows(t); err != nil || len(got) != 10 {
		t.Errorf("got %d rows and %v, want 10", len(got), err)
	}
}

func TestOtherKeyIsRefusedBeforeAnyRow(t *testing.T) {
	other := func(w *world) cmekpipe.KeyName { return w.CreateKey("us-central1", "other") }
	for _, tt := range []struct {
		name string
		key  func(*world) cmekpipe.KeyName
		n    int64
		want cmekpipe.Code
	}{
		{"no key", func(*world) cmekpipe.KeyName { return cmekpipe.KeyName{} }, 10, cmekpipe.KeyMissing},
		{"another key", other, 10, cmekpipe.KeyMismatch},
		{"another key, no row", other, 0, cmekpipe.KeyMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			rests := tt.key(w)
			w.CreateSpannerDatabase(ledger, "us-central1", rests, table)
			err := run(t, func(s beam.Scope) {
				spannerio.Write(s, w.db, "Entries", made(s, tt.n), spannerio.WithCreateIfMissing(table))
			})
			e := requireCode(t, err, tt.want)
			if e.Op != "spannerio.Write" || e.Resource != ledger || e.Hint == "" ||
				!strings.Contains(e.Error(), w.key.String()) || !strings.Contains(e.Error(), rests.String()) {
				t.Errorf("got %v, want both keys and the database", e)
			}
			if got := w.rows(t); len(got) != 0 {
				t.Errorf("got %d rows, want none", len(got))
			}
		})
	}
}

func TestRefusedKeyFailsTheRun(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*world)
		want  cmekpipe.Code
	}{
		{"disabled", func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled},
		{"denied", func(w *world) { w.DenyKey(w.key, emulator.Spanner) }, cmekpipe.KeyDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := withDatabase(t)
			tt.spoil(w)
			err := run(t, func(s beam.Scope) { spannerio.Write(s, w.db, "Entries", made(s, 10)) })
			if e := requireCode(t, err, tt.want); e.Resource != ledger || !strings.Contains(e.Hint, w.key.String()) {
				t.Errorf("got %v, want database and key", e)
			}
		})
	}
}

// TestFailureOfAFullBatchEndsTheBundle is about what Beam's writer loses: it goes on and sends ever larger batches.
func TestFailureOfAFullBatchEndsTheBundle(t *testing.T) {
	w := withDatabase(t)
	w.Inject(emulator.Fault{Method: "spanner.sessions.commit", Call: 1, Code: codes.PermissionDenied})
	err := run(t, func(s beam.Scope) { spannerio.Write(s, w.db, "Entries", made(s, 100), spannerio.UseBatchSize(2)) })
	e := requireCode(t, err, cmekpipe.PermissionDenied)
	if e.Resource != ledger || e.Hint == "" {
		t.Errorf("got %v, want the database and a hint", e)
	}
	if got := w.rows(t); len(got) != 0 {
		t.Errorf("got %d rows, want none after the first batch failed", len(got))
	}
}

func TestTransientFailuresAreRetried(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"unavailable": {Code: codes.Unavailable},
		"aborted":     {Code: codes.Aborted},
		"answer lost": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := withDatabase(t)
			fault.Method, fault.Call = "spanner.sessions.commit", 1
			w.Inject(fault)
			if fault.Code != codes.Aborted { // only commits abort
				fault.Method = "spanner.databases.get"
				w.Inject(fault)
			}
			if err := run(t, func(s beam.Scope) { spannerio.Write(s, w.db, "Entries", made(s, 10)) }); err != nil {
				t.Fatal(err)
			}
			if got := w.rows(t); len(got) != 10 {
				t.Errorf("got %d rows, want 10", len(got))
			}
		})
	}
}

// wideRow has so many indexed values that 1,000 of it are too many for a commit.
type wideRow struct {
	ID   int64
	Note string
}

func wide(n int64, emit func(wideRow)) {
	for id := range n {
		emit(wideRow{ID: id, Note: "n"})
	}
}

func TestBatchThatIndexesMakeTooLargeIsSplit(t *testing.T) {
	ddl := []string{table}
	for _, name := range strings.Split(strings.Repeat("i", 50), "") {
		ddl = append(ddl, "CREATE INDEX "+name+"x ON Entries (Note, ID)")
	}
	w := withDatabase(t, ddl...) // 2 values and 100 of indexes a row
	err := run(t, func(s beam.Scope) {
		spannerio.Write(s, w.db, "Entries", beam.ParDo(s, wide, beam.Create(s, int64(1000))))
	})
	if got := w.rows(t); err != nil || len(got) != 1000 {
		t.Errorf("got %d rows and %v, want 1000", len(got), err)
	}
}

type child struct {
	ID   int64
	Name string
}

func children(n int64, emit func(child)) { emit(child{ID: n, Name: "secret-name"}) }

func longNotes(n int64, emit func(entry)) {
	emit(entry{ID: n, Note: "secret-note" + strings.Repeat(".", 40)})
}

func TestErrorsHoldNoRow(t *testing.T) {
	w := withDatabase(t, table,
		"CREATE TABLE Children (ID INT64 NOT NULL, Name STRING(40) NOT NULL) PRIMARY KEY (ID, Name), INTERLEAVE IN PARENT Entries")
	for _, tt := range []struct {
		name  string
		build func(beam.Scope)
		code  cmekpipe.Code
		text  string
	}{
		{"too long", func(s beam.Scope) {
			spannerio.Write(s, w.db, "Entries", beam.ParDo(s, longNotes, beam.Create(s, int64(77777))))
		}, cmekpipe.PreconditionFailed, "Entries.Note, size: 51, limit: 40"},
		{"no parent", func(s beam.Scope) {
			spannerio.Write(s, w.db, "Children", beam.ParDo(s, children, beam.Create(s, int64(77777))))
		}, cmekpipe.NotFound, "Parent row"},
		{"no table", func(s beam.Scope) { spannerio.Write(s, w.db, "Missing", made(s, 1)) }, cmekpipe.NotFound, "Table not found: Missing"},
		{"no column", func(s beam.Scope) { spannerio.Write(s, w.db, "Children", made(s, 1)) }, cmekpipe.NotFound, "Children: Note"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := run(t, tt.build)
			e := requireCode(t, err, tt.code)
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "77777") {
				t.Errorf("got %v, want no value of a row", err)
			}
			if e.Resource != ledger || e.Hint == "" || !strings.Contains(e.Error(), tt.text) {
				t.Errorf("got %v, want %q in it", e, tt.text)
			}
		})
	}
}
