package spannerclient

import (
	"slices"

	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/keynames"
)

// Keys returns the keys that a database was created with, each once. What is not the name of a key stays as it is.
func Keys(d *databasepb.Database) []string {
	names := slices.Clone(d.GetEncryptionConfig().GetKmsKeyNames())
	if one := d.GetEncryptionConfig().GetKmsKeyName(); one != "" {
		names = append(names, one)
	}
	return keynames.Distinct(names)
}

// KeysInUse returns the keys whose versions encrypt a database's data now, each once; "" stands for Google's default
// encryption.
func KeysInUse(d *databasepb.Database) []string {
	var names []string
	for _, info := range d.GetEncryptionInfo() {
		if info.GetEncryptionType() == databasepb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION {
			names = append(names, "")
		} else if info.GetKmsKeyVersion() != "" {
			names = append(names, info.GetKmsKeyVersion())
		}
	}
	return keynames.Distinct(names)
}
