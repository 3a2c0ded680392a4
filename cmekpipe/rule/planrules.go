package rule

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// jobRules are the rules on the job that a launch submits.
func jobRules() []Rule {
	return []Rule{
		{
			ID: JobMetadata, Severity: SeverityNotice, Link: dataflowPage,
			Title: "the job has metadata that no key covers",
			Text: "A job has a name, an ID, labels, parameters, a graph with the names of its steps, and workers with addresses. Every job " +
				"of Dataflow has this finding.",
			Why: "Google encrypts the metadata of jobs with keys of its own. It stays readable for whoever may see the job, also when your " +
				"key is disabled.",
			Remedy: "keep secrets and personal data out of names, labels and parameters",
		},
		{
			ID: PipelineOptions, Severity: SeverityNotice, Link: dataflowPage,
			Title: "pipeline options travel to the workers as metadata that no key covers",
			Text: "Options that the program puts into beam.PipelineOptions are a part of the job's request. The finding lists their names, " +
				"never their values.",
			Why:    "Dataflow keeps the request as metadata of the job, which Google encrypts with keys of its own.",
			Remedy: "keep secrets and personal data out of beam.PipelineOptions",
		},
		{
			ID: LocationUnknown, Severity: SeverityWarning, Link: dataflowPage,
			Title: "it is not known whether the key's location serves the job's region",
			Text: "Google's documentation does not say whether a key in this location can encrypt the data of a Dataflow job in this " +
				"region.",
			Why: "A regional service uses keys of certain locations only. With a key of another one the job fails after it was " +
				"submitted.",
			Remedy: "use a region whose key locations are documented",
		},
		{
			ID: TwoKeys, Severity: SeverityError, Code: cmekpipe.KeyMismatch, Link: servicesPage,
			Title: "one destination has two keys",
			Text: "Two transforms write to the same object, table, topic or database, and each names another key. A destination has one " +
				"key at a time.",
			Why: "What one of the transforms writes would be encrypted with a key that the program did not choose for it, or refused by " +
				"a worker in the middle of the run.",
			Remedy: "create the destination from the same key in every transform",
		},
		{
			ID: GraphSize, Severity: SeverityWarning, Link: graphPage,
			Title: "the job's request is larger than Dataflow accepts, or close to that",
			Text: "The pipeline's graph makes up most of the request that creates a job, whose size Dataflow limits. The finding names the " +
				"largest transforms.",
			Why: "Dataflow refuses a larger request after the files were staged. A large graph usually holds many constants, which " +
				"no key covers.",
			Remedy: "read large constants from a file instead of beam.Create, textio.Immediate or a DoFn's field",
		},
	}
}

// bucketRules are the rules on the buckets of the temp and the staging location.
func bucketRules() []Rule {
	return []Rule{
		{
			ID: BucketDefaultKey, Severity: SeverityWarning, Link: dataflowPage,
			Title: "the default key of a bucket that workers write to is not the job's",
			Text: "The bucket of the temp or the staging location has another default key than the job, or has none and a waiver of the " +
				"program allows that.",
			Why: "Dataflow and its workers write objects there without naming a key, so that the bucket's default decides. Such objects " +
				"can hold elements of the pipeline.",
			Remedy: "gcloud storage buckets update gs://BUCKET --default-encryption-key=KEY",
		},
		{
			ID: BucketEnforcement, Severity: SeverityWarning, Link: enforcePage,
			Title: "a bucket of the job may accept objects without a customer-managed key",
			Text: "The bucket of the temp or the staging location does not restrict encryption with keys that Google manages, so that only its " +
				"default key keeps it from storing objects without yours.",
			Why: "Whoever may change the bucket's default key can remove it while the job runs, and Dataflow's objects are then encrypted " +
				"with a key of Google's. A bucket that enforces its encryption refuses them.",
			Remedy: `echo '{"gmekEnforcement":{"restrictionMode":"FullyRestricted"}}' > gmek.json && ` +
				"gcloud storage buckets update gs://BUCKET --encryption-enforcement-file=gmek.json",
		},
		{
			ID: StagedFilesExpire, Severity: SeverityWarning, Link: lifecyclePage,
			Title: "a lifecycle rule deletes staged files that a running job may still need",
			Text: "A lifecycle rule of the staging bucket matches the files that every worker downloads when it starts: the program and the " +
				"pipeline's model.",
			Why: "A worker that starts after the rule deleted them fails, as in a streaming job that grows after a week. Nothing is " +
				"stored without the key, but the job is lost.",
			Remedy: "set staging_location to a folder that no lifecycle rule of the bucket matches",
		},
		{
			ID: RecordsStay, Severity: SeverityNotice, Link: retentionPage,
			Title: "records of launches can't be deleted from the staging bucket",
			Text: "A launch keeps a record in the staging location, so that the next one finds a job that was submitted by a launcher that " +
				"was killed. The bucket has a retention policy or a default hold, which keeps records that have served their purpose.",
			Why: "Records are encrypted with the job's key and hold names and hashes only. Every later launch lists them, and " +
				"they can be read only as long as their key is enabled.",
			Remedy: "set staging_location to a bucket without retention policy and default hold",
		},
	}
}

// workerRules are the rules on the workers' machines and images.
func workerRules() []Rule {
	return []Rule{
		{
			ID: ContainerImage, Severity: SeverityWarning, Link: imagesPage,
			Title: "the workers' image does not have the version of Beam that is linked in",
			Text: "The image's tag names another version of Beam than the program links, or changes its content over time, or the image has " +
				"no tag.",
			Why: "What this module knows about the data that Beam stores holds for one version of it. An image whose content changes " +
				"can become another version between two launches of the same program.",
			Remedy: "name the image by the version of Beam that go.mod requires, or by its digest",
		},
		{
			ID: LocalSSD, Severity: SeverityWarning, Link: localSSDPage,
			Title: "the workers have local SSDs, which no customer key encrypts",
			Text:  "Every machine of this type has local SSDs.",
			Why: "Compute Engine encrypts local SSDs with keys of Google's, and no key of Cloud KMS can replace them. Google discards " +
				"those keys with the machine.",
			Remedy: "set machine_type to one without local SSDs",
		},
	}
}
