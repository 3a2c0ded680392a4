// Package dataflow is the loopback Dataflow API, version v1b3 over REST, for Google's own client
// google.golang.org/api/dataflow/v1b3. It exists to show what Dataflow does with the customer's key of a job: it takes
// every job that is well formed, looks at the key only afterwards, and fails the job with Google's texts. Most callers
// need [New] alone; tests reach what may go wrong through [Server.Control].
//
// A job is not executed: it only runs through its states, nothing is read, shuffled or written, there are no workers, and
// metrics are those that a test sets, see [Control.SetMetrics]. With [Server.ExecuteJobs] a job whose staged pipeline and
// worker binary can be read is handed to a runner, and states, messages and metrics come from that run.
//
// The state moves when somebody looks at the job, by the cloud's clock; between two looks
// nothing happens, so that a key which stops working is noticed at the next look, even at a batch job whose time is
// up by then.
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
// projects.locations.snapshots: get, list, delete. A call that names no location acts on us-central1, as Google's does.
// Everything that a client submits is kept. projects.templates and projects.locations.templates: create, launch, get;
// projects.locations.flexTemplates.launch. Details of stages and the calls of workers are outside and answer 404.
//
// # Strictness
//
// A body is checked as Google's parser does: a field that the message in the client library lacks, a value of another
// type and a word that its enum lacks are refused with status 400, in Google's words but without the value. Names of fields are
// taken in lowerCamelCase alone. Names of jobs and labels follow the rules in the reference of type Job.
//
// # Updates
//
// A job with replaceJobId takes the place of a running streaming job of the same name and under the same key. Each
// transform of the old job must be in the new one, under its name or the one that transformNameMapping leads to by the
// longest prefix; mapped to "" it was deleted. Transforms are those of the staged pipeline, or the steps of the job. An
// incompatible job is created and fails, and the old one runs on, as Google has it. Windows, coders and state are not
// compared.
//
// # Templates
//
// A classic template is a file with the JSON of a job, what it says about parameters is in the file of its name and
// "_metadata". A launch changes the job as its environment says. The key of the job is that of the launch alone, unless
// [Control.StoredKeyWins]; Google documents neither. Without metadata a parameter must be an option of the stored pipeline.
// Dynamic templates are refused.
//
// A Flex Template is a specification in the request or in a file. No container is started: the job gets what the
// program in it would get of the options, parameters first and additional options after them, so that a key among
// these wins over the environment's; it has no pipeline. It is QUEUED while the launcher would run, which leaves
// template_launches/JOB/console_logs and operation_result in the staging folder, under the default key of its bucket and never the
// job's. A launch that names no temp or no staging folder makes the bucket dataflow-staging-REGION-PROJECTNUMBER, which
// has no key.
//
// # Consistency
//
// Readers learn of jobs and states at once unless [Control.SetVisibility] lets them wait. A client request id that came
// before, with the same name in the same region, returns the job that it made.
//
// # Keys
//
// A job without a key runs, under a key of Google's, and the ledger shows it so. A job with a key fails if the name is
// malformed, if the key's location doesn't serve the job's region or its workers', or if the Dataflow or the Compute
// Engine service agent of the project may not encrypt and decrypt with it. The texts are those of
// https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys; where Cloud KMS refuses, its own
// message stands in the place of the key's name. A running job is cancelled, with a message, when its key stops
// working: the page says "canceled" and names no state. Whether a replacement may change the key is documented
// nowhere, so that it may not here. A snapshot stays under the key of its job, and a job from it needs that key.
//
// # Errors
//
// Errors are JSON as Google's, with its texts for a job that is unknown (404) and a name that is taken (409); all other
// texts are ours.
//
// # Concurrency
//
// Calls are served one at a time, each whole.
package dataflow
