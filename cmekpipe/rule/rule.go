package rule

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// Rule is what findings of one kind have in common.
type Rule struct {
	// ID is never reused.
	ID ID `json:"id"`
	// Title names the fault in one clause that holds for every finding of the rule.
	Title string `json:"title"`
	// Text says in a paragraph what was checked and what a finding means.
	Text string `json:"text"`
	// Why says in a paragraph why it matters for data that is to be encrypted with a customer-managed key.
	Why      string   `json:"why"`
	Severity Severity `json:"severity"`
	// Duty says who acts on a finding.
	Duty Duty `json:"duty"`
	// Remedy says what to do where a finding has no remedy of its own.
	Remedy string `json:"remedy"`
	// Link is the page of documentation that the rule is based on.
	Link string `json:"link"`
	// Since is the version of this module that had the rule first.
	Since string `json:"since"`
	// Code is the code of the error that [Findings.Err] makes of a finding; "" unless the severity is SeverityError.
	Code cmekpipe.Code `json:"code,omitempty"`
}

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
	// SeverityNone: nothing to do. Findings that passed or do not apply have it, and no rule.
	SeverityNone Severity = "none"
)

// Duty says whose task it is to fulfil a rule, in the shared responsibility of Google and its customers.
type Duty string

// The duties. Their text never changes.
const (
	// DutyCustomer: the project's owner, or who writes and launches the pipeline.
	DutyCustomer Duty = "customer"
	// DutyGoogle: Google. The customer can find out, and open a support case.
	DutyGoogle Duty = "google"
)

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
	releasesPage  = "https://pkg.go.dev/github.com/cmekpipe/cmekpipe-go?tab=versions"
)
