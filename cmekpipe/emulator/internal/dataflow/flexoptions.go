package dataflow

import (
	"maps"
	"slices"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// runtimeField returns the field of a runtime environment that a pipeline option also sets, in either spelling of
// options; "" for every other option.
func runtimeField(option string) string {
	switch name := camelCase(option); name {
	case "dataflowKmsKey", "kmsKeyName":
		return "kmsKeyName"
	case "workerMachineType", "machineType":
		return "machineType"
	case "maxNumWorkers", "maxWorkers":
		return "maxWorkers"
	case "serviceAccount", "serviceAccountEmail":
		return "serviceAccountEmail"
	case "flexRSGoal", "flexrsGoal":
		return "flexrsGoal"
	case "tempLocation", "stagingLocation", "numWorkers", "network", "subnetwork", "zone", "workerZone", "workerRegion",
		"diskSizeGb", "autoscalingAlgorithm", "sdkContainerImage", "enableStreamingEngine", "saveHeapDumpsToGcsPath":
		return name
	}
	return ""
}

// pipelineOption reports whether a parameter is a pipeline option without a corresponding field in a runtime
// environment.
func pipelineOption(name string) bool {
	switch camelCase(name) {
	case "experiments", "usePublicIps", "noUsePublicIps", "labels", "region", "dataflowServiceOptions":
		return true
	}
	return false
}

// checkOnce refuses an option that is both a parameter and in the environment.
func checkOnce(parameters map[string]string, e *api.FlexTemplateRuntimeEnvironment) error {
	set := readFields(e)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if field := runtimeField(name); field != "" && set[field] != nil {
			return core.BadRequest("Runtime parameter " + name + " should not be specified in both parameters field and environment field. " +
				"Specifying runtime parameters in environment field is recommended.")
		}
	}
	return nil
}

// options returns the arguments of the program in the launcher container, where later ones win: parameters, then the
// additional options, which are words such as "--temp_location=gs://b/tmp".
func options(parameters map[string]string, additional []string) map[string]string {
	all := make(map[string]string, len(parameters)+len(additional))
	for name, value := range parameters {
		all[optionName(name)] = value
	}
	for _, word := range additional {
		name, value, given := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if !given {
			value = "true"
		}
		all[optionName(name)] = value
	}
	return all
}

// optionName returns the canonical name of an option that has several.
func optionName(name string) string {
	if field := runtimeField(name); field != "" {
		return field
	}
	return name
}
