// Package cmekpipe is the vocabulary of pipelines whose every byte at rest is under a customer-managed encryption key
// (CMEK) of Cloud KMS: keys, the places that a key protects, the options of a job, and errors. It talks to no service
// and imports nothing but the standard library.
//
// Most programs need three things of it. The key and the buckets, with their region in the type:
//
//	key, err := cmekpipe.ParseKey[location.USCentral1](name)
//	bucket, err := cmekpipe.ParseBucket[location.USCentral1]("bank-scratch")
//
// The options of the job. A program that leaves out the key, the project or the temp location does not compile, nor
// does one with a path in another region, or with a key that is global or multi-regional:
//
//	opts, err := cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
//
// And the destinations, which only a key can mint. Connectors take nothing else to write to, so no sink is without a
// key, and what travels to the workers is the key's name beside the place's:
//
//	out, err := key.Object("gs://bank-reports/2026/totals")
//
// Where the values come from flags or files, [FromFlags] and [FromConfig] give the same verdicts when the program
// runs, and [ParseKeyName] replaces [ParseKey]. Compare the names that services report with [KeyOf] and ==, never by
// prefix: key "k" is not "k2", and services name a key version where they were given a key.
//
// # Defaults
//
// There is no default key, project or temp location. The job's region is the key's location. The runner is "prism",
// so that nothing leaves the machine unasked; the staging location is "staging" below the temp location. The zero value
// of every type names nothing, its Valid method says so, and whatever takes one refuses it. Its text form is empty and
// is read back as the zero value.
//
// # Flags
//
// [RegisterFlags] and [FromFlags] know every flag of Beam's Dataflow runner, of options/jobopts and options/gcpopts:
//
//	the job        job_name labels project region runner async execute_async dry_run template_location update
//	               transform_name_mapping dataflow_kms_key temp_location staging_location
//	workers        worker_binary sdk_container_image worker_harness_container_image environment_config environment_type
//	               sdk_harness_container_image_override resource_hints element_processing_timeout num_workers
//	               max_num_workers number_of_worker_harness_threads worker_machine_type machine_type min_cpu_platform
//	               disk_size_gb disk_type disk_provisioned_iops disk_provisioned_throughput_mibps autoscaling_algorithm
//	               flexrs_goal teardown_policy
//	their place    network subnetwork no_use_public_ips use_public_ips worker_region worker_zone zone
//	               service_account_email
//	Dataflow       experiments dataflow_service_options
//	refused        cpu_profiling dataflow_endpoint endpoint retain_docker_containers parallelism beam_strict, and
//	               enable_hot_key_logging where a program defines it
//
// File forbidden.go is the table of what is refused, as a flag, an experiment, a service option or beside the job, with
// the reason and the source: data sampling, hot-key logging, profilers, heap dumps, the old monitoring agent, and what
// turns off Runner v2. Names count in every spelling. An option that repeats the key or a place must say the same;
// [CheckOptions] holds options that travel beside a Config, such as a template's parameters, to these rules.
//
// # Errors
//
// Every error is an [*Error] with a [Code] from a closed set; errors.Is takes the code as its target. Resource is the
// exact name at fault and Hint what to type next. Options report all their faults at once: [Faults] lists them. An
// error keeps its code when a runner passes it on as text: [FindError] reads it back. No error holds user data; a
// label's value, for one, is never printed.
//
// Names are refused with [InvalidName], places that don't fit the key with [LocationMismatch], a key that was left out
// with [KeyMissing], and options that contradict each other with [InvalidOptions].
//
// # Concurrency
//
// All types are values or immutable and safe for use by several goroutines, but for [Builder], which belongs to one.
//
// # Testing
//
// Names in tests are constants: [MustParseKey], [MustParseBucket] and methods such as [KeyName.MustObject] take only
// those, so that no input of a program can make it panic. Nothing here needs a network or a clock.
package cmekpipe
