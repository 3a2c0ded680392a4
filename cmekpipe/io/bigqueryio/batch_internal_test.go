package bigqueryio

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/worker"
)

type note struct{ Text bigquery.NullString }

func noteOf(n int) note {
	return note{bigquery.NullString{StringVal: strings.Repeat("x", n), Valid: n > 0}}
}

// batches encodes notes of the given sizes.
func batches(t *testing.T, sizes []int) (all []*batch) {
	t.Helper()
	rowType, err := bqrow.NewType(reflect.TypeFor[note](), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := newEncoder(reflect.TypeFor[note](), rowType, false)
	for _, n := range sizes {
		full, bad := e.add(element{noteOf(n), 0})
		if bad != nil {
			t.Fatal(bad)
		}
		if full != nil {
			all = append(all, full)
		}
	}
	if last := e.flush(); last != nil {
		all = append(all, last)
	}
	return all
}

func TestBatchesStayWithinARequest(t *testing.T) {
	for name, tt := range map[string]struct {
		sizes []int
		want  int // batches
	}{
		"none":                  {nil, 0},
		"rows without a value":  {make([]int, 1_000_000), 4},
		"rows of many sizes":    {[]int{1, batchSize / 2, batchSize / 3, batchSize / 4, 5}, 2},
		"a large row at first":  {[]int{2 * batchSize, 1, 1}, 2},
		"a large row in middle": {[]int{1, 2 * batchSize, 1}, 3},
		"large rows":            {[]int{batchSize, batchSize, batchSize}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			all := batches(t, tt.sizes)
			if len(all) != tt.want {
				t.Errorf("got %d batches, want %d", len(all), tt.want)
			}
			var rows [][]byte
			for _, b := range all {
				if size := proto.Size((&appender{}).request(b)); size > batchSize+64 && len(b.rows) > 1 {
					t.Errorf("got a request of %d bytes with %d rows, want at most about %d bytes", size, len(b.rows), batchSize)
				}
				rows = append(rows, b.rows...)
			}
			if len(rows) != len(tt.sizes) {
				t.Fatalf("got %d rows, want %d", len(rows), len(tt.sizes))
			}
			for i, n := range tt.sizes {
				if got := bytes.Count(rows[i], []byte("x")); got != n {
					t.Errorf("row %d: got %d characters, want %d", i, got, n)
				}
			}
		})
	}
}

func TestARefusedRowLeavesTheOthers(t *testing.T) {
	rowType, err := bqrow.NewType(reflect.TypeFor[note](), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := newEncoder(reflect.TypeFor[note](), rowType, true)
	var refused []string
	for _, text := range []string{"a", "\xff", "b", strings.Repeat("x", maxRow+1), "c"} {
		x := element{note{bigquery.NullString{StringVal: text, Valid: true}}, 0}
		if _, bad := e.add(x); bad != nil {
			refused = append(refused, text[:1])
		}
	}
	b := e.flush()
	if want := []string{"\xff", "x"}; !slices.Equal(refused, want) {
		t.Errorf("got %q refused, want %q", refused, want)
	}
	if len(b.rows) != 3 || len(b.from) != 3 || !bytes.HasSuffix(b.rows[2], []byte("c")) || b.from[2].value.(note).Text.StringVal != "c" {
		t.Errorf("got %d rows of %d elements, want a, b and c", len(b.rows), len(b.from))
	}
}

// The key is checked again before rows are sent again, which may be long after they were refused for a quota.
func TestKeyIsCheckedBeforeRowsAreSentAgain(t *testing.T) {
	// A table that was just created may be unknown for a while, which Google's clients don't retry.
	const unknown = 404
	for name, newWriter := range newWriters() {
		if name == "pending streams" {
			continue // a stream of a table that is gone is gone too
		}
		t.Run(name, func(t *testing.T) {
			s, w := newStage(t, bigquery.WriteAppend), worker.New(t)
			defer s.Inject(emulator.Fault{Method: emulator.BigQueryStorageAppendRows, Call: 1, Status: unknown, Optional: true})()
			defer s.Inject(emulator.Fault{Method: "bigquery.tabledata.insertAll", Call: 1, Status: unknown, Optional: true})()
			replaced := false
			ctx := retry.WithPauses(w.Context(), func(context.Context, time.Duration) error {
				if !replaced {
					s.replaceTable(t, false)
					replaced = true
				}
				w.Advance(shared.CheckInterval)
				return nil
			})
			fn, write := newWriter(s)
			s.setup(t, fn)
			if err := write(ctx); !errors.Is(err, cmekpipe.KeyMissing) || !replaced {
				t.Errorf("got %v, want %v after a pause", err, cmekpipe.KeyMissing)
			}
			s.requireIDs(t)
		})
	}
}
