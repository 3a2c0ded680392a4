package firestoreclient

import (
	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/keynames"
)

// Keys returns the key of a database and those of its versions in use, each once; "" for a database without a key.
func Keys(d *firestore.GoogleFirestoreAdminV1Database) []string {
	if d.CmekConfig == nil {
		return []string{""}
	}
	return keynames.Distinct(append([]string{d.CmekConfig.KmsKeyName}, d.CmekConfig.ActiveKeyVersion...))
}
