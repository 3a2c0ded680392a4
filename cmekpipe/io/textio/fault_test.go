package textio_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func TestRefusedKeyFailsTheRunAndShowsNothing(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(*world)
		object func(*world) cmekpipe.Object
		want   cmekpipe.Code
	}{
		{"disabled", func(w *world) { w.DisableKey(w.key) }, nil, cmekpipe.KeyDisabled},
		{"scheduled for destruction", func(w *world) { w.DestroyKey(w.key) }, nil, cmekpipe.KeyDisabled},
		{"denied", func(w *world) { w.DenyKey(w.key) }, nil, cmekpipe.KeyDenied},
		{"elsewhere", nil, func(w *world) cmekpipe.Object {
			return w.CreateKey("europe-west3", "far").MustObject("gs://bank-records/out/lines")
		}, cmekpipe.LocationMismatch},
		{"no such bucket", nil, func(w *world) cmekpipe.Object { return w.key.MustObject("gs://bank-missing/out/lines") }, cmekpipe.NotFound},
		{"forbidden", func(w *world) {
			w.Inject(emulator.Fault{Method: "storage.objects.insert", Status: http.StatusForbidden})
		}, nil, cmekpipe.PermissionDenied},
		{"disabled at the 50th line", func(w *world) { w.at(50, func() { w.DisableKey(w.key) }) }, nil, cmekpipe.KeyDisabled},
		{"denied at the 50th line", func(w *world) { w.at(50, func() { w.DenyKey(w.key) }) }, nil, cmekpipe.KeyDenied},
	}
	for _, tt := range tests {
		for _, writer := range writers {
			t.Run(tt.name+", "+writer.name, func(t *testing.T) {
				w := newWorld(t)
				defer onLine.Store(nil)
				o := w.object(t, "out/lines")
				if tt.object != nil {
					o = tt.object(w)
				}
				if tt.spoil != nil {
					tt.spoil(w)
				}
				err := run(t, func(s beam.Scope) {
					writer.write(s, o, beam.ParDo(s, &triggerFn{}, create(s, numbers(100))))
				})
				e := requireCode(t, err, tt.want)
				if !strings.HasPrefix(e.Resource, "gs://"+o.Bucket()+"/out/") || e.Hint == "" || e.Op != strings.Split("textio."+writer.name, ",")[0] {
					t.Errorf("got %v, want it about %v with a hint", e, o)
				}
				if got := w.final(t); len(got) != 0 {
					t.Errorf("got objects %q, want none", got)
				}
			})
		}
	}
}

// at calls do before the n-th line is written.
func (w *world) at(n int, do func()) {
	count := 0
	call := func(context.Context, string) error {
		if count++; count == n {
			do()
		}
		return nil
	}
	onLine.Store(&call)
}

func TestFailingBundleShowsNothing(t *testing.T) {
	for _, writer := range writers {
		t.Run(writer.name, func(t *testing.T) {
			w := newWorld(t)
			defer onLine.Store(nil)
			call := func(_ context.Context, line string) error {
				if line == "00000050" {
					return errors.New("bad line")
				}
				return nil
			}
			onLine.Store(&call)
			err := run(t, func(s beam.Scope) {
				writer.write(s, w.object(t, "out/lines"), beam.ParDo(s, &triggerFn{}, create(s, numbers(100))))
			})
			if err == nil || !strings.Contains(err.Error(), "bad line") {
				t.Errorf("got %v, want the line's error", err)
			}
			if got := w.final(t); len(got) != 0 {
				t.Errorf("got objects %q, want none", got)
			}
		})
	}
}

func TestTransientFailuresAreRetried(t *testing.T) {
	faults := map[string]emulator.Fault{
		"429":         {Status: http.StatusTooManyRequests},
		"503":         {Status: http.StatusServiceUnavailable},
		"answer lost": {Reset: true},
		"answer cut":  {Truncate: 20},
	}
	for name, fault := range faults {
		for _, writer := range writers {
			t.Run(name+", "+writer.name, func(t *testing.T) {
				w := newWorld(t)
				for _, method := range []string{"insert", "list", "rewrite", "delete"} {
					fault.Method, fault.Call = emulator.Method("storage.objects."+method), 1
					fault.Optional = writer.name == "Write" // which has no shards to publish
					w.Inject(fault)
				}
				err := run(t, func(s beam.Scope) { writer.write(s, w.object(t, "out/lines"), create(s, numbers(100))) })
				if err != nil {
					t.Fatal(err)
				}
				names := w.visible(t)
				if writer.names != nil && !slices.Equal(names, writer.names) {
					t.Errorf("got objects %q, want %q", names, writer.names)
				}
				if got := w.lines(t, names...); !slices.Equal(got, numbers(100)) {
					t.Errorf("got %d lines in %q, want 100", len(got), names)
				}
				w.requireKeyAsked(t)
			})
		}
	}
}
