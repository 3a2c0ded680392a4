package cmekpipe

import "strings"

// Runner names what runs a pipeline. In flags and in [Config] it may be written as one of these constants, with Beam's
// other names for the same runner, such as DataflowRunner, or with the prefix "cmek" of package cmekrunner.
type Runner string

// The runners. [RunnerPrism] is the default: nothing leaves the machine unless it is asked for.
const (
	RunnerPrism     Runner = "prism"
	RunnerDirect    Runner = "direct"
	RunnerDataflow  Runner = "dataflow"
	RunnerFlink     Runner = "flink"
	RunnerSpark     Runner = "spark"
	RunnerUniversal Runner = "universal"
)

// Runners returns the runners that options accept.
func Runners() []Runner {
	return []Runner{RunnerPrism, RunnerDirect, RunnerDataflow, RunnerFlink, RunnerSpark, RunnerUniversal}
}

// UsesJobService reports whether the runner submits the pipeline to a job service that somebody else operates: flink,
// spark and universal do. Beam's own flags, such as endpoint, configure that service.
func (r Runner) UsesJobService() bool {
	return r == RunnerFlink || r == RunnerSpark || r == RunnerUniversal
}

// environmentType is where workers run on r; "" if Beam's flags decide.
func (r Runner) environmentType() EnvironmentType {
	switch {
	case r == RunnerDataflow:
		return EnvironmentDocker
	case r.UsesJobService():
		return ""
	}
	return EnvironmentLoopback
}

// parseRunner returns the runner of a name that Beam or package cmekrunner registers. The empty name is the default.
func parseRunner(name string) (Runner, bool) {
	switch name {
	case "":
		return RunnerPrism, true
	case "PrismRunner":
		return RunnerPrism, true
	case "DirectRunner":
		return RunnerDirect, true
	case "DataflowRunner":
		return RunnerDataflow, true
	case "FlinkRunner":
		return RunnerFlink, true
	case "SparkRunner":
		return RunnerSpark, true
	case "portable", "PortableRunner":
		return RunnerUniversal, true
	}
	name = strings.TrimPrefix(name, "cmek")
	for _, r := range Runners() {
		if string(r) == name {
			return r, true
		}
	}
	return "", false
}
