// Package dataflow serves the loopback Dataflow API, version v1b3 over REST, for Google's own client
// google.golang.org/api/dataflow/v1b3. It checks the customer-managed key of a job as Dataflow does: it accepts every
// well-formed job, checks the key when the job starts, and fails the job with Google's texts. Use [New]; tests set what
// goes wrong through [Server.Control].
//
// Jobs change their states and run nothing: there are no workers, and metrics are those that a test sets, see
// [Control.SetMetrics]. [Server.ExecuteJobs] runs each job whose staged pipeline and worker binary can be read; states,
// messages and metrics then come from that run.
//
// A job's state is advanced when a call reads the job, by the cloud's clock. Nothing happens between two calls, so the
// service notices at the next call that a key stopped working, even if a batch job would have ended by then.
//
//	QUEUED ─ launcher of a Flex Template ─▶ PENDING
//	PENDING ─ key is good ─▶ RUNNING ─ batch ─▶ DONE
//	   │                        ├─ cancel ──▶ CANCELLING ─▶ CANCELLED
//	   └─ key is bad ─▶ FAILED  ├─ drain ───▶ DRAINING ─▶ DRAINED      (streaming)
//	                            ├─ replaced by another job ─▶ UPDATED  (streaming)
//	                            └─ key stops working ─▶ CANCELLED      (or FAILED, by Control.FailOnKeyLoss)
//
// # Scope
//
// projects.jobs and projects.locations.jobs: create, get, list, update (cancel, drain, runtime parameters), getMetrics,
// getExecutionDetails (one stage), messages.list and snapshot; projects.jobs.aggregated; projects.snapshots and
// projects.locations.snapshots: get, list, delete. A call without a location means us-central1, as in Google's service.
// Every submitted field is stored. projects.templates and projects.locations.templates: create, launch, get;
// projects.locations.flexTemplates.launch. Details of stages and the calls of workers answer 404.
//
// # Strictness
//
// A body is checked as Google's parser does: a field that the client library's message lacks, a value of another type
// and an unknown enum value are refused with status 400 and Google's text, without the value. Field names are accepted
// in lowerCamelCase only. Names of jobs and labels follow the rules in the reference of type Job.
//
// # Updates
//
// A job with replaceJobId replaces a running streaming job with the same name and key. Each transform of the old job
// must exist in the new one, under its name or the one that transformNameMapping assigns by the longest prefix; a
// transform that is mapped to "" was deleted. Transforms are those of the staged pipeline, or the steps of the job. An
// incompatible job is created and fails, and the old one keeps running, as in Google's service. Windows, coders and
// state are not compared.
//
// # Templates
//
// A classic template is a file with the JSON of a job; the metadata of its parameters is in a file of the same name
// with the suffix "_metadata". A launch changes the job with its environment. The job has the key of the launch only,
// unless [Control.StoredKeyWins] is set; Google documents neither. Without metadata each parameter must be an option of
// the stored pipeline. Dynamic templates are refused.
//
// A Flex Template is a specification in the request or in a file. No container is started: the job has the options that
// the program in it would get, parameters first and additional options after them, so that a key in the additional
// options overrides the environment's. The job has no pipeline. It is QUEUED while the launcher would run. The launcher
// leaves template_launches/JOB/console_logs and operation_result in the staging folder, encrypted with the default key
// of its bucket and never with the job's. A launch without a temp or staging folder creates the bucket
// dataflow-staging-REGION-PROJECTNUMBER, which has no key.
//
// # Temporary files
//
// Every job that starts writes an object below its temp location, as Google's workers may, and names no key for it: it is
// encrypted with the default key of its bucket, or with none. A bucket that does not exist is not missed.
//
// # Consistency
//
// Readers see jobs and states at once unless [Control.SetVisibility] delays them. A create call with the client request
// id, name and region of an earlier one returns the job of that call.
//
// # Keys
//
// A job without a key runs with a key of Google's, which the ledger shows as no key. A job with a key fails if the name
// is malformed, if the key's location doesn't serve the job's region or its workers', or if the Dataflow or the Compute
// Engine service agent of the project may not encrypt and decrypt with it. The texts are those of
// https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys; if Cloud KMS refuses, its
// message replaces the key's name. A running job is cancelled, with a message, when its key stops working: the page
// says "canceled" and names no state. Google does not document whether a replacement may change the key, so it may not
// here. A snapshot is encrypted with the key of its job, and a job that starts from it needs that key.
//
// # Errors
//
// Errors are JSON as Google's, with Google's texts for an unknown job (404) and a name in use (409); all other texts
// are ours.
//
// # Concurrency
//
// Calls are served one at a time, and each is atomic.
package dataflow
