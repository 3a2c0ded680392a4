// Package atrest reads out of what services tell of a resource which keys it rests under. Connectors compare these before
// they write, and a launch when it has ended.
package atrest

import (
	"slices"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Spanner returns the keys that a database was created with, each once. One that is no key's name stays as it is.
func Spanner(d *databasepb.Database) []string {
	names := slices.Clone(d.GetEncryptionConfig().GetKmsKeyNames())
	if one := d.GetEncryptionConfig().GetKmsKeyName(); one != "" {
		names = append(names, one)
	}
	return once(names)
}

// SpannerInUse returns the keys that a database reports beside those that it was created with: of the versions that its
// data rests under, and "" where that is Google's default.
func SpannerInUse(d *databasepb.Database) []string {
	var names []string
	for _, info := range d.GetEncryptionInfo() {
		if info.GetEncryptionType() == databasepb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION {
			names = append(names, "")
		} else if info.GetKmsKeyVersion() != "" {
			names = append(names, info.GetKmsKeyVersion())
		}
	}
	return once(names)
}

// Firestore returns the key of a database and those of its versions in use, each once; "" for a database without one.
func Firestore(d *firestore.GoogleFirestoreAdminV1Database) []string {
	if d.CmekConfig == nil {
		return []string{""}
	}
	return once(append([]string{d.CmekConfig.KmsKeyName}, d.CmekConfig.ActiveKeyVersion...))
}

// Bigtable returns the keys of clusters, each once; "" for a cluster without one.
func Bigtable(found *adminpb.ListClustersResponse) []string {
	var names []string
	for _, c := range found.GetClusters() {
		names = append(names, c.GetEncryptionConfig().GetKmsKeyName())
	}
	return once(names)
}

// once turns versions into keys and leaves every name there once.
func once(names []string) []string {
	var keys []string
	for _, name := range names {
		if key, err := cmekpipe.ParseKeyOrVersion(name); err == nil {
			name = key.String()
		}
		if !slices.Contains(keys, name) {
			keys = append(keys, name)
		}
	}
	return keys
}
