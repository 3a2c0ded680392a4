package healthcareclient

import "google.golang.org/api/healthcare/v1"

// Key returns the name of the key of a dataset, "" for a dataset without one.
func Key(d *healthcare.Dataset) string {
	if d.EncryptionSpec == nil {
		return ""
	}
	return d.EncryptionSpec.KmsKeyName
}
