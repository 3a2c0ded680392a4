package gcperr_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func TestWrapCallTellsWhoseDeadlineItWas(t *testing.T) {
	expired, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	err := fmt.Errorf("retry: %w", context.DeadlineExceeded)
	if got := gcperr.WrapCall(expired, "op", "r", cmekpipe.KeyName{}, err); got != err {
		t.Errorf("deadline of the caller: got %v, want it unchanged", got)
	}
	got := gcperr.WrapCall(t.Context(), "op", "r", cmekpipe.KeyName{}, err)
	if cmekpipe.CodeOf(got) != cmekpipe.Unavailable || errors.Is(got, context.DeadlineExceeded) {
		t.Errorf("deadline of the client: got %v, want %v", got, cmekpipe.Unavailable)
	}
	if got := gcperr.WrapCall(t.Context(), "op", "r", cmekpipe.KeyName{}, nil); got != nil {
		t.Errorf("no error: got %v", got)
	}
}
