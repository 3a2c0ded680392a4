package spannerclient

import "cloud.google.com/go/spanner/admin/database/apiv1/databasepb"

// Keys returns the names of the keys that a database was created with. A database without a key has none.
func Keys(d *databasepb.Database) []string {
	config := d.GetEncryptionConfig()
	names := append([]string(nil), config.GetKmsKeyNames()...)
	if one := config.GetKmsKeyName(); one != "" {
		names = append(names, one)
	}
	return names
}

// KeysInUse returns the names of the key versions that the data of a database is encrypted with, and "" for data with
// Google's default encryption.
func KeysInUse(d *databasepb.Database) []string {
	var names []string
	for _, info := range d.GetEncryptionInfo() {
		switch version := info.GetKmsKeyVersion(); {
		case info.GetEncryptionType() == databasepb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION:
			names = append(names, "")
		case version != "":
			names = append(names, version)
		}
	}
	return names
}
