package bigtableclient

import (
	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/keynames"
)

// Keys returns the keys of clusters, each once; "" for a cluster without a key.
func Keys(found *adminpb.ListClustersResponse) []string {
	var names []string
	for _, c := range found.GetClusters() {
		names = append(names, c.GetEncryptionConfig().GetKmsKeyName())
	}
	return keynames.Distinct(names)
}
