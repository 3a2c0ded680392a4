package rule

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// transformRules are the rules on what the transforms of a constructed pipeline write.
func transformRules() []Rule {
	return []Rule{
		{
			ID: UnprotectedTransform, Severity: SeverityError, Code: cmekpipe.Unprotected, Link: dataflowPage,
			Title: "a transform creates data at rest without the pipeline's key",
			Text: "The transform creates objects, tables, rows or messages in a service of Google Cloud, and names no key. The service " +
				"encrypts them with the default of the bucket, dataset or project, or with a key that Google manages.",
			Why: "The key of a Dataflow job encrypts what Dataflow stores for the job, not what the job's sinks create in other services. " +
				"Disabling your key does not make data unreadable that is encrypted with another one.",
			Remedy: "write with a connector of cmekpipe/io, to a destination created from a key",
		},
		{
			ID: OutsideKMS, Severity: SeverityWarning, Link: servicesPage,
			Title: "a transform writes to a service outside Cloud KMS",
			Text: "The transform writes to a service that this module cannot give a key, such as Kafka, MongoDB, Amazon S3 or a database behind " +
				"a driver, which may be Cloud SQL.",
			Why: "Whether the data is encrypted there, and who can disable the key, is decided where the service is configured. No check of " +
				"this module sees it.",
			Remedy: "ask the service's operator to encrypt its storage with your key",
		},
		{
			ID: OpaqueTransform, Severity: SeverityNotice, Link: dataflowPage,
			Title: "a transform runs code that cannot be inspected",
			Text: "The transform runs a DoFn, a coder or another function of the program. The constructed pipeline shows its fields and its " +
				"outputs, not what the code does.",
			Why: "Code can create data with a client of its own, which knows nothing of the pipeline's key: the service then chooses " +
				"the key. Strict mode refuses code that is not on a list of what you have reviewed.",
			Remedy: "check in a review that the code creates no data at rest without your key",
		},
		{
			ID: WorkerDisk, Severity: SeverityWarning, Link: dataflowPage,
			Title: "a transform writes to the worker's own disk",
			Text: "The transform writes files or a database to the disk or the memory of the worker that runs it. Dataflow deletes both with " +
				"the worker.",
			Why: "Dataflow encrypts persistent disks of workers with the job's key, but not local SSDs. Nothing can check afterwards what " +
				"was written, and the output is lost with the worker.",
			Remedy: "write to Cloud Storage with cmekpipe/io, to an object created from a key",
		},
		{
			ID: TwoSinks, Severity: SeverityError, Code: cmekpipe.InvalidOptions, Link: dataflowPage,
			Title: "two transforms write to one destination, and one would replace the output of the other",
			Text: "Both transforms write the same object, shards of the same prefix, or a table that at least one of them does not append to. " +
				"The finding is about the second one.",
			Why: "Which output stays depends on which transform ends last, and the rest is lost. A later check finds a destination " +
				"that is encrypted with its key and cannot tell that half of it is missing.",
			Remedy: "write each collection to a destination of its own, or both with one transform: beam.Flatten(s, first, second)",
		},
	}
}

// programRules are the rules on the program's code, its constants and what is not checked of it.
func programRules() []Rule {
	return []Rule{
		{
			ID: GraphConstants, Severity: SeverityNotice, Link: dataflowPage,
			Title: "the pipeline's graph holds constants, and no key covers the graph",
			Text: "A pipeline's graph holds the elements of beam.Create and the values of the exported fields of every DoFn. The finding " +
				"counts them and names the fields, never the values.",
			Why: "The graph is metadata of the job, which Google encrypts with keys of its own. Whoever may read the job can read the " +
				"constants, also when your key is disabled.",
			Remedy: "read secrets and personal data from an encrypted source, not from beam.Create or a DoFn's field",
		},
		{
			ID: OtherBeam, Severity: SeverityWarning, Link: beamPage,
			Title: "guard's catalogue of connectors describes another version of Beam",
			Text: "Guard identifies the connectors of Beam by their names, and knows what each one writes from the source of one version. The " +
				"program links another version.",
			Why: "A connector that does something else under the same name, such as creating a temporary table, would be judged by what it " +
				"did before.",
			Remedy: "use the version of Beam that this module's go.mod names",
		},
		{
			ID: UnverifiedExpansion, Severity: SeverityWarning, Link: dataflowPage,
			Title: "code of another SDK comes from a service that was not verified",
			Text: "An expansion service on another machine is reached without TLS, or names files of another SDK without their SHA-256. The " +
				"program allows this with a waiver, whose reason the finding quotes.",
			Why: "Whoever can change that traffic chooses code that runs on the workers, with access to the pipeline's data and to " +
				"its key.",
			Remedy: "run the expansion service on this machine and let it name the SHA-256 of its files",
		},
		{
			ID: NotChecked, Severity: SeverityWarning, Link: dataflowPage,
			Title: "a transform is accepted, but a part of what it does is not checked",
			Text: "The transform names the key, and also does something that no check reads, such as writing to a table that exists with a " +
				"key of its own, or creating a temporary dataset.",
			Why:    "That part is encrypted with the key that the table or the project has, which may be one that Google manages.",
			Remedy: "check the part in a review, or use a connector of cmekpipe/io, which checks it",
		},
		{
			ID: WorkerHook, Severity: SeverityWarning, Link: dataflowPage,
			Title: "a hook runs code on every worker that cannot be inspected",
			Text: "The program enabled a hook of Beam's with hooks.EnableHook. Every worker runs its code, before the pipeline or with each " +
				"request, outside of any transform.",
			Why: "A hook can read every element and write it anywhere, with a key or without one, and no transform of the graph shows that " +
				"it is there.",
			Remedy: "check in a review that the hook creates no data at rest without your key, or remove the call of hooks.EnableHook",
		},
	}
}
