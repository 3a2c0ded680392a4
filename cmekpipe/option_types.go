package cmekpipe

// EnvironmentType is where workers run, as Beam's flag environment_type names it.
type EnvironmentType string

// The environment types. A job on Dataflow only runs in Docker; Prism and the direct runner only in loopback.
const (
	EnvironmentDocker   EnvironmentType = "DOCKER"
	EnvironmentLoopback EnvironmentType = "LOOPBACK"
	EnvironmentProcess  EnvironmentType = "PROCESS"
	EnvironmentExternal EnvironmentType = "EXTERNAL"
)

func environmentTypes() []EnvironmentType {
	return []EnvironmentType{EnvironmentDocker, EnvironmentLoopback, EnvironmentProcess, EnvironmentExternal}
}

// AutoscalingAlgorithm is how Dataflow chooses the number of workers. The empty one leaves the choice to Dataflow.
type AutoscalingAlgorithm string

// The autoscaling algorithms.
const (
	AutoscalingNone            AutoscalingAlgorithm = "NONE"
	AutoscalingThroughputBased AutoscalingAlgorithm = "THROUGHPUT_BASED"
)

func autoscalingAlgorithms() []AutoscalingAlgorithm {
	return []AutoscalingAlgorithm{AutoscalingNone, AutoscalingThroughputBased}
}

// TeardownPolicy is when Dataflow removes a job's workers. The empty one leaves the choice to Dataflow.
type TeardownPolicy string

// The teardown policies. With [TeardownNever] the workers and their disks, encrypted with the key, stay when the job ends.
const (
	TeardownAlways    TeardownPolicy = "TEARDOWN_ALWAYS"
	TeardownOnSuccess TeardownPolicy = "TEARDOWN_ON_SUCCESS"
	TeardownNever     TeardownPolicy = "TEARDOWN_NEVER"
)

func teardownPolicies() []TeardownPolicy {
	return []TeardownPolicy{TeardownAlways, TeardownOnSuccess, TeardownNever}
}

// FlexRSGoal is the goal of Dataflow's flexible resource scheduling. The empty one leaves the choice to Dataflow.
type FlexRSGoal string

// The goals of flexible resource scheduling.
const (
	FlexRSUnspecified    FlexRSGoal = "FLEXRS_UNSPECIFIED"
	FlexRSSpeedOptimized FlexRSGoal = "FLEXRS_SPEED_OPTIMIZED"
	FlexRSCostOptimized  FlexRSGoal = "FLEXRS_COST_OPTIMIZED"
)

func flexRSGoals() []FlexRSGoal {
	return []FlexRSGoal{FlexRSUnspecified, FlexRSSpeedOptimized, FlexRSCostOptimized}
}

// texts returns typed values as plain text.
func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}
