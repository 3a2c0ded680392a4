package shards

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// step is a step of an attempt, after which another attempt may be at work.
type step struct {
	name string
	do   func() error
}

// interleavings yields all orders of two attempts' steps.
func interleavings(a, b []step, yield func([]step)) {
	var extend func(done, a, b []step)
	extend = func(done, a, b []step) {
		if len(a) == 0 && len(b) == 0 {
			yield(done)
		}
		if len(a) > 0 {
			extend(append(slices.Clone(done), a[0]), a[1:], b)
		}
		if len(b) > 0 {
			extend(append(slices.Clone(done), b[0]), a, b[1:])
		}
	}
	extend(nil, a, b)
}

// finishing are the steps of an attempt that succeeds.
func (l *life) finishing(name string, parts []Part) []step {
	ctx := l.t.Context()
	var p *publishAttempt
	return []step{
		{name + " finds", func() (err error) {
			p, err = l.publisher().attempt(iterate(parts...))
			if err == nil {
				_, err = p.findParts(ctx)
			}
			return err
		}},
		{name + " copies", func() error { return p.copyAll(ctx) }},
		{name + " settles", func() error { return p.settle(ctx) }},
		{name + " deletes", func() error { return p.deleteTemporary(ctx) }},
	}
}

// failing are the steps of an attempt that fails after the second of three shards.
func (l *life) failing(parts []Part) []step {
	ctx := l.t.Context()
	p := l.attempt(parts)
	return []step{
		{"slow reads", func() error {
			occupied, err := p.listDestinations(ctx)
			return errors.Join(err, each(occupied, func(s *shard) error { return p.keepOlder(ctx, s) }))
		}},
		{"slow copies", func() error {
			for _, s := range p.shards[:2] {
				if s.found == ours {
					continue
				}
				if err := p.copyShard(ctx, s); err != nil {
					break // too late, as after its twin has finished
				}
			}
			return nil
		}},
		{"slow undoes", func() error {
			p.undo(ctx, errFailed) //nolint:errcheck // the argument
			return nil
		}},
	}
}

// allOrders runs all orders of the steps of two attempts, each in a cloud of its own.
func allOrders(t *testing.T, older bool, a, b func(*life, []Part) []step, want ...string) {
	t.Helper()
	count := 0
	interleavings(a(newLife(t), nil), b(newLife(t), nil), func([]step) { count++ })
	for n := range count {
		l := newLife(t)
		if older {
			l.publishOlder()
		}
		parts := l.threeParts()
		i := 0
		interleavings(a(l, parts), b(l, parts), func(order []step) {
			if i++; i != n+1 {
				return
			}
			var names []string
			for _, s := range order {
				names = append(names, s.name)
				if err := s.do(); err != nil {
					t.Errorf("%s: got %v", strings.Join(names, ", "), err)
				}
			}
			l.requirePublished(3, want...)
			if t.Failed() {
				t.Fatal(strings.Join(names, ", "))
			}
		})
	}
}

// publishOlder is an earlier run with as many shards.
func (l *life) publishOlder() {
	l.t.Helper()
	parts := slices.Concat(l.bundle("x"), l.bundle("y"), l.bundle("z"), l.witness())
	if err := l.publish(l.t.Context(), parts); err != nil {
		l.t.Fatal(err)
	}
}

func TestFailingTwinDeletesNothingOfTheOther(t *testing.T) {
	for _, older := range []bool{false, true} {
		t.Run(fmt.Sprintf("older shards %v", older), func(t *testing.T) {
			finishing := func(l *life, parts []Part) []step {
				steps := l.finishing("fast", parts)
				if parts != nil {
					if err := steps[0].do(); err != nil {
						t.Fatal(err)
					}
				}
				return steps[1:]
			}
			failing := func(l *life, parts []Part) []step {
				if parts == nil {
					return make([]step, 3)
				}
				return l.failing(parts)
			}
			allOrders(t, older, finishing, failing, "a", "b", "c", "d")
		})
	}
}

// A run that fails leaves the shards of an earlier run as they were.
func TestFailedRunLeavesOlderShards(t *testing.T) {
	for call := 1; call <= 6; call++ { // 3 copies of older shards, and 3 over them
		t.Run(fmt.Sprint(call), func(t *testing.T) {
			l := newLife(t)
			l.publishOlder()
			parts := l.threeParts()
			remove := l.Inject(emulator.Fault{Method: "storage.objects.rewrite", Call: call, Status: http.StatusForbidden})
			if err := l.publish(t.Context(), parts); !errors.Is(err, cmekpipe.PermissionDenied) {
				t.Fatalf("got %v, want %v", err, cmekpipe.PermissionDenied)
			}
			remove()
			l.requireLines(3, "x", "y", "z")
			if err := l.publish(t.Context(), parts); err != nil {
				t.Fatal(err)
			}
			l.requirePublished(3, "a", "b", "c", "d")
		})
	}
}

// What can't be undone is said.
func TestErrorSaysWhatStays(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	l.Inject(emulator.Fault{Method: "storage.objects.rewrite", Call: 3, Status: http.StatusForbidden})
	l.Inject(emulator.Fault{Method: "storage.objects.delete", Status: http.StatusForbidden})
	err := l.publish(t.Context(), parts)
	final, _ := l.names()
	if err == nil || len(final) != 2 || !strings.Contains(err.Error(), "2 of 3 objects of this run may stay, such as gs://bank-records/out/lines-0000") {
		t.Errorf("got %v with %q, want the number of shards that stay and the name of one", err, final)
	}
}

func TestNextRunReplacesTheOneBefore(t *testing.T) {
	l := newLife(t)
	l.publishOlder()
	if err := l.publish(t.Context(), l.threeParts()); err != nil {
		t.Fatal(err)
	}
	l.requirePublished(3, "a", "b", "c", "d")
}

func TestLateAttemptDoesNotReplaceTheNextRun(t *testing.T) {
	for name, begin := range map[string]func(*publishAttempt) error{
		"nothing was done":      func(*publishAttempt) error { return nil },
		"copied":                func(p *publishAttempt) error { return p.copyAll(t.Context()) },
		"copied and read again": func(p *publishAttempt) error { return errors.Join(p.copyAll(t.Context()), p.settle(t.Context())) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			first := slices.Concat(l.bundle("x"), l.bundle("y"), l.bundle("z"), l.witness())
			late := l.attempt(first)
			if err := begin(late); err != nil {
				t.Fatal(err)
			}
			for _, parts := range [][]Part{first, l.threeParts()} {
				if err := l.publish(t.Context(), parts); err != nil {
					t.Fatal(err)
				}
			}
			if err := late.publish(t.Context()); err == nil {
				t.Error("got no error of the late attempt, want one")
			}
			if err := l.publish(t.Context(), first); err == nil { // one that begins only now
				t.Error("got no error of the latest attempt, want one")
			}
			l.requirePublished(3, "a", "b", "c", "d")
		})
	}
}

// Two runs at once can't both succeed, and one that does has all of its shards there.
func TestTwoRunsAtOnceDoNotMix(t *testing.T) {
	wins := 0
	var count int
	interleavings(make([]step, 3), make([]step, 3), func([]step) { count++ })
	for n := range count {
		l := newLife(t)
		theirs := slices.Concat(l.bundle("x"), l.bundle("y"), l.bundle("z"), l.witness())
		ours := l.threeParts()
		runs := map[string][]Part{"A": theirs, "B": ours}
		var orders [][]step
		interleavings(l.finishing("A", theirs)[:3], l.finishing("B", ours)[:3], func(order []step) { orders = append(orders, order) })
		failed, last := map[string]bool{}, ""
		for _, s := range orders[n] {
			run := s.name[:1]
			if failed[run] {
				continue
			}
			if err := s.do(); err != nil {
				failed[run] = true
			} else if strings.HasSuffix(s.name, "settles") {
				last = run
			}
		}
		if last == "" {
			continue
		}
		wins++
		want := map[string][]string{"A": {"x", "y", "z"}, "B": {"a", "b", "c", "d"}}[last]
		l.requireLines(3, want...)
		if t.Failed() {
			t.Fatalf("order %d: %s succeeded last: %v", n, last, runs[last])
		}
	}
	if wins == 0 {
		t.Error("got no order in which a run succeeded, want some")
	}
}

func TestRefusedDeletionOfTemporaryObjectsDoesNotFailTheRun(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	l.Inject(emulator.Fault{Method: "storage.objects.delete", Status: http.StatusForbidden})
	for range 2 { // the runner lost the first answer
		if err := l.publish(t.Context(), parts); err != nil {
			t.Fatal(err)
		}
		l.requireLines(3, "a", "b", "c", "d")
		if _, temp := l.names(); len(temp) != 5 {
			t.Errorf("got temporary objects %q, want 3, the witness and its mark", temp)
		}
	}
}

// Temporary objects may be in another bucket, with another key.
func TestTemporaryFolderElsewhere(t *testing.T) {
	l := newLife(t)
	l.CreateBucket("bank-work", "us-central1", cmekpipe.KeyName{})
	l.temp = l.CreateKey("us-central1", "work").MustObject("gs://bank-work/tmp")
	if err := l.publish(t.Context(), l.threeParts()); err != nil {
		t.Fatal(err)
	}
	l.requireLines(3, "a", "b", "c", "d")
	for _, e := range l.Ledger() {
		want := l.key
		if strings.HasPrefix(e.Name, "gs://bank-work/tmp/.cmekpipe-temp-") {
			want = l.temp.Key()
		}
		if e.Kind == "object" && (!e.KeyAsked || e.ProtectedBy() != want) {
			t.Errorf("%s %s: got key %v, asked for %v", e.Method, e.Name, e.ProtectedBy(), e.KeyAsked)
		}
	}
}

// An attempt may list the folder of the witness just before another one deletes it, and other folders after that.
func TestTemporaryObjectsThatVanishWhileTheyAreListed(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	slow := l.attempt(parts)
	if err := l.publish(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	slow.shards[1].temp = 0 // it listed this folder late
	if done, err := slow.isDone(t.Context()); !done || err != nil {
		t.Errorf("got %v, %v, want that another attempt published all", done, err)
	}
}
