// Package template launches Dataflow templates, classic and Flex, with your own Cloud KMS key: a job for which Dataflow does not
// report the key is never left running.
//
//	opts, err := cmekpipe.FromFlags(flag.CommandLine)
//	…
//	result, err := template.LaunchFlex(ctx, opts, template.Request{
//		Template:   "gs://bank-work/templates/nightly.json",
//		Parameters: map[string]string{"input": "gs://bank-in/2026/*"},
//	})
//
// # Which function
//
// A classic template is the job itself in a file. [launch.Run] stages one with option TemplateLocation; [LaunchClassic]
// launches it, or one that another SDK staged. A Flex Template is a container with the pipeline's program, named by a
// specification. [WriteSpec] writes the specification and [LaunchFlex] launches it. [launch.Watch], [launch.Drain] and
// [launch.Cancel] accept the Job of the [launch.Result].
//
// A classic template that was staged from Go has no parameters, because its pipeline was built when it was staged: a launch
// with Parameters is refused by Dataflow, code InvalidOptions. Use a Flex Template where launches differ in more than job
// options.
//
// # A Flex Template in Go
//
// The container holds Google's launcher for Go and the pipeline's program, built for linux. Replace TAG by a tag of Google's
// list of base images, not by latest:
//
//	FROM gcr.io/dataflow-templates-base/go-template-launcher-base:TAG
//	COPY nightly /template/nightly
//	ENV FLEX_TEMPLATE_GO_BINARY=/template/nightly
//	ENTRYPOINT ["/opt/google/dataflow/go_template_launcher"]
//
// Dataflow's launcher starts the program with the parameters and the job options as flags, so that its main must read them
// and submit the job:
//
//	cmekpipe.RegisterFlags(flag.CommandLine) // and the program's own flags
//	flag.Parse()
//	beam.Init()
//	opts, err := cmekpipe.FromFlags(flag.CommandLine)
//	…
//	_, err = launch.Run(ctx, opts, p, launch.WithProgress(os.Stderr))
//
// In the container there are no sources: the program itself is the worker, so that --worker_binary=/template/nightly must be
// set, for instance by the program with flag.Set.
//
// Sources: the tags on https://docs.cloud.google.com/dataflow/docs/reference/flex-templates-base-images; the variable and
// the path of the launcher on https://docs.cloud.google.com/dataflow/docs/guides/templates/configuring-flex-templates.
//
// # What a launch does
//
// In this order, and nothing is written before the last two:
//
//   - Every job option is sent with the launch or refused by name with code Unsupported; none is ignored. Options such
//     as worker_binary belong to the template: stage it again with them.
//   - Parameters and pipeline options must not name another key, in any spelling, another region or another folder, nor
//     anything that stores data without the key. They must not contradict the network, the addresses, the account, the image, the
//     machines and the disks that the job options set.
//   - The temporary bucket must exist, where the key can serve it, and must have a customer key as its default: Dataflow and the
//     SDKs write there without naming a key. Another default key than the job's is a warning, and so is a bucket that does not refuse
//     objects under Google's own encryption. For a Flex Template both hold for
//     the staging bucket too, to which the launcher writes its console.
//   - A template in the options' buckets, or in another bucket of their project, must be encrypted with a customer-managed key. One
//     of others, such as Google's in gs://dataflow-templates-REGION, need not be. Options, experiments and service options that it stores, at
//     any depth and in the spellings of all SDKs, are compared with the key like those of the launch. A key in it must be the
//     launch's, with or without a version; a template that names none is accepted.
//   - Jobs of earlier launches that were killed are searched for, as package launch describes, from the same records.
//   - The template is launched with the key. What is launched is what was inspected: a Flex Template's specification is a part of
//     the request, and the job of a classic template that was replaced meanwhile is cancelled. The job is read back. A job with another key, or none, is cancelled, and
//     the launch waits until it has stopped.
//
// Google does not document which key counts if the template's differs from the launch's. A launch fails if they differ, and
// checks the key that Dataflow reports for the job.
//
// What the template's pipeline writes, and with which keys, is not checked here: package guard does that when launch.Run
// stages it.
//
// # Lost answers
//
// A launch of a template has no request id with which Dataflow would refuse a second job. So it is retried only after HTTP
// status 429. If its answer is lost, the launch searches for the job by the label cmekpipe-request, which holds an id of the
// launch, and verifies it; if it finds none it fails with code Unavailable, and its record lets the next launch find a job
// that appears late. An active job of the same name is never adopted.
//
// # Flex Templates
//
// The program in the container sets the job's key last. Until the job has left JOB_STATE_QUEUED nothing is confirmed:
// LaunchFlex waits for that, and cancels the job when ctx ends. A job of a killed LaunchFlex that is still queued is left
// alone by the next launch, and checked again by the one after it.
//
// Without a temporary and a staging folder Dataflow creates a bucket for a Flex Template, without a key. LaunchFlex always
// names both. Whether the launcher's own disk is encrypted with the key is not documented.
//
// # Defaults
//
// Unless option Async is set, a launch follows its job to the end, as launch.Watch does. With option DryRun Dataflow validates
// the launch, creates no job, and nothing is written. A job without a name in the options gets a generated one. The sampling
// of elements that a worker failed on, which names no key, is turned off. Waits and progress are those of package launch.
//
// # Permissions
//
// The caller needs everything that package launch lists for Run: a launch of a template needs dataflow.jobs.create on the
// project, and checks and clean-up need dataflow.jobs.get, list and cancel. In addition it needs storage.objects.get on the
// template; WriteSpec needs storage.objects.create, get and delete where it writes. The service agents of Cloud Storage,
// Dataflow and Compute Engine need the key as launch describes. To create a bucket Dataflow would need
// storage.buckets.create: don't grant it.
//
// The workers' account, as which a Flex Template's launcher runs too, needs read access to the image, and read and write
// access to the staging bucket. Sources:
// https://docs.cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.templates/create,
// https://docs.cloud.google.com/dataflow/docs/guides/templates/run-flex-templates.
//
// # Errors
//
// Errors are [*cmekpipe.Error] with the codes of package launch; those of a context stay themselves. In addition:
//
//	KeyMismatch        the template holds another key; the job was created with another, and was cancelled
//	KeyMissing         the template or a bucket has no key; the job was created without one, and was cancelled
//	InvalidOptions     parameters, pipeline options or the template contradict the key (see cmekpipe.OptionErrors); Dataflow
//	                   rejected the launch, and the error names the rejected parameters
//	PreconditionFailed a classic template was replaced while it was launched; the job was cancelled
//	InvalidName        WriteSpec was given the URL of a folder
//	Unsupported        a job option that no launch of a template has a field for
//	AlreadyExists      an active job has the name, or a launch that was killed did the same
//	JobFailed          the launcher of a Flex Template failed before the job had a key
//	Unavailable        the launch's answer was lost and no job was found, or a service did not answer
//	Internal           a job that must not run could not be cancelled or searched for; the hint is the command that does it
//
// No error or line of progress shows the template or the value of a parameter.
//
// # Concurrency
//
// All functions may be called by several goroutines at once.
//
// # Testing
//
// Package cmektest provides a loopback cloud that launches both kinds, see the example. No container runs there, but
// the files that a launcher leaves in its staging folder are written.
package template
