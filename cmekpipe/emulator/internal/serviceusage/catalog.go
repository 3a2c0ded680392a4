package serviceusage

// titles returns the services that the loopback cloud knows, with the titles of their APIs.
func titles() map[string]string {
	return map[string]string{
		"artifactregistry.googleapis.com": "Artifact Registry API", "bigquery.googleapis.com": "BigQuery API",
		"bigquerystorage.googleapis.com": "BigQuery Storage API", "bigtable.googleapis.com": "Cloud Bigtable API",
		"bigtableadmin.googleapis.com": "Cloud Bigtable Admin API", "cloudasset.googleapis.com": "Cloud Asset API",
		"cloudkms.googleapis.com": "Cloud Key Management Service (KMS) API", "cloudquotas.googleapis.com": "Cloud Quotas API",
		"cloudresourcemanager.googleapis.com": "Cloud Resource Manager API", "compute.googleapis.com": "Compute Engine API",
		"containeranalysis.googleapis.com": "Container Analysis API", "dataflow.googleapis.com": "Dataflow API",
		"datastore.googleapis.com": "Cloud Datastore API", "firestore.googleapis.com": "Cloud Firestore API",
		"healthcare.googleapis.com": "Cloud Healthcare API", "iam.googleapis.com": "Identity and Access Management (IAM) API",
		"kmsinventory.googleapis.com": "KMS Inventory API", "logging.googleapis.com": "Cloud Logging API",
		"monitoring.googleapis.com": "Cloud Monitoring API", "orgpolicy.googleapis.com": "Organization Policy API",
		"policytroubleshooter.googleapis.com": "Policy Troubleshooter API", "pubsub.googleapis.com": "Cloud Pub/Sub API",
		"secretmanager.googleapis.com": "Secret Manager API", "serviceusage.googleapis.com": "Service Usage API",
		"spanner.googleapis.com": "Cloud Spanner API", "storage.googleapis.com": "Cloud Storage API",
	}
}

// serviceOf returns the service of a method, named as faults name it: "storage.objects.get".
func serviceOf(prefix string) string {
	if prefix == "kms" {
		prefix = "cloudkms"
	}
	return prefix + ".googleapis.com"
}
