// Package verify checks, after a run that ended well, that everything a plan names exists and is encrypted with its key: the
// destinations, the staged files and, on Dataflow, the job and what is in its temp location. It changes nothing.
//
//	findings, err := verify.Run(ctx, result.Plan)
//	if err != nil { … }
//	if err := findings.Err(); err != nil { … } // something is missing, has another key, or could not be read
//
// The plan is the one of launch.Run's Result, or one that was read from JSON. With a plan of launch.Plan, which has no job id,
// the newest job of the name is checked.
//
// # What is checked
//
// No findings mean that everything was read and has its key. Of a sharded write every object is checked that has the name of
// a shard, also of earlier runs. If there is no such object the finding is NotFound, also for a write of windowed input that
// had no lines, because it writes no empty shard. What is temporary may be gone. Of a FHIR store the store and its dataset,
// which has the key, must exist. Every object in the temp location is checked, of other jobs too, because workers write
// there without naming a key and under names that nobody documents; only files that a launch staged there may have another
// key. Where the launch wrote a template, no job has run: only the template and the staged files are checked.
//
// A bucket of the job's that may accept objects without a customer key, of the temp location, the staging location or the template, is
// a finding of severity warning, as it is in a launch.
//
// "Could not be read" is never "missing" or "in order": a missing permission, a service that does not answer and a destination
// whose key a service does not report are findings of severity error, with the permission that is needed.
//
// # Defaults
//
// Eight resources are read at a time. A service that is unavailable is asked 8 times in a row. A check that can't tell the
// key, such as that of a destination whose name is malformed, is not repeated.
//
// # Permissions
//
// The caller needs, on what the plan names,
//
//	Cloud Storage     storage.objects.get and storage.objects.list; storage.buckets.get on the job's buckets
//	BigQuery          bigquery.tables.get and bigquery.datasets.get
//	Pub/Sub           pubsub.topics.get
//	Spanner           spanner.databases.get
//	Bigtable          bigtable.clusters.list and bigtable.tables.get
//	Datastore         datastore.databases.getMetadata
//	Healthcare API    healthcare.datasets.get and healthcare.fhirStores.get
//	Dataflow          dataflow.jobs.get and, without the job's id, dataflow.jobs.list
//
// and no permission on keys.
//
// # Errors
//
// Errors are [*cmekpipe.Error]: InvalidOptions for a plan that is none, EmulatorSet if a variable such as STORAGE_EMULATOR_HOST
// would send a part of the calls elsewhere. The context's error stays itself. What goes wrong on a resource is a finding.
//
// # Concurrency
//
// Run may be called by several goroutines at once.
//
// # Testing
//
// Package cmektest provides a loopback cloud. Run a pipeline there, spoil what it wrote, and compare the findings by rule and
// resource.
package verify
