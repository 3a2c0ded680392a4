// Package template launches Dataflow templates, classic and Flex, under the customer's own Cloud KMS key: a job that can't
// be proven to rest under it is never left running.
//
//	opts, err := cmekpipe.FromFlags(flag.CommandLine)
//	…
//	result, err := template.LaunchClassic(ctx, opts, template.Launch{
//		Template:   "gs://bank-work/templates/nightly.json",
//		Parameters: map[string]string{"input": "gs://bank-in/2026/*"},
//	})
//
// # Which function
//
// A classic template is the job itself in a file. [launch.Run] stages one with option TemplateLocation; [LaunchClassic]
// launches it, or one that another SDK staged. A Flex Template is a container with the pipeline's program, named by a
// specification. [WriteSpec] writes the specification and [LaunchFlex] launches it. [launch.Watch], [launch.Drain] and
// [launch.Cancel] take the Job of the [Result].
//
// # What a launch does
//
// In this order, and nothing is written before the last two:
//
//   - Every job option travels with the launch or is refused by name with code Unsupported; none is ignored. Options such
//     as worker_binary belong to the template: stage it again with them.
//   - Parameters and pipeline options must not name another key, in any spelling, another region or another folder, nor
//     anything that takes data out of the key's reach.
//   - The temporary bucket must exist, where the key can serve it, and its default key must be the job's: Dataflow and the
//     SDKs write there without naming a key. For a Flex Template that holds for the staging bucket too, to which the
//     launcher writes its console.
//   - The template must rest under a customer-managed key. Options, experiments and service options that it stores, at any
//     depth and in the spellings of all SDKs, are held against the key like those of the launch. A key in it must be the
//     launch's, with or without a version; a template that names none is in order.
//   - Jobs of earlier launches that were killed are looked for, as package launch describes, from the same records.
//   - The template is launched with the key, and the job is read back. A job with another key, or none, is cancelled, and
//     the launch waits until it has stopped.
//
// Whether the key in a template or that of the launch counts if they differ is not documented by Google. This package
// refuses to find out, and relies on the key that the job is read back with.
//
// What the template's pipeline writes, and under which keys, is not looked at: package guard does that when launch.Run
// stages it.
//
// # Lost answers
//
// A launch of a template has no request id by which Dataflow would keep a second job from starting. So it is made again only
// when it was turned away with HTTP status 429. If its answer is lost the job is looked for by the label cmekpipe-request,
// which each launch fills with an id of its own, and proven; if none is seen, the launch fails with code Unavailable, and its
// record lets the next one find a job that turns up late. An active job of the same name is never adopted.
//
// # Flex Templates
//
// The program in the container decides the job's key at last. Until the job has left JOB_STATE_QUEUED nothing is proven:
// LaunchFlex waits for that, and cancels the job when ctx ends. A job of a killed LaunchFlex that is queued still is left
// alone by the next launch, and looked at again by the one after it.
//
// Without a temporary and a staging folder Dataflow makes a bucket of its own for a Flex Template, without a key. LaunchFlex
// always names both. Whether the launcher's own disk rests under the key is not documented.
//
// # Defaults
//
// Unless option Async is set, a launch follows its job to the end, as launch.Watch does. With option DryRun Dataflow checks
// the launch, no job comes of it, and nothing is written. A job without a name in the options gets one that is made up.
// The sampling of elements that a worker failed on, which names no key, is turned off. Waits are those of package launch,
// and so are the options [launch.WithProgress] and [launch.WithLogger].
//
// # Permissions
//
// The caller needs what package launch lists for Run, without exception: a launch of a template takes dataflow.jobs.create
// on the project, and proof and clean-up take dataflow.jobs.get, list and cancel. Beside that it needs storage.objects.get on
// the template; WriteSpec needs storage.objects.create, get and delete where it writes. The service agents of Cloud Storage,
// Dataflow and Compute Engine need the key as launch describes. If a bucket had to be made Dataflow would ask for
// storage.buckets.create: withhold it.
//
// The workers' account, as which a Flex Template's launcher runs too, needs read access to the image, and read and write
// access to the staging bucket. Sources:
// https://docs.cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.templates/create,
// https://docs.cloud.google.com/dataflow/docs/guides/templates/run-flex-templates.
//
// # Errors
//
// Errors are [*cmekpipe.Error] with the codes of package launch; those of a context stay themselves. Beside that:
//
//	KeyMismatch        the template holds another key; a bucket's default key is another; the job was made under another,
//	                   and was cancelled
//	KeyMissing         the template or a bucket has no key; the job was made without one, and was cancelled
//	InvalidOptions     parameters, pipeline options or the template contradict the key (see cmekpipe.Faults); Dataflow does
//	                   not take the launch, and the names of the parameters that it minds are in the error
//	Unsupported        a job option that no launch of a template carries
//	AlreadyExists      an active job has the name, or a launch that was killed did the same
//	JobFailed          the launcher of a Flex Template failed before the job had a key
//	Unavailable        the launch's answer was lost and no job is seen, or a service did not answer
//	Internal           a job that must not run could not be cancelled or looked for; the hint is the command that does it
//
// No error or line of progress shows the template or the value of a parameter.
//
// # Concurrency
//
// All functions may be called by several goroutines at once.
//
// # Testing
//
// Package cmektest provides a loopback cloud that launches both kinds, see the example. No container runs there, and what a
// launcher leaves in its staging folder is written.
package template
