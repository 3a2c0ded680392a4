package verify_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

func TestRunReadsEightResourcesAtATime(t *testing.T) {
	w := newWorld(t)
	var topics []plan.Destination
	for i := range 12 {
		name := fmt.Sprintf("projects/%s/topics/topic-%d", cmektest.Project, i)
		w.CreateTopic(name, w.key)
		topics = append(topics, plan.Destination{Kind: cmekpipe.KindPubSubTopic, Name: name, Key: w.key})
	}
	// The first eight calls wait for the eighth, and then a little for a ninth.
	var mu sync.Mutex
	arrived, atRelease, release := 0, 0, make(chan struct{})
	w.Intercept(func(ctx context.Context, method emulator.Method, _ string, _ func(string) string) error {
		if method != emulator.PubSubTopicsGet {
			return nil
		}
		mu.Lock()
		if arrived++; arrived == 8 {
			time.AfterFunc(50*time.Millisecond, func() {
				mu.Lock()
				defer mu.Unlock()
				atRelease = arrived
				close(release)
			})
		}
		mu.Unlock()
		select {
		case <-release:
		case <-ctx.Done():
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if found, err := verify.Run(ctx, w.naming(topics...), verify.WithProgress(nil)); err != nil || len(found) > 0 {
		t.Fatalf("got findings %+v and error %v, want none", found, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if atRelease != 8 {
		t.Errorf("got %d reads at a time, want 8", atRelease)
	}
}
