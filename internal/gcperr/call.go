package gcperr

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WrapCall is [Wrap] for a call that was made with ctx. Some of Google's clients give up a call after a time of their own
// and then return the error of a context, though the caller's goes on: that is [cmekpipe.Unavailable].
func WrapCall(ctx context.Context, op, resource string, key cmekpipe.KeyName, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		code := cmekpipe.Unavailable
		return &cmekpipe.Error{Op: op, Code: code, Resource: resource, Hint: hint(code, resource, key),
			Err: errors.New("the service did not answer in time")}
	}
	return Wrap(op, resource, key, err)
}
