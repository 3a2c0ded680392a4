// Package cmekpipe defines the keys, destinations, job options and errors for Beam pipelines whose data is encrypted with
// your own Cloud KMS key (CMEK). It calls no service and imports only the standard library and
// package location, which does the same.
//
// Most programs need three things from it. First, the key and the buckets, with their region in the type:
//
//	key, err := cmekpipe.ParseKey[location.USCentral1](name)
//	bucket, err := cmekpipe.ParseBucket[location.USCentral1]("bank-scratch")
//
// Second, the options of the job. A program that leaves out the key, the project or the temp location does not compile,
// and neither does one with a path in another region, or with a key that is global or multi-regional:
//
//	opts, err := cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
//
// Third, the destinations, which you create from a key. Connectors accept no other type, so every sink has a key, and
// the key's name is sent to the workers with the destination:
//
//	out, err := key.Object("gs://bank-reports/2026/totals")
//
// If the values come from flags or files, use [FromFlags] or [FromConfig], which check the same rules when the program
// runs, and [ParseKeyName] instead of [ParseKey].
//
// # Comparing keys
//
// Compare keys with ==, never by prefix: key "k" is not "k2". Services report the name of a key version where they were
// given a key; parse it with [ParseKeyOrVersion]. A name with a project number is not equal to the name with the
// project's id; see [KeyName].
//
// # Options
//
// [Options] are parsed and checked once. Accessors such as [Options.TempLocation], [Options.Runner] and [Options.Workers]
// return typed values; [Options.Config] returns everything as plain text.
//
// # Defaults
//
// There is no default key or project. The job's region is the key's location. The runner is [RunnerPrism], so that nothing
// leaves the machine unless it is asked for. The staging location is "staging" in the temp location; if only the staging
// location is given, the temp location is "tmp" in it. The zero value of a key, a bucket, a path, a destination or Options is
// invalid: its Valid method returns false, and every function refuses it; the text form of a zero name is empty, and parses
// back to the zero value. The zero values of [Config], [Workers] and [Error] are not invalid.
//
// # Flags
//
// [RegisterFlags] and [FromFlags] support the flags of Beam's Dataflow runner, of options/jobopts and of options/gcpopts,
// under Beam's names, and two of this module's own:
//
//	the job        job_name labels project region runner async execute_async dry_run template_location update
//	               transform_name_mapping dataflow_kms_key temp_location staging_location
//	workers        worker_binary sdk_container_image worker_harness_container_image environment_config environment_type
//	               sdk_harness_container_image_override resource_hints element_processing_timeout num_workers
//	               max_num_workers number_of_worker_harness_threads worker_machine_type machine_type min_cpu_platform
//	               disk_size_gb disk_type disk_provisioned_iops disk_provisioned_throughput_mibps autoscaling_algorithm
//	               flexrs_goal teardown_policy
//	placement      network subnetwork no_use_public_ips use_public_ips worker_region worker_zone zone
//	               service_account_email
//	Dataflow       experiments dataflow_service_options
//	this module's  cmek_strict cmek_reviewed
//	refused        cpu_profiling dataflow_endpoint endpoint retain_docker_containers parallelism beam_strict dot_file
//	               session_recording, and enable_hot_key_logging if a program defines it
//
// An experiment or service option with the name of another option, such as network=N, is refused unless it repeats that option.
//
// With a runner that uses a job service (flink, spark or universal), endpoint, retain_docker_containers, parallelism and
// beam_strict are accepted.
//
// [ForbiddenOptions] returns what is refused by its name, as a flag, an experiment, a service option or outside [Config],
// with the reason and the source: data sampling, hot-key logging, profilers, heap dumps, the old monitoring agent, and
// what turns off Runner v2. Except as a flag, names count in every spelling. An option that repeats the key or a location must agree with
// the job's; [CheckOptions] applies these rules to options outside a Config, such as a template's parameters.
//
// # Permissions
//
// This package needs none. What a job needs is documented in package launch.
//
// # Errors
//
// Every error is an [*Error] with a [Code] from a closed set; errors.Is accepts the code as its target. Resource is the
// exact name the error is about, and Hint an action or a command that fixes it. Options report all their faults at once:
// [OptionErrors] lists them. An error keeps its code when a runner returns it as text: [FindError] parses it. No error
// contains user data; the value of a label, for example, is never printed.
//
// Invalid names have code [InvalidName], locations that do not fit the key [LocationMismatch], a missing key
// [KeyMissing], and options that contradict each other [InvalidOptions].
//
// # Concurrency
//
// All types except [Builder] are values or immutable, and safe for concurrent use.
//
// # Testing
//
// Names in tests are literals: [MustParseKey], [MustParseBucket] and methods such as [KeyName.MustObject] accept only
// literals and untyped constants, so that no input of a program can make them panic. For a variable the compiler says
//
//	cannot use name (variable of type string) as cmekpipe.literalElseCallWithoutMust value in argument to cmekpipe.MustParseKey
//
// and the function to call is the one without Must: here [ParseKey]. Nothing in this package needs a network or a clock.
package cmekpipe
