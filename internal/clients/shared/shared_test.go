package shared_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

var topic = shared.ID{Service: "pubsub", Endpoint: "127.0.0.1:1", Resource: "projects/p/topics/t", Keys: "k"}

// conn is a client that counts how often it was closed.
type conn struct{ closed int }

func (c *conn) Close() error { c.closed++; return nil }

// process returns a context of a new process with the clock of the bubble.
func process(t *testing.T) context.Context {
	return shared.With(t.Context(), shared.NewProcess(time.Now))
}

func TestClientIsCreatedOnceForEachID(t *testing.T) {
	ctx, created := process(t), 0
	var mu sync.Mutex
	open := func(context.Context) (*conn, error) {
		mu.Lock()
		defer mu.Unlock()
		created++
		return &conn{}, nil
	}
	var first *conn
	for i := range 3 {
		c, err := shared.Client(ctx, topic, open)
		if err != nil || i > 0 && c != first {
			t.Errorf("call %d: got %p, %v, want the client %p", i, c, err, first)
		}
		first = c
	}
	for _, other := range []shared.ID{
		{Service: "pubsub", Endpoint: "127.0.0.1:2", Resource: topic.Resource, Keys: "k"},
		{Service: "pubsub", Endpoint: topic.Endpoint, Resource: "projects/p/topics/u", Keys: "k"},
	} {
		if c, err := shared.Client(ctx, other, open); err != nil || c == first {
			t.Errorf("%+v: got %p, %v, want another client than %p", other, c, err, first)
		}
	}
	if c, _ := shared.Client(process(t), topic, open); c == first {
		t.Error("got the client of another process")
	}
	if created != 4 {
		t.Errorf("got %d clients created, want 4", created)
	}
}

func TestConcurrentCallersGetOneClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, created := process(t), 0
		var wg sync.WaitGroup
		clients := make([]*conn, 50)
		for i := range clients {
			wg.Go(func() {
				clients[i], _ = shared.Client(ctx, topic, func(context.Context) (*conn, error) {
					created++
					time.Sleep(time.Second)
					return &conn{}, nil
				})
			})
		}
		wg.Wait()
		for i, c := range clients {
			if c == nil || c != clients[0] {
				t.Errorf("caller %d: got %p, want %p", i, c, clients[0])
			}
		}
		if created != 1 {
			t.Errorf("got %d clients created, want 1", created)
		}
	})
}

func TestFailedCreationIsRepeated(t *testing.T) {
	ctx, refusal := process(t), errors.New("no credentials")
	if _, err := shared.Client(ctx, topic, func(context.Context) (*conn, error) { return nil, refusal }); err != refusal {
		t.Errorf("got %v, want %v", err, refusal)
	}
	if c, err := shared.Client(ctx, topic, func(context.Context) (*conn, error) { return &conn{}, nil }); c == nil || err != nil {
		t.Errorf("got %v and %v, want a client", c, err)
	}
}

func TestClientOutlivesTheCallerThatCreatedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := process(t)
		first, cancel := context.WithCancel(ctx)
		cancel()
		var kept context.Context
		open := func(ctx context.Context) (*conn, error) {
			kept = ctx
			time.Sleep(time.Second)
			return &conn{}, nil
		}
		if _, err := shared.Client(first, topic, open); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		c, err := shared.Client(ctx, topic, func(context.Context) (*conn, error) { return nil, errors.New("created twice") })
		if c == nil || err != nil {
			t.Errorf("got %v and %v, want the client", c, err)
		}
		if kept.Err() != nil {
			t.Error("got a client whose context has ended")
		}
	})
}

func TestCheckIsGoodForTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, refusal := process(t), errors.New("another key")
		for i, step := range []struct {
			after  time.Duration
			answer error
			asked  bool
		}{
			{0, refusal, true}, {0, nil, true}, {0, nil, false}, {shared.CheckInterval - 1, nil, false}, {1, nil, true},
			{shared.CheckInterval, refusal, true}, {0, refusal, true}, {0, nil, true}, {time.Minute, nil, false},
		} {
			time.Sleep(step.after)
			asked := false
			err := shared.Check(ctx, topic, func(context.Context) error {
				asked = true
				return step.answer
			})
			if asked != step.asked || asked && err != step.answer || !asked && err != nil {
				t.Errorf("step %d: got checked %v, error %v, want checked %v, error %v", i, asked, err, step.asked, step.answer)
			}
		}
	})
}

func TestSlowCheckIsAsOldAsItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, checks := process(t), 0
		slow := func(context.Context) error {
			checks++
			time.Sleep(time.Minute)
			return nil
		}
		for range 2 {
			if err := shared.Check(ctx, topic, slow); err != nil {
				t.Fatal(err)
			}
			time.Sleep(shared.CheckInterval - time.Minute)
		}
		if checks != 2 {
			t.Errorf("got %d checks, want a second one after the interval", checks)
		}
	})
}

func TestOtherKeysAreCheckedOnTheirOwn(t *testing.T) {
	ctx, checks := process(t), 0
	check := func(context.Context) error { checks++; return nil }
	other := topic
	other.Keys = "k2"
	for _, id := range []shared.ID{topic, other, topic} {
		if err := shared.Check(ctx, id, check); err != nil {
			t.Fatal(err)
		}
	}
	if checks != 2 {
		t.Errorf("got %d checks, want one for each set of keys", checks)
	}
}

func TestConcurrentCallersShareACheckAndItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, checks, refusal := process(t), 0, errors.New("another key")
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				err := shared.Check(ctx, topic, func(context.Context) error {
					checks++
					time.Sleep(time.Second)
					return refusal
				})
				if err != refusal {
					t.Errorf("got %v, want %v", err, refusal)
				}
			})
		}
		wg.Wait()
		if checks != 1 {
			t.Errorf("got %d checks, want 1", checks)
		}
	})
}

func TestCancelledCallerDoesNotFailOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := process(t)
		first, cancel := context.WithCancel(ctx)
		slow := func(ctx context.Context) error {
			select {
			case <-time.After(time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := shared.Check(first, topic, slow); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if err := shared.Check(ctx, topic, slow); err != nil {
				t.Errorf("got %v, want the check's own result", err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
	})
}

func TestCheckHasTheValuesOfTheFirstCaller(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(process(t), key{}, "first")
	err := shared.Check(ctx, topic, func(check context.Context) error {
		if check.Value(key{}) != "first" || shared.Of(check) != shared.Of(ctx) {
			t.Error("got a context without the caller's values, want them")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCheckThatNobodyWaitsForIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		worker := process(t)
		ctx, cancel := context.WithCancel(worker)
		ended := false
		go shared.Check(ctx, topic, func(ctx context.Context) error { //nolint:errcheck // the test is about the check
			<-ctx.Done()
			ended = true
			time.Sleep(time.Minute)
			return ctx.Err()
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("got a check that runs on, want it cancelled")
		}
		if err := shared.Check(worker, topic, func(context.Context) error { return nil }); err != nil {
			t.Errorf("got %v from a later check, want none", err)
		}
		time.Sleep(time.Minute)
	})
}

func TestDiscardedClientIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := process(t)
		open := func(context.Context) (*conn, error) { return &conn{}, nil }
		broken, _ := shared.Client(ctx, topic, open)
		shared.Discard(ctx, topic, broken)
		fresh, _ := shared.Client(ctx, topic, open)
		shared.Discard(ctx, topic, broken) // another DoFn finds out later
		synctest.Wait()
		if again, _ := shared.Client(ctx, topic, open); fresh == broken || again != fresh {
			t.Errorf("got clients %p, %p and %p, want the second one to stay", broken, fresh, again)
		}
		if broken.closed != 1 || fresh.closed != 0 {
			t.Errorf("got %d and %d calls of Close, want 1 and 0", broken.closed, fresh.closed)
		}
	})
}

func TestCloseEndpointClosesItsClientsOnly(t *testing.T) {
	open := func(context.Context) (*conn, error) { return &conn{}, nil }
	other := topic
	other.Endpoint = "127.0.0.1:2"
	closed, _ := shared.Client(t.Context(), topic, open)
	kept, _ := shared.Client(t.Context(), other, open)
	checks := 0
	check := func(context.Context) error { checks++; return nil }
	for range 2 {
		if err := errors.Join(shared.Check(t.Context(), topic, check), shared.Check(t.Context(), other, check)); err != nil {
			t.Fatal(err)
		}
		shared.CloseEndpoint(topic.Endpoint)
		shared.CloseEndpoint("")
	}
	if closed.closed != 1 || kept.closed != 0 {
		t.Errorf("got the client closed %d times, and that of another endpoint %d times, want 1 and 0", closed.closed, kept.closed)
	}
	if checks != 3 {
		t.Errorf("got %d checks, want 3: that of the closed endpoint again", checks)
	}
	if c, _ := shared.Client(t.Context(), topic, open); c == closed {
		t.Error("got the closed client, want a new one")
	}
	shared.Of(t.Context()).Close()
	if kept.closed != 1 {
		t.Errorf("got the other client closed %d times after Close, want 1", kept.closed)
	}
}
