package keycheck_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

func TestRecheck(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := keycheck.Recheck{Now: func() time.Time { return now }}
	refusal := errors.New("another key")
	for i, step := range []struct {
		after  time.Duration
		answer error
		asked  bool
	}{
		{0, refusal, true}, {0, nil, true}, {0, nil, false}, {keycheck.Interval - 1, nil, false}, {1, nil, true},
		{keycheck.Interval, refusal, true}, {0, refusal, true}, {0, nil, true}, {time.Minute, nil, false},
	} {
		now = now.Add(step.after)
		asked := false
		err := r.Do(t.Context(), func(context.Context) error {
			asked = true
			return step.answer
		})
		if asked != step.asked || asked && err != step.answer || !asked && err != nil {
			t.Errorf("step %d: got checked %v, error %v, want checked %v, error %v", i, asked, err, step.asked, step.answer)
		}
	}
}
