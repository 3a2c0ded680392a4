package retry_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

var (
	errAway  = status.Error(codes.Unavailable, "away")
	errQuota = status.Error(codes.ResourceExhausted, "quota")
	errNo    = status.Error(codes.PermissionDenied, "no")
	errOwn   = &cmekpipe.Error{Op: "op", Code: cmekpipe.Unavailable, Err: errAway}
)

// seconds is a policy with pauses of 1, 2, 4, 8, 15, 15, … s.
func seconds(p retry.Policy) retry.Policy {
	p.Initial, p.Max = time.Second, 15*time.Second
	return p
}

func TestWaitDoublesUpToMax(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, p := time.Now(), seconds(retry.Policy{})
		for n, want := range []time.Duration{1, 3, 7, 15, 30, 45} {
			if err := p.Wait(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != want*time.Second {
				t.Errorf("pause %d ended after %v, want %v s", n, got, int(want))
			}
		}
		start = time.Now()
		if err := p.Wait(t.Context(), 1000); err != nil || time.Since(start) != p.Max {
			t.Errorf("pause 1000: got %v and error %v, want %v", time.Since(start), err, p.Max)
		}
	})
}

func TestJitterShortensPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, jitter := range []float64{0.5, 1} {
			p, seen := retry.Policy{Initial: time.Minute, Max: time.Minute, Jitter: jitter}, map[time.Duration]bool{}
			for range 50 {
				start := time.Now()
				if err := p.Wait(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
				took := time.Since(start)
				if least := time.Duration((1 - jitter) * float64(time.Minute)); took <= least || took > time.Minute {
					t.Fatalf("jitter %v: got %v, want more than %v and at most a minute", jitter, took, least)
				}
				seen[took] = true
			}
			if len(seen) < 40 {
				t.Errorf("jitter %v: got %d different pauses of 50, want nearly all different", jitter, len(seen))
			}
		}
	})
}

func TestDo(t *testing.T) {
	missing := status.Error(codes.NotFound, "not yet")
	for _, tt := range []struct {
		name   string
		policy retry.Policy
		errs   []error // of the attempts; the last one stays
		want   error
		calls  int
		took   time.Duration
	}{
		{"success", retry.Policy{Attempts: 3}, []error{nil}, nil, 1, 0},
		{"zero policy", retry.Policy{}, []error{errAway}, errAway, 1, 0},
		{"lasting failure", retry.Policy{Attempts: 3}, []error{errAway}, errAway, 3, 3 * time.Second},
		{"success at last", retry.Policy{Attempts: 3}, []error{errAway, errAway, nil}, nil, 3, 3 * time.Second},
		{"not transient", retry.Policy{Attempts: 3}, []error{errNo}, errNo, 1, 0},
		{"transient, then not", retry.Policy{Attempts: 9}, []error{errAway, errNo}, errNo, 2, time.Second},
		{"own error", retry.Policy{Attempts: 3}, []error{errOwn}, errOwn, 1, 0},
		{"own error, wrapped", retry.Policy{MaxElapsed: time.Hour}, []error{fmt.Errorf("bundle: %w", errOwn)}, errOwn, 1, 0},
		{"the service decides", retry.Policy{Service: gcperr.Bigtable, Attempts: 3}, []error{errors.New("strange")}, nil, 1, 0},
		{"not found", retry.Policy{Attempts: 3}, []error{missing, nil}, missing, 1, 0},
		{"not found, also retried", retry.Policy{Attempts: 3, Also: gcperr.IsNotFound}, []error{missing, nil}, nil, 2, time.Second},
		{"own error, also retried", retry.Policy{Attempts: 3, Also: func(error) bool { return true }}, []error{errOwn}, errOwn, 1, 0},
		{"also keeps what is transient", retry.Policy{Attempts: 3, Also: gcperr.IsNotFound}, []error{errAway, nil}, nil, 2, time.Second},
		{"quota counts", retry.Policy{Attempts: 3}, []error{errQuota}, errQuota, 3, 3 * time.Second},
		{"quota has more attempts", retry.Policy{Attempts: 3, QuotaAttempts: 5}, []error{errQuota}, errQuota, 5, 15 * time.Second},
		{"quota, then away", retry.Policy{Attempts: 2, QuotaAttempts: 9}, []error{errQuota, errQuota, errQuota, errAway}, errAway, 5, 15 * time.Second},
		{"quota alone", retry.Policy{Attempts: 1, QuotaAttempts: 9}, []error{errQuota, errAway}, errAway, 2, time.Second},
		{"quota has more time", retry.Policy{MaxElapsed: 20 * time.Second, QuotaElapsed: 40 * time.Second}, []error{errQuota}, errQuota, 7, 45 * time.Second},
		{"quota's time does not count", retry.Policy{MaxElapsed: 20 * time.Second, QuotaElapsed: time.Minute}, []error{errQuota, errQuota, errQuota, errQuota, errQuota, errAway}, errAway, 8, time.Minute},
		{"quota has its own pauses", retry.Policy{MaxElapsed: 20 * time.Second, QuotaInitial: 5 * time.Second}, []error{errAway, errQuota, errQuota, errAway}, errAway, 6, 22 * time.Second},
		{"for some time", retry.Policy{MaxElapsed: 20 * time.Second}, []error{errAway}, errAway, 6, 30 * time.Second},
		{"for some time, few attempts", retry.Policy{Attempts: 2, MaxElapsed: 20 * time.Second}, []error{errAway}, errAway, 2, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, calls := time.Now(), 0
				err := retry.Do(t.Context(), seconds(tt.policy), func(context.Context) error {
					calls++
					return tt.errs[min(calls, len(tt.errs))-1]
				})
				if tt.want == nil {
					tt.want = tt.errs[len(tt.errs)-1]
				}
				if !errors.Is(err, tt.want) {
					t.Errorf("got error %v, want %v", err, tt.want)
				}
				if took := time.Since(start); calls != tt.calls || took != tt.took {
					t.Errorf("got %d calls in %v, want %d in %v", calls, took, tt.calls, tt.took)
				}
			})
		})
	}
}

func TestTimeoutEndsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, calls := time.Now(), 0
		p := retry.Policy{Service: gcperr.Datastore, Attempts: 2, Timeout: time.Minute}
		err := retry.Do(t.Context(), p, func(ctx context.Context) error {
			calls++
			<-ctx.Done()
			return fmt.Errorf("call: %w", ctx.Err())
		})
		if !errors.Is(err, retry.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want %v and no context's", err, retry.ErrTimeout)
		}
		if took := time.Since(start); calls != 2 || took != 2*time.Minute {
			t.Errorf("got %d calls in %v, want 2 in 2 minutes", calls, took)
		}
		if got := cmekpipe.CodeOf(gcperr.Wrap("op", "r", cmekpipe.KeyName{}, err)); got != cmekpipe.Unavailable {
			t.Errorf("got code %q, want %q", got, cmekpipe.Unavailable)
		}
	})
}

func TestContextEndsPausesAndAttempts(t *testing.T) {
	for name, call := range map[string]func(context.Context) error{
		"pause":   func(context.Context) error { return errAway },
		"attempt": func(ctx context.Context) error { <-ctx.Done(); return errors.New("the client's own words") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				err := retry.Do(ctx, seconds(retry.Policy{Attempts: 100}), call)
				if took := time.Since(start); err != context.DeadlineExceeded || took != 20*time.Second {
					t.Errorf("got error %v after %v, want %v after 20 s", err, took, context.DeadlineExceeded)
				}
			})
		})
	}
}

func TestSuccessCountsAfterTheContextEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := retry.Do(ctx, retry.Policy{}, func(context.Context) error { cancel(); return nil })
	if err != nil {
		t.Errorf("got %v, want none: the call succeeded", err)
	}
}

func TestAttemptsAreThoseOfOneCall(t *testing.T) {
	p := retry.Policy{Attempts: 2}
	for range 3 {
		if a := p.Start(); !a.Allow(errAway) || a.Allow(errAway) {
			t.Fatal("got another number of attempts than 2")
		}
	}
}

func TestResetForgetsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := retry.Policy{Attempts: 2, MaxElapsed: time.Minute}.Start()
		for range 5 {
			time.Sleep(50 * time.Second)
			if !a.Allow(errAway) {
				t.Fatal("got no further attempt after progress")
			}
			a.Reset()
		}
		if !a.Allow(errAway) || a.Allow(errAway) {
			t.Error("got another number of attempts than 2 without progress")
		}
	})
}

func TestPretendedPausesCountAsTime(t *testing.T) {
	var paused time.Duration
	ctx := retry.WithPauses(t.Context(), func(_ context.Context, d time.Duration) error { paused += d; return nil })
	start, calls := time.Now(), 0
	err := retry.Do(ctx, seconds(retry.Policy{MaxElapsed: time.Hour}), func(context.Context) error { calls++; return errAway })
	if !errors.Is(err, errAway) || paused < time.Hour || paused > time.Hour+15*time.Second {
		t.Errorf("got %v after pauses of %v, want %v after an hour", err, paused, errAway)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("got %v of real time", took)
	}
}
