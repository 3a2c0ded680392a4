package cmekpipe

import (
	"slices"
	"strings"
)

// reach says where a forbidden option may be met.
type reach int

const (
	asFlag    reach = 1 << iota // a flag of Beam's
	inList                      // an experiment or service option
	beside                      // an option that travels beside the job's own, as of beam.PipelineOptions or a template
	offInList                   // an experiment that is forbidden only when it is switched off, as by "=false"
)

// forbidden is an option that is never carried, in any spelling. The first name is the one that its owner documents.
type forbidden struct {
	names  []string
	where  reach
	code   Code
	why    string // goes on from "got NAME, "
	hint   string
	source string // where the reader finds what the option does
}

// Where the reader finds what an option does.
const (
	guides = "https://docs.cloud.google.com/dataflow/docs/"
	beam   = "https://github.com/apache/beam/blob/v2.77.0/sdks/go/"
	api    = "https://docs.cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations."
)

// forbiddenOptions is every option that breaks a key's promise or that a launch could only ignore.
func forbiddenOptions() []forbidden { return append(leaks(), strangers()...) }

// leaks are the options that take data out of the key's reach.
func leaks() []forbidden {
	return []forbidden{
		{[]string{"enable_data_sampling", "enable_always_on_exception_sampling"}, inList | beside, Unsupported,
			"which writes elements below temp_location without naming the key",
			"leave it out", guides + "guides/data-sampling"},
		{[]string{"enable_hot_key_logging", "hot_key_logging_enabled"}, asFlag | inList | beside, Unsupported,
			"which writes keys of elements to Cloud Logging, outside the job's key",
			"leave it out", api + "jobs#debugoptions"},
		{[]string{"enable_google_cloud_profiler", "enable_google_cloud_heap_sampling"}, inList | beside, Unsupported,
			"which sends profiles to Cloud Profiler, outside the job's key",
			"leave it out, or profile on Prism", guides + "guides/profiling-a-pipeline"},
		{[]string{"cpu_profiling", "save_profiles_to_gcs", "profile_location", "profile_cpu", "profile_memory",
			"profiling_agent_configuration"}, asFlag | inList | beside, Unsupported,
			"which writes profiles to Cloud Storage without naming the key",
			"leave it out, or profile on Prism", beam + "pkg/beam/runners/dataflow/dataflow.go"},
		{[]string{"session_recording"}, asFlag | inList | beside, Unsupported,
			"which records what goes between runner and worker, elements included, without naming the key",
			"leave it out", beam + "pkg/beam/runners/dataflow/dataflow.go"},
		{[]string{"save_heap_dumps_to_gcs_path", "dump_heap_on_oom", "enable_heap_dumps"}, inList | beside,
			Unsupported, "which uploads the memory of workers to Cloud Storage without naming the key",
			"leave it out", api + "flexTemplates/launch#flextemplateruntimeenvironment"},
		{[]string{"enable_launcher_vm_serial_port_logging"}, beside, Unsupported,
			"which writes the launcher's console to Cloud Logging, outside the job's key",
			"leave it out", api + "flexTemplates/launch#flextemplateruntimeenvironment"},
		{[]string{"enable_stackdriver_agent_metrics", "stackdriver_agent"}, inList | beside, Unsupported,
			"which runs an agent from an image that nobody maintains beside the data",
			"leave it out; Dataflow's own metrics need no agent", guides + "concepts/shared-responsibility"},
		{[]string{"disable_staged_file_integrity_checks"}, inList | beside, Unsupported,
			"which lets workers run a file that is not the one that was staged",
			"leave it out", beam + "container/boot.go"},
	}
}

// strangers are the options of another service or runner than those that take the key.
func strangers() []forbidden {
	return []forbidden{
		// What turns off the only runner for Go, and with it what is known of the key's use.
		{[]string{"disable_runner_v2", "disable_prime_runner_v2", "disable_portable_runner",
			"enable_streaming_java_runner"}, inList | beside, Unsupported,
			"which turns off Runner v2, the only runner for Go",
			"leave it out", beam + "pkg/beam/runners/dataflow/dataflow.go"},
		{[]string{"use_runner_v2", "beam_fn_api", "use_unified_worker", "use_portable_job_submission"}, offInList,
			Unsupported, "which is switched off, and Runner v2 with it, the only runner for Go",
			"leave it out", beam + "pkg/beam/runners/dataflow/dataflow.go"},

		// What another service or runner than Dataflow and Prism would take.
		{[]string{"dataflow_endpoint"}, asFlag, Unsupported,
			"which sends the job to a service whose use of the key nobody proved",
			"leave it out; tests set DATAFLOW_EMULATOR_HOST", beam + "pkg/beam/runners/dataflow/dataflow.go"},
		{[]string{"endpoint"}, asFlag, Unsupported,
			"which names a job service of another runner, where no key of Dataflow's reaches",
			"leave it out", beam + "pkg/beam/options/jobopts/options.go"},
		{[]string{"retain_docker_containers"}, asFlag, Unsupported,
			"which leaves containers with their data on a disk that no key protects",
			"leave it out", beam + "pkg/beam/options/jobopts/options.go"},
		{[]string{"parallelism"}, asFlag, Unsupported, "which only Flink knows",
			"leave it out; on Dataflow set num_workers", beam + "pkg/beam/options/jobopts/options.go"},
		{[]string{"beam_strict"}, asFlag, Unsupported, "which Dataflow and Prism ignore",
			"leave it out; package guard inspects every pipeline", beam + "pkg/beam/options/jobopts/options.go"},
		{[]string{"dot_file"}, asFlag, Unsupported, "which belongs to Beam's runner dot",
			"leave it out", beam + "pkg/beam/runners/dot/dot.go"},
	}
}

// fault returns what is wrong with an option that f forbids, without its value.
func (f forbidden) fault(resource, name string) *Error {
	return newFault(f.code, resource, "got "+quote(name)+", "+f.why, f.hint+"; see "+f.source)
}

// forbiddenFlag returns the row that forbids a flag of Beam's. Flags that other SDKs have are the program's own here.
func forbiddenFlag(name string) (f forbidden, found bool) {
	return findForbidden(func(f forbidden) bool { return f.where&asFlag != 0 && f.names[0] == name })
}

// forbiddenItem returns the row that forbids an experiment or service option. Beam and its worker images look for parts
// of the text, so that a name around a forbidden one is forbidden too.
func forbiddenItem(name, value string) (f forbidden, found bool) {
	return findForbidden(func(f forbidden) bool {
		for _, n := range f.names {
			switch {
			case f.where&inList != 0 && strings.Contains(spelling(name), spelling(n)):
				return true
			case f.where&offInList != 0 && spelling(name) == spelling(n) && value != "" && !strings.EqualFold(value, "true"):
				return true
			}
		}
		return false
	})
}

// forbiddenBeside returns the row that forbids an option that travels beside the job's own. One that is switched off is
// none.
func forbiddenBeside(name, value string) (f forbidden, found bool) {
	if value == "" || strings.EqualFold(value, "false") {
		return f, false
	}
	return findForbidden(func(f forbidden) bool {
		same := func(n string) bool { return spelling(n) == spelling(name) }
		return f.where&beside != 0 && slices.ContainsFunc(f.names, same)
	})
}

func findForbidden(forbids func(forbidden) bool) (forbidden, bool) {
	rows := forbiddenOptions()
	if i := slices.IndexFunc(rows, forbids); i >= 0 {
		return rows[i], true
	}
	return forbidden{}, false
}

// spelling makes one of the ways in which SDKs and people spell a name: dataflow_kms_key, dataflowKmsKey,
// --dataflow-kms-key.
func spelling(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
}
