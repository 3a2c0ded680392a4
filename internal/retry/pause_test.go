package retry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

func TestMaxPauseShortensPausesOnly(t *testing.T) {
	for name, tt := range map[string]struct {
		limit time.Duration
		took  time.Duration // of three attempts
	}{
		"short": {time.Millisecond, 2 * time.Millisecond},
		"long":  {time.Minute, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, calls := time.Now(), 0
				ctx := retry.WithMaxPause(t.Context(), tt.limit)
				err := retry.Do(ctx, seconds(retry.Policy{Attempts: 3}), func(context.Context) error { calls++; return errAway })
				if err != errAway || calls != 3 || time.Since(start) != tt.took {
					t.Errorf("got error %v after %d calls and %v, want %v after 3 and %v", err, calls, time.Since(start), errAway, tt.took)
				}
			})
		})
	}
}

func TestPausesAreThoseOfThePolicyOrTheContext(t *testing.T) {
	p := retry.Policy{Initial: time.Second, Max: time.Minute}
	for _, tt := range []struct {
		ctx              context.Context
		initial, longest time.Duration
	}{
		{t.Context(), time.Second, time.Minute},
		{retry.WithMaxPause(t.Context(), 2*time.Second), time.Second, 2 * time.Second},
		{retry.WithMaxPause(t.Context(), time.Millisecond), time.Millisecond, time.Millisecond},
	} {
		if initial, longest := p.Pauses(tt.ctx); initial != tt.initial || longest != tt.longest {
			t.Errorf("got pauses from %v to %v, want %v to %v", initial, longest, tt.initial, tt.longest)
		}
	}
}
