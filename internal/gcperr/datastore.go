package gcperr

import (
	"regexp"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// harmlessInDatastore matches the parts of Datastore's messages that say what is wrong and quote nothing.
var harmlessInDatastore = regexp.MustCompile(`is longer than \d+ bytes|entity is too big|cannot write more than \d+ entities|` +
	`payload size exceeds the limit|database .{1,70} does not exist|not available for Firestore in Native Mode|` +
	`nested more than \d+ levels|reserved|too many indexed|multiple mutations affecting the same entity|` +
	`customer-managed encryption key required by the requested resource is not accessible`)

// DatastoreText describes an error of a Datastore call, without anything that may come from a user's entities.
func DatastoreText(err error) string {
	text := harmlessInDatastore.FindString(err.Error())
	if text == "" {
		text = "what else it says is left out, because it may quote entities"
	}
	return "got gRPC code " + status.Code(err).String() + " from Datastore: " + text
}

// OperationError returns the error of a long-running operation over REST in the form that this package reads.
func OperationError(code int64, message string) error { return status.Error(codes.Code(code), message) }
