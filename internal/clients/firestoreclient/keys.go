package firestoreclient

import "google.golang.org/api/firestore/v1"

// Keys returns the name of the key of a database and those of its key versions in use, or "" for a database without a key.
func Keys(d *firestore.GoogleFirestoreAdminV1Database) []string {
	if d.CmekConfig == nil {
		return []string{""}
	}
	return append([]string{d.CmekConfig.KmsKeyName}, d.CmekConfig.ActiveKeyVersion...)
}
