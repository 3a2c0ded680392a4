package gcperr

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// DatastorePasses reports whether a call of Datastore or of the Firestore Admin API that failed may succeed when it is made again:
// the service was busy or away, the answer got lost, or another writer was faster.
// Source: https://docs.cloud.google.com/datastore/docs/concepts/errors.
func DatastoreTransient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if _, typed := errors.AsType[*cmekpipe.Error](err); typed {
		return false
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Code == http.StatusTooManyRequests || e.Code >= http.StatusInternalServerError && e.Code != http.StatusNotImplemented
	}
	s, ok := status.FromError(err)
	if !ok {
		return true // nobody answered
	}
	switch s.Code() {
	case codes.Unavailable, codes.ResourceExhausted, codes.Aborted, codes.DeadlineExceeded, codes.Internal:
		return true
	}
	return false
}

// harmlessInDatastore are the parts of Datastore's texts that tell what is wrong and quote nothing.
var harmlessInDatastore = regexp.MustCompile(`is longer than \d+ bytes|entity is too big|cannot write more than \d+ entities|` +
	`payload size exceeds the limit|database .{1,70} does not exist|not available for Firestore in Native Mode|` +
	`nested more than \d+ levels|reserved|too many indexed|multiple mutations affecting the same entity|` +
	`customer-managed encryption key required by the requested resource is not accessible`)

// DatastoreText describes an error of a call of Datastore without what may be of a user's entities.
func DatastoreText(err error) string {
	text := harmlessInDatastore.FindString(err.Error())
	if text == "" {
		text = "what else it says is left out, because it may quote entities"
	}
	return "got gRPC code " + status.Code(err).String() + " from Datastore: " + text
}

// OperationError returns the error that a long-running operation over REST ended with, for this package to read.
func OperationError(code int64, message string) error { return status.Error(codes.Code(code), message) }
