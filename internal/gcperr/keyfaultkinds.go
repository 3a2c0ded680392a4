package gcperr

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// stateFaults are what Cloud KMS says of a version that is not enabled, and what Cloud Storage makes of it.
// Sources: https://docs.cloud.google.com/kms/docs/key-states,
// https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes.
func stateFaults() []faultKind {
	const code = cmekpipe.KeyDisabled
	return []faultKind{
		{[]string{"current state is: DESTROYED"}, code, "the key's version is destroyed", replaceVersion},
		{[]string{"current state is: DESTROY_SCHEDULED"}, code, "the key's version is scheduled for destruction", restoreVersion},
		{[]string{"KEY_DESTROY_SCHEDULED"}, code, "the key's version is scheduled for destruction", restoreVersion},
		{[]string{"is not enabled, current state is"}, code, "the key's version is not enabled", enableVersion},
		{[]string{"KEY_DISABLED"}, code, "the key's version is not enabled", enableVersion},
		{[]string{"disabled, destroyed, or scheduled"}, code,
			"the key's version is disabled, destroyed or scheduled for destruction; Cloud Storage does not say which", enableVersion},
	}
}

// externalFaults are about keys that an external key manager holds.
// Sources: https://docs.cloud.google.com/kms/docs/reference/ekm_errors, https://docs.cloud.google.com/spanner/docs/cmek.
func externalFaults() []faultKind {
	const denied, missing = "the external key manager denies the key to Cloud KMS", "the external key manager knows no such key"
	const unreachable = "Cloud KMS can't reach the external key manager that holds the key"
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

// keyFaults are what Cloud KMS says of the key itself, of the caller and of its own limits.
// Sources: https://docs.cloud.google.com/kms/docs/encrypt-decrypt-rsa, https://docs.cloud.google.com/kms/quotas,
// https://github.com/GoogleCloudPlatform/golang-samples/pull/2001.
func keyFaults() []faultKind {
	const missing, quota = "Cloud KMS knows no such key", "the quota of Cloud KMS requests is used up"
	return []faultKind{
		{[]string{"incorrect key purpose"}, cmekpipe.KeyUnusable, "the key has another purpose than to encrypt data", makeKey},
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

// serviceFaults are what services say of a key in their own words.
// Sources: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys,
// https://docs.cloud.google.com/dataflow/docs/guides/troubleshoot-permissions,
// https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption,
// https://docs.cloud.google.com/kms/docs/cmek-org-policy, https://github.com/googleapis/google-cloud-go/issues/1787,
// https://github.com/googleapis/google-cloud-cpp/issues/7304, https://docs.cloud.google.com/eventarc/docs/troubleshoot-cmek.
func serviceFaults() []faultKind {
	const elsewhere, denied = "the key is in another location than what it is to protect", "the service agent may not use the key"
	const policy = "an organization policy forbids it"
	return []faultKind{
		{[]string{"Permission denied on Cloud KMS key"}, cmekpipe.KeyDenied, denied, grant},
		{[]string{"Please grant Cloud KMS CryptoKey Encrypter/Decrypter role"}, cmekpipe.KeyDenied, denied, grant},
		{[]string{"can't protect resources for this job"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Cloud KMS key location not allowed"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Cloud KMS region", "not available for use with"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Incompatible CryptoKey location"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Key region", "must match the resource to be protected"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"This region is not supported"}, cmekpipe.LocationMismatch, elsewhere, moveKey},
		{[]string{"Existing table encryption settings don't match"}, cmekpipe.KeyMismatch, "the table exists under another key, or under none", otherTable},
		{[]string{"requires that you specify an encryption key"}, cmekpipe.PreconditionFailed, policy + " to leave a key out", askAdministrator},
		{[]string{"constraints/gcp.restrictNonCmekServices"}, cmekpipe.PreconditionFailed, policy + " to leave a key out", askAdministrator},
		{[]string{"prevents using KMS keys from project"}, cmekpipe.PreconditionFailed, policy + " to use keys of that project", askAdministrator},
		{[]string{"constraints/gcp.restrictCmekCryptoKeyProjects"}, cmekpipe.PreconditionFailed, policy + " to use keys of that project", askAdministrator},
		{[]string{"The KMS key does not contain a location"}, cmekpipe.KeyUnusable, "the key's name is malformed", spellKey},
		{[]string{"Cloud KMS key", "cannot be validated"}, cmekpipe.KeyUnusable, "Dataflow can't make sense of the key's name", spellKey},
		{[]string{"Bad Cloud KMS key"}, cmekpipe.KeyUnusable, "the key can't be used to encrypt data", spellKey},
	}
}

// vagueFaults tell that a key can't be used, and not whether it is disabled or denied.
// Source: https://cloud.google.com/knowledge/kb/cannot-create-table-with-customer-managed-encryption-000004532.
func vagueFaults() []faultKind {
	const cause = "the service can't use the key and does not say why: it is disabled, destroyed or denied to its service agent"
	kinds := []faultKind{{[]string{"problematic CMEK state"}, cmekpipe.KeyDisabled, cause, enableOrGrant}}
	for _, text := range inaccessibleTexts() {
		kinds = append(kinds, faultKind{[]string{text}, cmekpipe.KeyDisabled, cause, enableOrGrant})
	}
	return kinds
}
