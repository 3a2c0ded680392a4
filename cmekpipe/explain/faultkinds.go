package explain

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// faultKind is a kind of message. A message is of the kind if it contains every one of texts.
type faultKind struct {
	texts  []string
	code   cmekpipe.Code
	cause  string
	advice advice
}

func (k faultKind) matches(message string) bool {
	for _, text := range k.texts {
		if !strings.Contains(message, text) {
			return false
		}
	}
	return true
}

// stateFaults are what services say about a version that is not enabled. Cloud KMS has two wordings with the state in them, and
// Cloud Storage does not name the state.
// Sources: https://docs.cloud.google.com/kms/docs/key-states,
// https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes.
func stateFaults() []faultKind {
	const code = cmekpipe.KeyDisabled
	var kinds []faultKind
	for _, state := range []struct {
		name, cause string
		advice      advice
	}{
		{"DESTROYED", "the key's version is destroyed", replaceVersion},
		{"DESTROY_SCHEDULED", "the key's version is scheduled for destruction", restoreVersion},
		{"PENDING_GENERATION", "the key's version is still being generated", awaitVersion},
		{"PENDING_IMPORT", "the key's version still waits for its key material to be imported", importVersion},
		{"GENERATION_FAILED", "the key's version could not be generated", createVersion},
		{"IMPORT_FAILED", "the key material of the key's version could not be imported", createVersion},
		{"PENDING_EXTERNAL_DESTRUCTION", "the key's version is being destroyed in the external key manager", replaceVersion},
		{"EXTERNAL_DESTRUCTION_FAILED", "the key's version was to be destroyed in the external key manager", replaceVersion},
		{"DISABLED", "the key's version is disabled", enableVersion},
	} {
		kinds = append(kinds,
			faultKind{[]string{"current state is: " + state.name}, code, state.cause, state.advice},
			faultKind{[]string{"has value " + state.name + " in field crypto_key_version.state"}, code, state.cause, state.advice})
	}
	return append(kinds,
		faultKind{[]string{"KEY_DESTROY_SCHEDULED"}, code, "the key's version is scheduled for destruction", restoreVersion},
		faultKind{[]string{"is not enabled, current state is"}, code, "the key's version is not enabled", enableVersion},
		faultKind{[]string{"in field crypto_key_version.state"}, code, "the key's version is not enabled", enableVersion},
		faultKind{[]string{"KEY_DISABLED"}, code, "the key's version is not enabled", enableVersion},
		faultKind{[]string{"disabled, destroyed, or scheduled"}, code,
			"the key's version is disabled, destroyed or scheduled for destruction; Cloud Storage does not say which", enableVersion})
}

// externalFaults are about keys that an external key manager holds.
// Sources: https://docs.cloud.google.com/kms/docs/reference/ekm_errors, https://docs.cloud.google.com/spanner/docs/cmek.
func externalFaults() []faultKind {
	const denied, missing = "the external key manager denies the key to Cloud KMS", "the external key manager has no such key"
	const unreachable = "Cloud KMS cannot reach the external key manager that holds the key"
	return []faultKind{
		{[]string{"EXTERNAL_PERMISSION_DENIED"}, cmekpipe.KeyDenied, denied, grantExternal},
		{[]string{"Permission was denied when accessing the key"}, cmekpipe.KeyDenied, denied, grantExternal},
		{[]string{"Permission was denied when accessing the crypto space"}, cmekpipe.KeyDenied, denied, grantExternal},
		{[]string{"Permission was denied when accessing the EKM host"}, cmekpipe.KeyDenied, denied, grantExternal},
		{[]string{"Could not query EKM host"}, cmekpipe.KeyUnreachable, unreachable, reachExternal},
		{[]string{"Could not resolve the domain name for the key"}, cmekpipe.KeyUnreachable, unreachable, reachExternal},
		{[]string{"Key URI has invalid format"}, cmekpipe.KeyUnusable, "the URI of the external key is malformed", checkExternal},
		{[]string{"Could not find a key resource at the key URI"}, cmekpipe.KeyNotFound, missing, checkExternal},
		{[]string{"EXTERNAL_NOT_FOUND"}, cmekpipe.KeyNotFound, missing, checkExternal},
		{[]string{"External key error"}, cmekpipe.KeyUnreachable, "the external key manager did not serve the key", reachExternal},
	}
}

// keyFaults are what Cloud KMS says about the key itself, the caller and its own limits.
// Sources: https://docs.cloud.google.com/kms/docs/encrypt-decrypt-rsa, https://docs.cloud.google.com/kms/quotas,
// https://github.com/GoogleCloudPlatform/golang-samples/pull/2001.
func keyFaults() []faultKind {
	const missing, quota = "Cloud KMS has no such key", "the quota of Cloud KMS requests is used up"
	return []faultKind{
		{[]string{"incorrect key purpose"}, cmekpipe.KeyUnusable, "the key has a purpose other than ENCRYPT_DECRYPT", makeKey},
		{[]string{"CryptoKey projects/", " not found"}, cmekpipe.KeyNotFound, missing, findKey},
		{[]string{"Cloud KMS", "encryption key not found"}, cmekpipe.KeyNotFound, missing, findKey},
		{[]string{"Cloud KMS", "decryption key not found"}, cmekpipe.KeyNotFound, missing, findKey},
		{[]string{"Cloud Key Management Service", "API has not been used"}, cmekpipe.KeyNotFound,
			"the Cloud KMS API is off in the project", enableAPI},
		{[]string{"Quota exceeded", "cloudkms.googleapis.com"}, cmekpipe.Unavailable, quota, raiseQuota},
		{[]string{"Insufficient tokens for quota", "cloudkms.googleapis.com"}, cmekpipe.Unavailable, quota, raiseQuota},
		{[]string{"cloudkms.cryptoKeyVersions.useTo"}, cmekpipe.KeyDenied, "the service agent may not use the key, or there is no such key", grant},
	}
}

// serviceFaults are what services say about a key in their own words.
// Sources: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys,
// https://docs.cloud.google.com/dataflow/docs/guides/troubleshoot-permissions,
// https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption,
// https://docs.cloud.google.com/kms/docs/cmek-org-policy, https://github.com/googleapis/google-cloud-go/issues/1787,
// https://github.com/googleapis/google-cloud-cpp/issues/7304, https://docs.cloud.google.com/eventarc/docs/troubleshoot-cmek.
func serviceFaults() []faultKind {
	const elsewhere, denied = "the key is not in the location of the resource", "the service agent may not use the key"
	const policy = "an organization policy forbids it"
	return []faultKind{
		{[]string{"Permission denied on Cloud KMS key"}, cmekpipe.KeyDenied, denied, grant},
		{[]string{"Please grant Cloud KMS CryptoKey Encrypter/Decrypter role"}, cmekpipe.KeyDenied, denied, grant},
		{[]string{"necessary permissions", "Cloud KMS CryptoKey Encrypter/Decrypter role"}, cmekpipe.KeyDenied, denied, grant},
		{[]string{"encrypt/decrypt permission denied on the key"}, cmekpipe.KeyDenied, denied, grant},
		{[]string{"can't protect resources for this job"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Cloud KMS key location not allowed"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Cloud KMS region", "not available for use with"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Incompatible CryptoKey location"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Key region", "must match the resource to be protected"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"This region is not supported"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Cloud KMS", "The request concerns location", "but was sent to location"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Existing table encryption settings don't match"}, cmekpipe.KeyMismatch, "the table exists and has another key, or none", otherTable},
		{[]string{"requires that you specify an encryption key"}, cmekpipe.PreconditionFailed, policy + " to leave a key out", askAdministrator},
		{[]string{"constraints/gcp.restrictNonCmekServices"}, cmekpipe.PreconditionFailed, policy + " to leave a key out", askAdministrator},
		{[]string{"resource without specifying a KMS CryptoKey"}, cmekpipe.PreconditionFailed, policy + " to leave a key out", askAdministrator},
		{[]string{"resource not protected by CMEK"}, cmekpipe.PreconditionFailed, policy + " to leave a key out", askAdministrator},
		{[]string{"prevents using KMS keys from project"}, cmekpipe.PreconditionFailed, policy + " to use keys of that project", askAdministrator},
		{[]string{"constraints/gcp.restrictCmekCryptoKeyProjects"}, cmekpipe.PreconditionFailed, policy + " to use keys of that project", askAdministrator},
		{[]string{"The KMS key does not contain a location"}, cmekpipe.KeyUnusable, "the key's name is malformed", spellKey},
		{[]string{"Cloud KMS key", "cannot be validated"}, cmekpipe.KeyUnusable, "Dataflow does not accept the key's name", spellKey},
		{[]string{"Bad Cloud KMS key"}, cmekpipe.KeyUnusable, "the key cannot be used to encrypt data", spellKey},
		{[]string{"Bad Cloud KMS crypto key"}, cmekpipe.KeyUnusable, "the name is that of no key, such as that of a key version", spellKey},
		{[]string{"Cloud KMS key name cannot be changed"}, cmekpipe.KeyUnusable,
			"metadata that was read back from an object names a key, and an object's key changes only when it is rewritten", rewriteObject},
	}
}

// requestFaults are about calls that fail for a reason other than the key, but that people meet when they use keys, or whose
// status suggests a wrong remedy: a perimeter, an API that is off and a billing account are no missing grants.
// Sources: https://docs.cloud.google.com/vpc-service-controls/docs/retrieve-troubleshoot-errors,
// https://docs.cloud.google.com/apis/docs/getting-started, https://docs.cloud.google.com/dataflow/quotas,
// https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption.
func requestFaults() []faultKind {
	const perimeter, billing = "a VPC Service Controls perimeter forbids the call", "the project's billing account is off"
	const tooLarge = "the job graph is larger than Dataflow accepts"
	const elsewhere = "the data and the resource are in different locations"
	return []faultKind{
		{[]string{"vpcServiceControlsUniqueIdentifier"}, cmekpipe.PermissionDenied, perimeter, findPerimeter},
		{[]string{"Request is prohibited by organization's policy"}, cmekpipe.PermissionDenied, perimeter, findPerimeter},
		{[]string{"violates VPC Service Controls"}, cmekpipe.PermissionDenied, perimeter, findPerimeter},
		{[]string{"API has not been used in project"}, cmekpipe.PreconditionFailed, "the service's API is off in the project", enableService},
		{[]string{"SERVICE_DISABLED"}, cmekpipe.PreconditionFailed, "the service's API is off in the project", enableService},
		{[]string{"requires billing to be enabled"}, cmekpipe.PreconditionFailed, billing, enableBilling},
		{[]string{"billing account", "is disabled"}, cmekpipe.PreconditionFailed, billing, enableBilling},
		{[]string{"job graph is too large"}, cmekpipe.InvalidOptions, tooLarge, shrinkGraph},
		{[]string{"serialized JSON representation of the pipeline exceeds"}, cmekpipe.InvalidOptions, tooLarge, shrinkGraph},
		{[]string{"in jobs with DDL statements"}, cmekpipe.Unsupported, "BigQuery does not accept a key for this statement", onlySelect},
		{[]string{"in jobs with DML statements"}, cmekpipe.Unsupported, "BigQuery does not accept a key for this statement", onlySelect},
		{[]string{"cannot be set for scripts"}, cmekpipe.Unsupported, "BigQuery does not accept a key for several statements", onlySelect},
		{[]string{"Cannot read and write in different locations"}, cmekpipe.LocationMismatch, elsewhere, moveResource},
		{[]string{"was not found in location"}, cmekpipe.LocationMismatch, elsewhere, moveResource},
	}
}

// vagueFaults say that a key cannot be used, but not whether it is disabled or denied.
// Sources: https://docs.cloud.google.com/spanner/docs/cmek, https://docs.cloud.google.com/firestore/native/docs/use-cmek,
// https://cloud.google.com/knowledge/kb/cannot-create-table-with-customer-managed-encryption-000004532.
func vagueFaults() []faultKind {
	const cause = "the service cannot use the key and does not say why: the key is disabled, destroyed or denied to the service agent"
	return []faultKind{
		{[]string{"problematic CMEK state"}, cmekpipe.KeyDisabled, cause, enableOrGrant},
		{[]string{"KMS key required by the Spanner resource is not accessible"}, cmekpipe.KeyDisabled, cause, enableOrGrant},
		{[]string{"customer-managed encryption key required by the requested resource is not accessible"},
			cmekpipe.KeyDisabled, cause, enableOrGrant},
	}
}
