package rule

import "slices"

// Severity says what a finding asks for.
type Severity string

// The severities. Their text never changes.
const (
	// Error: data rests, or would come to rest, outside the key, or nobody can tell that it doesn't. It has to be put right.
	SeverityError Severity = "error"
	// Warning: it depends on something that was not looked at. Somebody has to look.
	SeverityWarning Severity = "warning"
	// Notice: it is as it must be, and is worth knowing: what no key covers.
	SeverityNotice Severity = "notice"
)

// Rule is what findings of one kind have in common.
type Rule struct {
	// ID is never reused: "CMEK021".
	ID string `json:"id"`
	// Title is one line that holds for every finding of the rule.
	Title    string   `json:"title"`
	Severity Severity `json:"severity"`
	// Remedy says what to do where a finding doesn't say it better.
	Remedy string `json:"remedy"`
	// Link is the page that the rule rests on.
	Link string `json:"link"`
}

// All returns every rule, in order of their IDs.
func All() []Rule {
	return slices.Concat(planned(), resting())
}

// Find returns the rule of an ID. It reports false for an ID that this version doesn't know.
func Find(id string) (Rule, bool) {
	all := All()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

// The pages that rules rest on.
const (
	dataflowPage = "https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys"
	servicesPage = "https://docs.cloud.google.com/kms/docs/compatible-services"
	grantsPage   = "https://docs.cloud.google.com/iam/docs/permissions-reference"
)

// planned are the rules on what a pipeline and its options would do.
func planned() []Rule {
	return []Rule{
		{"CMEK001", "a transform creates data at rest without the pipeline's key", SeverityError,
			"write with a connector of cmekpipe/io, to a destination that a key minted", dataflowPage},
		{"CMEK002", "a transform writes to a service outside Cloud KMS", SeverityWarning,
			"see to it that its operator encrypts with a key of yours", servicesPage},
		{"CMEK003", "a transform runs code that can't be seen into", SeverityNotice,
			"make sure by review that it creates nothing at rest", dataflowPage},
		{"CMEK004", "a transform writes to the worker's own disk", SeverityWarning,
			"write to Cloud Storage with cmekpipe/io, to an object that a key minted", dataflowPage},
		{"CMEK005", "the job has metadata that no key covers", SeverityNotice,
			"keep secrets and personal data out of names, labels and parameters", dataflowPage},
		{"CMEK006", "the pipeline's graph holds constants, and no key covers the graph", SeverityNotice,
			"read secrets and personal data from a source that rests under a key, not from beam.Create or a DoFn's field", dataflowPage},
		{"CMEK007", "pipeline options travel to the workers as metadata that no key covers", SeverityNotice,
			"keep secrets and personal data out of beam.PipelineOptions", dataflowPage},
		{"CMEK008", "it is not known whether the key's location serves the job's region", SeverityWarning,
			"ask Google, or use a region whose keys are documented", dataflowPage},
		{"CMEK009", "one destination is to rest under two keys", SeverityError,
			"mint the destination with the one key that it rests under", servicesPage},
	}
}

// resting are the rules on what exists and what it rests under.
func resting() []Rule {
	return []Rule{
		{"CMEK020", "nothing exists where something has to rest under the key", SeverityError,
			"look whether the job ended well, and whether somebody deleted it; run again", servicesPage},
		{"CMEK021", "it rests under no key of Cloud KMS", SeverityError,
			"look who wrote it; delete it and run again", servicesPage},
		{"CMEK022", "it rests under another key", SeverityError,
			"look who wrote it; delete it and run again", servicesPage},
		{"CMEK023", "it can't be seen, because a permission is missing", SeverityError,
			"grant the permission and verify again", grantsPage},
		{"CMEK024", "it can't be told whether it rests under the key", SeverityError,
			"look at it by hand", servicesPage},
	}
}
