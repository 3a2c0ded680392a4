// Package launch runs Beam pipelines. On Dataflow, everything that a launch stages and the job itself are encrypted with your
// own Cloud KMS key, or the launch fails: it keeps no object and leaves no job running for which Google Cloud does not report
// the key, or the error says which, and the command that removes it.
// Programs call [Run] instead of beamx.Run:
//
//	opts, err := cmekpipe.FromFlags(flag.CommandLine)
//	…
//	result, err := launch.Run(ctx, opts, p)
//
// [Plan] returns what Run would do, from the same code and without calling a service; with --dry_run Run prints it. Package
// verify checks afterwards that everything in the plan exists and has its key. Package explain explains messages about
// keys from the console or a ticket. Package cmekrunner does all this for programs that call beamx.Run or beam.Run.
//
// # What a launch does
//
// On every runner package guard inspects the pipeline; if a transform is unprotected nothing is launched. On Dataflow a
// launch has these steps, in this order:
//
//   - The environment must not send calls elsewhere, and the options must fit the SDK that is linked in and what the program
//     set in beam.PipelineOptions.
//   - Package guard inspects the pipeline. Files on the workers' own disks and transforms of other SDKs that no key reaches
//     are refused.
//   - Staging and temp bucket, and that of a template, must exist where the key can serve them. No bucket is ever created.
//     Dataflow and its workers write to the first two without naming a key, so that each must have a customer key as its default:
//     one without is refused with KeyMissing and the command that sets it, unless package insecure waives that; another key than
//     the job's is a finding. So is a lifecycle rule that deletes what is staged, and a bucket that does not refuse objects under
//     Google's own encryption, with the command that makes it refuse them.
//   - The records of earlier launches that were killed are read, and their jobs are checked.
//   - With option Update, the job to be replaced must be one that can be.
//   - The worker is built for linux, unless the options name one.
//   - Worker, pipeline and the files of other SDKs are uploaded with the key, to names that contain the UTC day and the hashes of
//     content and key. A file that exists with the same size, MD5 hash and key is not uploaded again. Cloud Storage must report
//     the key.
//   - The job is submitted with the key, read back, and key, place, name and temp bucket are compared. A job with another
//     key, or none, is cancelled and Run waits until it has stopped.
//   - Run follows the job to its end, unless the options say Async: [Watch] does the same later.
//
// # Strict launches
//
// Guard does not inspect the program's own code: DoFns, functions, coders and hooks may write anywhere. A launch says in one
// line how many there are, and which gs:// URLs, tables and topics the fields of DoFns name. With [WithStrict],
// Config.Strict or the flag cmek_strict the launch is refused with code Unprotected, unless each of them is on the list of
// what a person has reviewed; so are services outside Cloud KMS, such as MongoDB, and statements of SQL that guard does not
// read. The error ends with the entries to paste. A bucket that does not refuse objects under Google's own encryption is
// refused with code KeyMissing, unless package insecure waives that.
//
// # Launches that were killed
//
// Before it submits, Run writes a small record below the staging location, encrypted with the key: the job's name and
// location, the key's name, the id of the request and a hash of the pipeline. The record is marked as closed when the job's
// key is confirmed, and removed when it is certain that no job runs, or when the job has ended and the caller of Run knows
// of it. The job has the request's id and a hash of the key in the label cmekpipe-request, so that the options may have at
// most 63 labels.
//
// However a launcher ends, by SIGKILL too, the next Run with the same staging location reads the records first. A job of
// such a record, an orphan, is compared with the record's key: one that has the key is left alone; any other is cancelled,
// and Run waits until it has stopped. A call that was under way when its launcher died may take effect later: Run searches
// for the job of every open record, whatever its name, until the job is found or two minutes have passed since the record
// was written. It does so while it launches and follows its own job, and does not return its job before. Orphans of either
// kind are in Result.Orphans and in the progress output. If an orphan can't be cancelled the launch fails, and the hint is
// the command that cancels it.
//
// Run never starts a job twice: if an earlier launch from the same staging location started a job of the name to launch
// without telling anybody, or a job with a generated name that runs the same pipeline with the same options, Run refuses
// with code AlreadyExists. Set a job name to run a second job next to such a one. If a job of which nobody was told has
// ended successfully, this Run refuses and the next one launches.
//
// A bucket whose retention policy or hold keeps the records blocks no launch: they are marked as settled. Run adds a finding,
// because each launch lists them.
//
// # Templates
//
// With option TemplateLocation, Run stages worker and pipeline as for a job and writes the request that it would submit to
// that URL, encrypted with the key, as a classic template; it submits nothing, and Result.Template is the URL. Package
// template launches the template, names the key again and checks the job's. Jobs that are launched by other means are not
// checked. Jobs of one template share no temporary objects: the connectors of this module generate new temporary names in
// each job.
//
// # Updates
//
// With option Update, Run replaces the running streaming job of the name. Before anything is staged that job must run or
// drain, in the region of the options and with their key, and every transform in the mapping must exist. A job created up to
// 2024-03-07, or one whose state began with such a job, is refused with code Unsupported: it keeps the keys of elements
// outside the customer's key. Drain it with [Drain] and launch without Update. If the new job's key can't be confirmed it is
// cancelled, and the error's hint says what happened to the old one.
//
// [Drain] and [Cancel] stop a job and wait for its end.
//
// Neither the pipeline nor the job is ever logged: both hold the pipeline's constants.
//
// # Defaults
//
// The runner is Prism, in this process. A job on Dataflow has a generated name, Run waits for its end, and nothing is waived.
//
// Dataflow is asked for the job's state and messages after 1 s, then at growing intervals up to 15 s, which start again whenever
// something happens. A service that is unavailable is asked 8 times in a row. Calls that create the job are sent for 90 s. A new
// job has 30 s to become visible. A job to be cancelled has 10 minutes to stop.
//
// Progress goes to standard error: slow steps, the job with its URL, its states and the service's messages. If standard error
// is no terminal, as in a log, only the job and one line for each of its states are written.
//
// # What a launch does on other runners
//
// Only guard's inspection and the options are checked. Nothing is staged, no bucket is read, and no job is recorded or followed:
// Watch, Drain, Cancel, Update and TemplateLocation are for Dataflow. What the pipeline writes is encrypted as on Dataflow, by its
// sinks.
//
//	prism      refuses transforms of other SDKs. It listens on all network interfaces, without authentication, as long as the
//	           process runs: who can reach the machine can read the pipeline's data and run commands as its user. Use it behind a
//	           firewall, or set the runner direct
//	direct     runs the pipeline without encoding anything
//	flink, spark, universal
//	           send the pipeline to the job service of flag endpoint. Beam's runner reads its settings from Beam's flags: options
//	           that differ from them are refused. Async decides whether Run waits
//
// # Which options reach the workers
//
// The entries of beam.PipelineOptions are sent to the workers of a job on Dataflow. Flags are not, unlike with Beam's own runners:
// they would become metadata of the job, which no key covers. So an entry with the name of a flag is refused: give it another name,
// or give the DoFn a field. An entry that names another key, another region, or something that the options refuse stops the launch.
// The entry temp_location must agree with the options and is not sent, because workers upload heap profiles there without a key.
//
// The key is in the job's serviceKmsKeyName and in the pipeline options that workers of other SDKs read, as
// dataflowKmsKey for Java and dataflow_kms_key for Python. The sampling of elements that a worker failed on, which
// Dataflow enables for Java and Python and which names no key, is turned off for every job.
//
// Hooks that write data at rest without a key are refused with code Unsupported.
//
// # Transforms of other SDKs
//
// On Dataflow, Run launches a transform of another SDK if guard finds it protected or reading only, as those of package
// cmekpipe/io/xlang/bigqueryio are; any other is refused with code Unsupported, because no key reaches it. On Prism all of
// them are refused. The direct runner and runners with a job service get them as they are: Run checks them with package guard
// only.
//
// The files that the other SDK's workers need come from the expansion service that the pipeline was built with, which must
// still run; those of a service that Beam started are on this machine already. A service on another machine, to which Beam's
// protocol has no TLS, and a file for which the service names no SHA-256 are refused unless package insecure waives that.
// Files are compared with the SHA-256 that the service names, and uploaded to the staging bucket with the key as worker and
// pipeline are; nothing is uploaded before all are on this machine. Files and URLs that the service sends, and embedded
// content, are accepted; any other type is refused by name, and so are two different files of one name and an environment
// that isn't Docker's.
//
// Plan asks no expansion service. Where one has files, they are in the plan's Unresolved; their names in the staging bucket,
// the model's and the request are known only when the pipeline is launched.
//
// # Permissions
//
// On Dataflow the caller needs
//
//	on the project                dataflow.jobs.create, get, list and cancel, dataflow.messages.list and
//	                              dataflow.metrics.get (roles/dataflow.developer)
//	on the workers' account       iam.serviceAccounts.actAs (roles/iam.serviceAccountUser)
//	on both buckets               storage.buckets.get
//	on the staging bucket         storage.objects.create, get, list and delete (roles/storage.objectUser)
//
// and no permission on the key. These need roles/cloudkms.cryptoKeyEncrypterDecrypter on the key: the Cloud Storage service
// agent of the project that owns the staging bucket, and the Dataflow and the Compute Engine service agent of the job's.
//
// With option TemplateLocation, the bucket of the template is read and written too: the caller needs on it what it needs on the
// staging bucket.
//
// # Errors
//
// Errors are [*cmekpipe.Error]; those of a context stay themselves.
//
//	InvalidOptions     no options, or pipeline options that contradict them (see cmekpipe.OptionErrors); no pipeline, no
//	                   beam.Init, no worker to be built; an SDK that isn't the one linked in; two sinks of one
//	                   destination (see package guard)
//	Unprotected        guard refuses the pipeline
//	Unsupported        a transform, option or hook that can't be run with a key
//	EmulatorSet        a variable such as STORAGE_EMULATOR_HOST would send a part of the launch to another service
//	NotFound           a bucket or the worker binary is missing
//	LocationMismatch   a bucket, or according to Dataflow the key, is in another location than the job
//	KeyMissing         what Cloud Storage or Dataflow stored has no key; it was deleted or cancelled
//	KeyMismatch        it has another key; it was deleted or cancelled
//	KeyDenied, KeyDisabled, KeyNotFound, KeyUnusable, KeyUnreachable
//	                   Cloud Storage, Dataflow or another service that a worker called can't use the key; the cause says
//	                   why, and the hint is the command that fixes it
//	AlreadyExists      an active job has the name; it is never adopted, and the error says which key it has
//	PermissionDenied, PreconditionFailed, Unavailable
//	                   the caller lacks a permission; a policy forbids the call; a service did not answer, or the quota of
//	                   Cloud KMS is used up
//	Corrupted          Cloud Storage stored other content than was sent, or a file of another SDK is not what its hash says
//	JobFailed          the job failed or was cancelled for a reason that is not about keys
//	Internal           a job that must not run could not be cancelled; the hint is the command that does it
//
// An error of this module that a worker met comes back with its own code, operation, resource and hint. The text of any other
// error of a worker may hold elements. On Prism, on the direct runner and against the loopback cloud it is shown. On Dataflow
// and on other job services the error names only the DoFn; a program that may see elements reads the rest from the cause:
//
//	var e *cmekpipe.Error
//	if errors.As(err, &e) {
//		log.Print(errors.Unwrap(e.Err)) // the runner's own error
//	}
//
// errors.Unwrap of the returned error itself is nil, because an Error has two causes, its code and Err: use errors.Is and
// errors.As.
//
// When ctx ends, Run returns ctx's error. Until the job's key is confirmed Run leaves no job running; after
// that the job continues without Run. On Prism the job is cancelled.
//
// # Concurrency
//
// Run may be called by several goroutines at once for different pipelines, with one exception: the worker binary is
// found on the stack of the calling goroutine, so that programs that launch on other goroutines than main's must
// name one. Prism is started once per process and is never stopped.
//
// # Testing
//
// Package cmektest provides a loopback cloud. A launch goes there, without credentials, when DATAFLOW_EMULATOR_HOST and
// STORAGE_EMULATOR_HOST are both set, and no emulator variable names anything but a loopback address. Tests with the runner
// dataflow on the loopback cloud may name any file as WorkerBinary: jobs there are not executed. Their state is asked for after
// 10 ms, then at intervals that grow up to 200 ms.
package launch
