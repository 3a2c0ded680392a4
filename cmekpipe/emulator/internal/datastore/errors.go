package datastore

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// inaccessibleText is Google's whole answer where a key can't be used, whatever the reason. Source:
// https://docs.cloud.google.com/firestore/native/docs/use-cmek.
const inaccessibleText = "The customer-managed encryption key required by the requested resource is not accessible"

// contention is how a transaction ends that lost against another write.
func contention() error {
	return status.Error(codes.Aborted, "Aborted due to cross-transaction contention. This occurs when multiple transactions "+
		"attempt to access the same data, requiring Firestore to abort at least one in order to enforce serializability.")
}
