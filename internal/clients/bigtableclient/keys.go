package bigtableclient

import "cloud.google.com/go/bigtable/admin/apiv2/adminpb"

// Keys returns the name of the key of each cluster, "" for a cluster without one.
func Keys(found *adminpb.ListClustersResponse) []string {
	names := make([]string, len(found.GetClusters()))
	for i, c := range found.GetClusters() {
		names[i] = c.GetEncryptionConfig().GetKmsKeyName()
	}
	return names
}
