package shared

import (
	"os"
	"slices"
	"strings"
)

// The environment variables that point Google's clients at an emulator. Each holds HOST:PORT. The clients of Cloud Storage,
// Pub/Sub, Spanner, Bigtable and Datastore read their variable themselves. The packages of this module's clients give the others
// a variable of the same form, so that workers reach the loopback cloud too.
const (
	StorageHost              = "STORAGE_EMULATOR_HOST"
	DataflowHost             = "DATAFLOW_EMULATOR_HOST"
	KMSHost                  = "CLOUD_KMS_EMULATOR_HOST"
	BigQueryHost             = "BIGQUERY_EMULATOR_HOST"
	BigQueryStorageHost      = "BIGQUERY_STORAGE_EMULATOR_HOST"
	PubSubHost               = "PUBSUB_EMULATOR_HOST"
	SpannerHost              = "SPANNER_EMULATOR_HOST"
	BigtableHost             = "BIGTABLE_EMULATOR_HOST"
	DatastoreHost            = "DATASTORE_EMULATOR_HOST"
	FirestoreAdminHost       = "FIRESTORE_ADMIN_EMULATOR_HOST"
	HealthcareHost           = "HEALTHCARE_EMULATOR_HOST"
	ResourceManagerHost      = "RESOURCE_MANAGER_EMULATOR_HOST"
	IAMHost                  = "IAM_EMULATOR_HOST"
	PolicyTroubleshooterHost = "POLICY_TROUBLESHOOTER_EMULATOR_HOST"
	ServiceUsageHost         = "SERVICE_USAGE_EMULATOR_HOST"
	OrgPolicyHost            = "ORG_POLICY_EMULATOR_HOST"
	ComputeHost              = "COMPUTE_EMULATOR_HOST"
)

// EmulatorVariables returns the names of all variables in the environment that point a Google client at an emulator, sorted. It finds
// variables of services that this module does not use too.
func EmulatorVariables() []string {
	var names []string
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if value != "" && (strings.HasSuffix(name, "_EMULATOR_HOST") || strings.HasSuffix(name, "_EMULATOR_HOST_GRPC")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
