package gcperr

import (
	"errors"
	"fmt"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WrapQuiet is [Wrap] for calls that carry a user's data: the text of the service's answer, which may quote it, stays
// out of the result. The code is taken from it all the same.
func WrapQuiet(op, resource string, key cmekpipe.KeyName, err error) error {
	wrapped := Wrap(op, resource, key, err)
	if e, ok := wrapped.(*cmekpipe.Error); ok && e.Err == err {
		e.Err = quiet(err)
	}
	return wrapped
}

func quiet(err error) error {
	const left = "; what it says is left out, because it may quote data"
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return fmt.Errorf("got HTTP status %d%s", e.Code, left)
	}
	if s, ok := status.FromError(err); ok {
		return fmt.Errorf("got gRPC code %v%s", s.Code(), left)
	}
	return err
}
