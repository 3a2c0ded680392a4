package cmekpipe

import (
	"slices"
	"strings"
)

// reach says where a forbidden option is refused.
type reach int

const (
	asFlag        reach = 1 << iota // a flag of Beam's
	inList                          // an experiment or service option
	passedThrough                   // an option outside Config, such as an entry of beam.PipelineOptions or a template's parameter
	offInList                       // an experiment that is refused only if it is switched off, for example by "=false"
)

// ForbiddenOption is an option that is refused. As a flag only its first name is, exactly as Beam spells it: a flag of another
// name is the program's own. Elsewhere all names are, in every spelling that [NormalizeOptionName] makes equal; an experiment
// or service option is refused too if a name is a part of its own.
type ForbiddenOption struct {
	// Names are the option's names. The first is the one that Beam or Dataflow documents.
	Names []string
	// Reason says what the option does, as a clause: "which sends profiles to Cloud Profiler, outside the job's key".
	Reason string
	// Hint says what to do instead.
	Hint string
	// Source is the address of the page or file that documents the option.
	Source string

	where reach
}

// The pages that document the options.
const (
	guides = "https://docs.cloud.google.com/dataflow/docs/"
	beam   = "https://github.com/apache/beam/blob/v2.77.0/sdks/go/"
	api    = "https://docs.cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations."
)

// ForbiddenOptions returns the options that [FromConfig], [FromFlags] and [CheckOptions] refuse by name with code
// [Unsupported]: options that would store data without the key or weaken its protection, and options that a launch could only
// ignore. The example lists them. Other options are refused for their value: an environment_type that runs workers outside the
// job's machines, and an image in place of Dataflow's own process on workers. The flags endpoint, retain_docker_containers,
// parallelism and beam_strict are refused unless the runner is flink, spark or universal.
func ForbiddenOptions() []ForbiddenOption {
	return slices.Concat(unprotected(), withoutRunnerV2(), otherRunners())
}

// unprotected are the options that store data, or copy it to another service, without the key, and those that let software
// onto the workers that nobody maintains or has compared with what was staged.
func unprotected() []ForbiddenOption {
	return []ForbiddenOption{
		{Names: []string{"enable_data_sampling", "enable_always_on_exception_sampling"},
			Reason: "which writes elements below temp_location without naming the key",
			Hint:   "leave it out", Source: guides + "guides/data-sampling", where: inList | passedThrough},
		{Names: []string{"enable_hot_key_logging", "hot_key_logging_enabled"},
			Reason: "which writes keys of elements to Cloud Logging, outside the job's key",
			Hint:   "leave it out", Source: api + "jobs#debugoptions", where: asFlag | inList | passedThrough},
		{Names: []string{"enable_google_cloud_profiler", "enable_google_cloud_heap_sampling"},
			Reason: "which sends profiles to Cloud Profiler, outside the job's key",
			Hint:   "leave it out, or profile on Prism", Source: guides + "guides/profiling-a-pipeline", where: inList | passedThrough},
		{Names: []string{"cpu_profiling", "save_profiles_to_gcs", "profile_location", "profile_cpu", "profile_memory", "profiling_agent_configuration"},
			Reason: "which writes profiles to Cloud Storage without naming the key",
			Hint:   "leave it out, or profile on Prism", Source: beam + "pkg/beam/runners/dataflow/dataflow.go", where: asFlag | inList | passedThrough},
		{Names: []string{"session_recording"},
			Reason: "which records the messages between runner and worker, including elements, without naming the key",
			Hint:   "leave it out", Source: beam + "pkg/beam/runners/dataflow/dataflow.go", where: asFlag | inList | passedThrough},
		{Names: []string{"save_heap_dumps_to_gcs_path", "dump_heap_on_oom", "enable_heap_dumps"},
			Reason: "which uploads the memory of workers to Cloud Storage without naming the key",
			Hint:   "leave it out", Source: api + "flexTemplates/launch#flextemplateruntimeenvironment", where: inList | passedThrough},
		{Names: []string{"enable_launcher_vm_serial_port_logging"},
			Reason: "which writes the launcher's console to Cloud Logging, outside the job's key",
			Hint:   "leave it out", Source: api + "flexTemplates/launch#flextemplateruntimeenvironment", where: passedThrough},
		{Names: []string{"enable_stackdriver_agent_metrics", "stackdriver_agent"},
			Reason: "which runs an agent next to the data, from an image that is no longer maintained",
			Hint:   "leave it out; Dataflow's own metrics need no agent", Source: guides + "concepts/shared-responsibility", where: inList | passedThrough},
		{Names: []string{"disable_staged_file_integrity_checks"},
			Reason: "which lets workers run another file than the one that was staged",
			Hint:   "leave it out", Source: beam + "container/boot.go", where: inList | passedThrough},
	}
}

// withoutRunnerV2 are the options that turn off the only service runner for Go, or start jobs without a launch's checks.
func withoutRunnerV2() []ForbiddenOption {
	return []ForbiddenOption{
		{Names: []string{"disable_runner_v2", "disable_prime_runner_v2", "disable_portable_runner", "enable_streaming_java_runner"},
			Reason: "which turns off Runner v2, the only runner for Go",
			Hint:   "leave it out", Source: beam + "pkg/beam/runners/dataflow/dataflow.go", where: inList | passedThrough},
		{Names: []string{"use_runner_v2", "beam_fn_api", "use_unified_worker", "use_portable_job_submission"},
			Reason: "which is switched off, and with it Runner v2, the only runner for Go",
			Hint:   "leave it out", Source: beam + "pkg/beam/runners/dataflow/dataflow.go", where: offInList},
		{Names: []string{"create_or_update_job"},
			Reason: "which replaces a running job without the checks of an update",
			Hint:   "set update to true and job_name to the name of the running job", Source: guides + "guides/updating-a-pipeline", where: inList | passedThrough},
	}
}

// otherRunners are the options of a service or runner that does not use the job's key.
func otherRunners() []ForbiddenOption {
	return []ForbiddenOption{
		{Names: []string{"dataflow_endpoint"},
			Reason: "which sends the job to a service whose use of the key is unverified",
			Hint:   "leave it out; for tests see package cmektest", Source: beam + "pkg/beam/runners/dataflow/dataflow.go", where: asFlag},
		{Names: []string{"endpoint"},
			Reason: "which names a job service of another runner, which does not use the key",
			Hint:   "leave it out", Source: beam + "pkg/beam/options/jobopts/options.go", where: asFlag},
		{Names: []string{"retain_docker_containers"},
			Reason: "which leaves containers and their data on a disk that is not encrypted with the key",
			Hint:   "leave it out", Source: beam + "pkg/beam/options/jobopts/options.go", where: asFlag},
		{Names: []string{"parallelism"},
			Reason: "which only Flink supports",
			Hint:   "leave it out; on Dataflow set num_workers", Source: beam + "pkg/beam/options/jobopts/options.go", where: asFlag},
		{Names: []string{"beam_strict"},
			Reason: "which Dataflow and Prism ignore",
			Hint:   "leave it out; package guard inspects every pipeline", Source: beam + "pkg/beam/options/jobopts/options.go", where: asFlag},
		{Names: []string{"dot_file"},
			Reason: "which belongs to Beam's runner dot",
			Hint:   "leave it out", Source: beam + "pkg/beam/runners/dot/dot.go", where: asFlag},
	}
}

// fault returns the error for a forbidden option, without its value.
func (f ForbiddenOption) fault(resource, name string) *Error {
	return newFault(Unsupported, resource, "got "+quote(name)+", "+f.Reason, f.Hint+"; see "+f.Source)
}

// forbiddenFlag finds the forbidden option of a flag of Beam's. Flags of other SDKs are the program's own here.
func forbiddenFlag(name string) (f ForbiddenOption, found bool) {
	return findForbidden(func(f ForbiddenOption) bool { return f.where&asFlag != 0 && f.Names[0] == name })
}

// forbiddenItem finds the forbidden option of an experiment or service option. Beam and its worker images search for
// parts of the text, so a name that contains a forbidden one is forbidden too.
func forbiddenItem(name, value string) (f ForbiddenOption, found bool) {
	return findForbidden(func(f ForbiddenOption) bool {
		for _, n := range f.Names {
			switch {
			case f.where&inList != 0 && strings.Contains(NormalizeOptionName(name), NormalizeOptionName(n)):
				return true
			case f.where&offInList != 0 && NormalizeOptionName(name) == NormalizeOptionName(n) && value != "" && !strings.EqualFold(value, "true"):
				return true
			}
		}
		return false
	})
}

// forbiddenPassedThrough finds the forbidden option of an option outside Config. One that is switched off is allowed.
func forbiddenPassedThrough(name, value string) (f ForbiddenOption, found bool) {
	if value == "" || strings.EqualFold(value, "false") {
		return f, false
	}
	return findForbidden(func(f ForbiddenOption) bool {
		same := func(n string) bool { return NormalizeOptionName(n) == NormalizeOptionName(name) }
		return f.where&passedThrough != 0 && slices.ContainsFunc(f.Names, same)
	})
}

func findForbidden(forbids func(ForbiddenOption) bool) (ForbiddenOption, bool) {
	rows := ForbiddenOptions()
	if i := slices.IndexFunc(rows, forbids); i >= 0 {
		return rows[i], true
	}
	return ForbiddenOption{}, false
}
