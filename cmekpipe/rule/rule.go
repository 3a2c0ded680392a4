package rule

import (
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// ID names a rule: "CMEK021". The zero ID is invalid, and no rule has it.
type ID string

// The IDs of the rules on what a pipeline and its options would do: up to CMEK019, and from CMEK030.
const (
	UnprotectedTransform ID = "CMEK001"
	OutsideKMS           ID = "CMEK002"
	OpaqueTransform      ID = "CMEK003"
	WorkerDisk           ID = "CMEK004"
	JobMetadata          ID = "CMEK005"
	GraphConstants       ID = "CMEK006"
	PipelineOptions      ID = "CMEK007"
	LocationUnknown      ID = "CMEK008"
	TwoKeys              ID = "CMEK009"
	BucketDefaultKey     ID = "CMEK010"
	StagedFilesExpire    ID = "CMEK011"
	RecordsStay          ID = "CMEK012"
	ContainerImage       ID = "CMEK013"
	LocalSSD             ID = "CMEK014"
	GraphSize            ID = "CMEK015"
	OtherBeam            ID = "CMEK016"
	UnverifiedExpansion  ID = "CMEK017"
	NotChecked           ID = "CMEK018"
	WorkerHook           ID = "CMEK019"
	BucketEnforcement    ID = "CMEK030"
	TwoSinks             ID = "CMEK031"
)

// The IDs of the rules on what exists and how it is encrypted: CMEK020 to CMEK029.
const (
	NotFound     ID = "CMEK020"
	NoKey        ID = "CMEK021"
	OtherKey     ID = "CMEK022"
	NoPermission ID = "CMEK023"
	KeyUnknown   ID = "CMEK024"
)

// Severity says what a finding asks for.
type Severity string

// The severities. Their text never changes.
const (
	// SeverityError: data is or would be stored without the key, or this could not be ruled out. Fix it.
	SeverityError Severity = "error"
	// SeverityWarning: it depends on something that was not checked. Check it.
	SeverityWarning Severity = "warning"
	// SeverityNotice: informational, such as what no key covers.
	SeverityNotice Severity = "notice"
)

// Rule is what findings of one kind have in common.
type Rule struct {
	// ID is never reused.
	ID ID `json:"id"`
	// Title is one line that holds for every finding of the rule.
	Title    string   `json:"title"`
	Severity Severity `json:"severity"`
	// Remedy says what to do where a finding has no remedy of its own.
	Remedy string `json:"remedy"`
	// Link is the page of Google's documentation that the rule is based on.
	Link string `json:"link"`
	// Code is the code of the error that [Findings.Err] makes of a finding; "" unless the severity is SeverityError.
	Code cmekpipe.Code `json:"code,omitempty"`
}

// All returns every rule, in order of their IDs.
func All() []Rule {
	all := slices.Concat(planned(), stored())
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

// Find returns the rule of an ID. It reports false for an ID that this version doesn't know.
func Find(id ID) (Rule, bool) {
	all := All()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

// The pages that rules are based on.
const (
	dataflowPage  = "https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys"
	servicesPage  = "https://docs.cloud.google.com/kms/docs/compatible-services"
	grantsPage    = "https://docs.cloud.google.com/iam/docs/permissions-reference"
	lifecyclePage = "https://docs.cloud.google.com/storage/docs/lifecycle"
	enforcePage   = "https://docs.cloud.google.com/storage/docs/encryption/enforce-encryption-types"
	retentionPage = "https://docs.cloud.google.com/storage/docs/bucket-lock"
	imagesPage    = "https://docs.cloud.google.com/dataflow/docs/guides/using-custom-containers"
	localSSDPage  = "https://docs.cloud.google.com/compute/docs/disks/local-ssd"
	graphPage     = "https://docs.cloud.google.com/dataflow/quotas"
	beamPage      = "https://beam.apache.org/get-started/downloads/"
)

// planned are the rules on what a pipeline and its options would do.
func planned() []Rule {
	return []Rule{
		{UnprotectedTransform, "a transform creates data at rest without the pipeline's key", SeverityError,
			"write with a connector of cmekpipe/io, to a destination created from a key", dataflowPage, cmekpipe.Unprotected},
		{OutsideKMS, "a transform writes to a service outside Cloud KMS", SeverityWarning,
			"ask the service's operator to encrypt its storage with your key", servicesPage, ""},
		{OpaqueTransform, "a transform runs code that cannot be inspected", SeverityNotice,
			"check in a review that the code creates no data at rest without your key", dataflowPage, ""},
		{WorkerDisk, "a transform writes to the worker's own disk", SeverityWarning,
			"write to Cloud Storage with cmekpipe/io, to an object created from a key", dataflowPage, ""},
		{JobMetadata, "the job has metadata that no key covers", SeverityNotice,
			"keep secrets and personal data out of names, labels and parameters", dataflowPage, ""},
		{GraphConstants, "the pipeline's graph holds constants, and no key covers the graph", SeverityNotice,
			"read secrets and personal data from an encrypted source, not from beam.Create or a DoFn's field", dataflowPage, ""},
		{PipelineOptions, "pipeline options travel to the workers as metadata that no key covers", SeverityNotice,
			"keep secrets and personal data out of beam.PipelineOptions", dataflowPage, ""},
		{LocationUnknown, "it is not known whether the key's location serves the job's region", SeverityWarning,
			"use a region whose key locations are documented", dataflowPage, ""},
		{TwoKeys, "one destination has two keys", SeverityError,
			"create the destination from the same key in every transform", servicesPage, cmekpipe.KeyMismatch},
		{BucketDefaultKey, "the default key of a bucket that workers write to is not the job's", SeverityWarning,
			"gcloud storage buckets update gs://BUCKET --default-encryption-key=KEY", dataflowPage, ""},
		{StagedFilesExpire, "a lifecycle rule deletes staged files that a running job may still need", SeverityWarning,
			"set staging_location to a folder that no lifecycle rule of the bucket matches", lifecyclePage, ""},
		{RecordsStay, "records of launches can't be deleted from the staging bucket", SeverityNotice,
			"set staging_location to a bucket without retention policy and default hold", retentionPage, ""},
		{ContainerImage, "the workers' image does not have the version of Beam that is linked in", SeverityWarning,
			"name the image by the version of Beam that go.mod requires, or by its digest", imagesPage, ""},
		{LocalSSD, "the workers have local SSDs, which no customer key encrypts", SeverityWarning,
			"set machine_type to one without local SSDs", localSSDPage, ""},
		{GraphSize, "the job's request is larger than Dataflow accepts, or close to that", SeverityWarning,
			"read large constants from a file instead of beam.Create, textio.Immediate or a DoFn's field", graphPage, ""},
		{OtherBeam, "guard's catalogue of connectors describes another version of Beam", SeverityWarning,
			"use the version of Beam that this module's go.mod names", dataflowPage, ""},
		{UnverifiedExpansion, "code of another SDK comes from a service that was not verified", SeverityWarning,
			"run the expansion service on this machine and let it name the SHA-256 of its files", dataflowPage, ""},
		{NotChecked, "a transform is accepted, but a part of what it does is not checked", SeverityWarning,
			"check the part in a review, or use a connector of cmekpipe/io, which checks it", dataflowPage, ""},
		{WorkerHook, "a hook runs code on every worker that cannot be inspected", SeverityWarning,
			"check in a review that the hook creates no data at rest without your key, or remove the call of hooks.EnableHook",
			dataflowPage, ""},
		{BucketEnforcement, "a bucket of the job may accept objects without a customer-managed key", SeverityWarning,
			`echo '{"gmekEnforcement":{"restrictionMode":"FullyRestricted"}}' > gmek.json && ` +
				"gcloud storage buckets update gs://BUCKET --encryption-enforcement-file=gmek.json", enforcePage, ""},
		{TwoSinks, "two transforms write to one destination, and one would replace the output of the other", SeverityError,
			"write each collection to a destination of its own, or both with one transform: beam.Flatten(s, first, second)",
			dataflowPage, cmekpipe.InvalidOptions},
	}
}

// stored are the rules on what exists and how it is encrypted.
func stored() []Rule {
	return []Rule{
		{NotFound, "an expected resource does not exist", SeverityError,
			"check that the job ended well and that nobody deleted the resource, then run the pipeline again", servicesPage, cmekpipe.NotFound},
		{NoKey, "a resource is not encrypted with a Cloud KMS key", SeverityError,
			"find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again", servicesPage, cmekpipe.KeyMissing},
		{OtherKey, "a resource is encrypted with another key", SeverityError,
			"find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again", servicesPage, cmekpipe.KeyMismatch},
		{NoPermission, "a resource could not be read: a permission is missing", SeverityError,
			"grant the permission and verify again", grantsPage, cmekpipe.PermissionDenied},
		{KeyUnknown, "the key of a resource could not be determined", SeverityError,
			"check the resource's key in the Google Cloud console", servicesPage, cmekpipe.Unavailable},
	}
}
