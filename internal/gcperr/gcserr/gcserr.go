// Package gcserr reads the errors of the Cloud Storage client that carry no status: its downloads report a missing object
// as [storage.ErrObjectNotExist] alone. Every other call of that client wraps the status, which package gcperr reads
// without linking the client.
package gcserr

import (
	"errors"
	"net/http"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Wrap is [gcperr.Wrap] for errors of a download.
func Wrap(op, resource string, key cmekpipe.KeyName, err error) error {
	return gcperr.Wrap(op, resource, key, WithStatus(err))
}

// WithStatus adds the status 404 to an error that says without a status that an object or a bucket does not exist. It
// returns any other error unchanged.
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
