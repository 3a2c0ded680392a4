package bigtableio_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
)

const secret = "pan-4111111111111111"

// mutations returns the rows that go by a name.
func mutations(name string) []bigtableio.Mutation {
	value := []byte(secret)
	switch name {
	case "same row":
		return []bigtableio.Mutation{
			row("a", "f", "c", 1000, []byte("first")), row("b", "f", "c", 1000, value),
			row("a", "f", "c", 1000, []byte("last")), row("a", "f", "d", 2999, value)}
	case "hostile keys":
		var rows []bigtableio.Mutation
		for _, key := range []string{"\x00", "\xff\xfe", " ", "'; DROP", "%2F/../", "ü", "cmekpipe[internal] x", strings.Repeat("k", 4096)} {
			rows = append(rows, row(key, "f", key, 1000, []byte{0, 255}))
		}
		return rows
	case "server time":
		return []bigtableio.Mutation{row("a", "f", "c", bigtable.ServerTime, value)}
	case "mixed times":
		return []bigtableio.Mutation{row("a", "f", "c", 1000, value), row("a", "f", "d", bigtable.ServerTime, value)}
	case "many operations":
		m := bigtableio.NewMutation("wide")
		for i := range 100_000 {
			m.Set("f", strconv.Itoa(i), 1000, nil)
		}
		return []bigtableio.Mutation{row("before", "f", "c", 1000, value), *m}
	case "huge":
		return []bigtableio.Mutation{row("a", "f", "c", 1000, make([]byte, 40<<20)), row("b", "f", "c", 1000, make([]byte, 9<<20))}
	case "no key":
		return []bigtableio.Mutation{row("", "f", "c", 1000, value)}
	case "long key":
		return []bigtableio.Mutation{row(secret+strings.Repeat("k", 4096), "f", "c", 1000, value)}
	case "no operations":
		return []bigtableio.Mutation{*bigtableio.NewMutation(secret)}
	case "too many operations":
		m := mutations("many operations")[1]
		m.Set("f", "c", 1000, value)
		return []bigtableio.Mutation{m}
	case "no family":
		return []bigtableio.Mutation{row(secret, "", "c", 1000, value)}
	case "long family":
		return []bigtableio.Mutation{row(secret, strings.Repeat("f", 65), "c", 1000, value)}
	case "long column":
		return []bigtableio.Mutation{row(secret, "f", strings.Repeat("c", 16<<10+1), 1000, value)}
	case "negative time":
		return []bigtableio.Mutation{row(secret, "f", "c", -2000, value)}
	case "unknown family":
		return []bigtableio.Mutation{row("a", "f", "c", 1000, value), row(secret, "g", "c", 1000, value)}
	}
	panic(name)
}

func (w *world) writeThese(t testing.TB, name string, opts ...bigtableio.WriteOption) error {
	t.Helper()
	return run(t, func(s beam.Scope) { bigtableio.Write(s, w.table, these(s, name), opts...) })
}

func TestWriteWritesEveryRowUnderTheKey(t *testing.T) {
	w := withTable(t)
	for range 2 { // the second run writes the same cells
		if err := w.write(t, 25_000); err != nil {
			t.Fatal(err)
		}
	}
	rows := w.ReadBigtableRows(tableName)
	if len(rows) != 25_000 || len(rows[0]["f"]) != 1 || string(rows[24_999]["f"][0].Value) != "note" {
		t.Errorf("got %d rows, want 25000 with one cell", len(rows))
	}
	w.RequireEncrypted(t, w.key)
}

func TestWriteAcceptsWindowedInput(t *testing.T) {
	w := withTable(t)
	err := run(t, func(s beam.Scope) {
		bigtableio.Write(s, w.table, beam.WindowInto(s, window.NewFixedWindows(time.Minute), made(s, 10)))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.requireRows(t, 10)
}

// A request's entries may be applied in any order, so that a row must have one.
func TestOperationsOfARowKeepTheirOrder(t *testing.T) {
	w := withTable(t)
	if err := w.writeThese(t, "same row"); err != nil {
		t.Fatal(err)
	}
	rows := w.ReadBigtableRows(tableName)
	if len(rows) != 2 || len(rows[0]["f"]) != 2 {
		t.Fatalf("got %v, want two rows and two cells in the first", rows)
	}
	if c, d := rows[0]["f"][0], rows[0]["f"][1]; string(c.Value) != "last" || d.Timestamp != 2000 {
		t.Errorf("got %q at %d and %d, want the last value, and a time cut to milliseconds", c.Value, c.Timestamp, d.Timestamp)
	}
}

func TestHostileRowsArriveAsTheyAre(t *testing.T) {
	w := withTable(t)
	if err := w.writeThese(t, "hostile keys"); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range w.ReadBigtableRows(tableName) {
		got[r.Key()] = r["f"][0].Column
	}
	for _, m := range mutations("hostile keys") {
		if got[m.RowKey] != "f:"+m.Ops[0].Column {
			t.Errorf("row %q: got column %q, want it", m.RowKey, got[m.RowKey])
		}
	}
}

func TestHugeRowsAreSentAlone(t *testing.T) {
	w := withTable(t)
	if err := w.writeThese(t, "huge"); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range w.Ledger() {
		if e.Kind == "rows" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("got %d requests, want 2", n)
	}
	w.requireRows(t, 2)
}

func TestBadRowsAreRefusedWithoutTheirData(t *testing.T) {
	for _, tt := range []struct {
		name string
		code cmekpipe.Code
		text string
	}{
		{"no key", cmekpipe.InvalidOptions, "empty row key"},
		{"long key", cmekpipe.InvalidOptions, "row key of 4116 bytes, want at most 4096"},
		{"no operations", cmekpipe.InvalidOptions, "without operations"},
		{"too many operations", cmekpipe.InvalidOptions, "100001 operations, want at most 100000"},
		{"no family", cmekpipe.InvalidOptions, "column family of 0 bytes"},
		{"long family", cmekpipe.InvalidOptions, "column family of 65 bytes"},
		{"long column", cmekpipe.InvalidOptions, "column of 16385 bytes"},
		{"negative time", cmekpipe.InvalidOptions, "before 1970"},
		{"unknown family", cmekpipe.NotFound, "gRPC code NotFound"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := withTable(t)
			err := w.writeThese(t, tt.name)
			if e := requireCode(t, err, tt.code); e.Op != "bigtableio.Write" || !strings.Contains(e.Error(), tt.text) {
				t.Errorf("got %v, want %q in it", e, tt.text)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("got %v, want nothing of a row", err)
			}
			for _, r := range w.ReadBigtableRows(tableName) {
				if r.Key() != "a" {
					t.Errorf("got row %q, want none that was refused", r.Key())
				}
			}
		})
	}
}

func TestTransientFailuresAreRetried(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"unavailable": {Code: codes.Unavailable}, "quota": {Code: codes.ResourceExhausted}, "aborted": {Code: codes.Aborted},
		"timed out": {Code: codes.DeadlineExceeded}, "answer lost": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := withTable(t)
			fault.Call = 1
			for _, method := range []string{"bigtable.tables.mutateRows", "bigtableadmin.clusters.list", "bigtableadmin.tables.get"} {
				fault.Method = emulator.Method(method)
				w.Inject(fault)
			}
			if err := w.write(t, 10); err != nil {
				t.Fatal(err)
			}
			w.requireRows(t, 10)
		})
	}
}

func TestLastingFailureIsTyped(t *testing.T) {
	w := withTable(t)
	w.Inject(emulator.Fault{Method: "bigtable.tables.mutateRows", Code: codes.Unavailable})
	requireCode(t, w.write(t, 10), cmekpipe.Unavailable)
	w.requireRows(t, 0)
}

// A cell that gets its time from the server would get another version when its row is sent again.
func TestRowsOfServerTimeAreSentOnce(t *testing.T) {
	for _, name := range []string{"server time", "mixed times"} {
		t.Run(name, func(t *testing.T) {
			w := withTable(t)
			w.Inject(emulator.Fault{Method: "bigtable.tables.mutateRows", Call: 1, Reset: true})
			requireCode(t, w.writeThese(t, name), cmekpipe.Unavailable)
			rows := w.ReadBigtableRows(tableName)
			if len(rows) != 1 {
				t.Fatalf("got %d rows, want the one that was written and not answered", len(rows))
			}
			for _, cell := range rows[0]["f"] {
				if name == "server time" && len(rows[0]["f"]) != 1 {
					t.Errorf("got cell %s at %d, want one cell", cell.Column, cell.Timestamp)
				}
			}
		})
	}
}

func TestCancelledRunEnds(t *testing.T) {
	w := withTable(t)
	w.Inject(emulator.Fault{Method: "bigtable.tables.mutateRows", Latency: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(500*time.Millisecond, cancel).Stop()
	p, s := beam.NewPipelineWithRoot()
	bigtableio.Write(s, w.table, made(s, 10))
	if _, err := beam.Run(ctx, "prism", p); err == nil {
		t.Error("got no error, want that of a run that was cancelled")
	}
	w.requireRows(t, 0)
}
