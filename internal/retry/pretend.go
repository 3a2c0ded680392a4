package retry

import (
	"context"
	"time"
)

// pretendKey is the key of a context's pauses.
type pretendKey struct{}

// WithPauses returns a context in which calls make their pauses by calling pause, and count them as time that has passed.
// Tests use it to move a clock of their own instead of waiting.
func WithPauses(ctx context.Context, pause func(context.Context, time.Duration) error) context.Context {
	return context.WithValue(ctx, pretendKey{}, pause)
}

// pretended returns the pauses of a context, nil for real ones.
func pretended(ctx context.Context) func(context.Context, time.Duration) error {
	pause, _ := ctx.Value(pretendKey{}).(func(context.Context, time.Duration) error)
	return pause
}
