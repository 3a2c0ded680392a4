package datastore

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// inaccessibleText is Google's text for a key that can't be used, whatever the reason. Source:
// https://docs.cloud.google.com/firestore/native/docs/use-cmek.
const inaccessibleText = "The customer-managed encryption key required by the requested resource is not accessible"

// contention is the error of a transaction that conflicts with another write.
func contention() error {
	return status.Error(codes.Aborted, "Aborted due to cross-transaction contention. This occurs when multiple transactions "+
		"attempt to access the same data, requiring Firestore to abort at least one in order to enforce serializability.")
}
