package rule

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// resourceRules are the rules on what exists after a run and how it is encrypted.
func resourceRules() []Rule {
	return []Rule{
		{
			ID: NotFound, Severity: SeverityError, Code: cmekpipe.NotFound, Link: servicesPage,
			Title: "an expected resource does not exist",
			Text: "The plan names a destination, a staged file or a job that the service does not have. The job may have failed before it " +
				"created it, or somebody has deleted it.",
			Why:    "How a resource was encrypted cannot be checked when it is gone.",
			Remedy: "check that the job ended well and that nobody deleted the resource, then run the pipeline again",
		},
		{
			ID: NoKey, Severity: SeverityError, Code: cmekpipe.KeyMissing, Link: servicesPage,
			Title: "a resource is not encrypted with a Cloud KMS key",
			Text: "The service reports no key for the resource, which means that it is encrypted with a key that Google manages. The plan " +
				"names a key for it.",
			Why: "You cannot disable, destroy or audit the use of the key that encrypts the data. What other code wrote to the resource, " +
				"or who created it before the pipeline ran, shows in Cloud Audit Logs.",
			Remedy: "find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again",
		},
		{
			ID: OtherKey, Severity: SeverityError, Code: cmekpipe.KeyMismatch, Link: servicesPage,
			Title: "a resource is encrypted with another key",
			Text:  "The service reports a key of Cloud KMS for the resource, but none of those that the plan names for it.",
			Why: "Disabling or destroying the pipeline's key does not make the data unreadable, and the other key may have other owners, " +
				"another location or another protection level.",
			Remedy: "find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again",
		},
		{
			ID: NoPermission, Severity: SeverityError, Code: cmekpipe.PermissionDenied, Link: grantsPage,
			Title: "a resource could not be read: a permission is missing",
			Text: "The service refused to show the resource to the caller. The finding names the permission that the check needs; whether " +
				"the resource exists and how it is encrypted is not known.",
			Why:    "A check after a run is evidence only if it has read everything, so what it could not read counts as an error.",
			Remedy: "grant the permission and verify again",
		},
		{
			ID: KeyUnknown, Severity: SeverityError, Code: cmekpipe.Unavailable, Link: servicesPage,
			Title: "the key of a resource could not be determined",
			Text: "The service did not answer, or its answer does not say which key encrypts the resource, or this version cannot read " +
				"resources of that kind.",
			Why:    "A check after a run is evidence only if it has read everything, so a key that is not known counts as an error.",
			Remedy: "check the resource's key in the Google Cloud console",
		},
	}
}
