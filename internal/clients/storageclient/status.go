package storageclient

import (
	"errors"
	"net/http"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
)

// WithStatus adds the status 404 to an error that says without a status that an object or a bucket does not exist, so that
// package gcperr can read it without linking the client. Downloads report a missing object so; every other call of the
// client wraps the status. Any other error is returned unchanged.
func WithStatus(err error) error {
	if !errors.Is(err, storage.ErrObjectNotExist) && !errors.Is(err, storage.ErrBucketNotExist) {
		return err
	}
	if _, ok := errors.AsType[*googleapi.Error](err); ok {
		return err
	}
	return &missing{err}
}

// missing is an error with status 404 and the text of the client's own error.
type missing struct{ err error }

func (m *missing) Error() string { return m.err.Error() }

// Unwrap returns the client's error and the status.
func (m *missing) Unwrap() []error {
	return []error{m.err, &googleapi.Error{Code: http.StatusNotFound, Message: m.err.Error()}}
}
