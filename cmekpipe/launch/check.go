package launch

import (
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// checkDataflow refuses options that are well formed but that this launch, with this SDK, can't carry out under a key.
func checkDataflow(opts *cmekpipe.Options) error {
	config := opts.Config()
	if config.SDKVersion != "" && config.SDKVersion != core.SdkVersion {
		return refuse(cmekpipe.InvalidOptions, "sdk_version",
			"got "+config.SDKVersion+", but "+core.SdkVersion+" is linked in",
			"leave it out, or change the version of Beam in go.mod")
	}
	config.SDKVersion = core.SdkVersion
	if _, err := cmekpipe.FromConfig(config); err != nil {
		return err
	}
	if err := checkPending(config); err != nil {
		return err
	}
	for _, name := range slices.Concat(config.Experiments, config.ServiceOptions) {
		if err := checkExperiment(name); err != nil {
			return err
		}
	}
	// Beam's own hooks for profiles write them to Cloud Storage without a key.
	for _, name := range []string{"prof", "trace", "heap"} {
		if enabled, _ := hooks.IsEnabled(name); enabled {
			return refuse(cmekpipe.Unsupported, "hook "+name,
				"got a hook whose profiles would rest without a key", "don't enable it")
		}
	}
	return nil
}

// checkLocal refuses files on the workers' own disks: the job would end well and its results go with the workers.
func checkLocal(coverage *guard.Coverage) error {
	for _, t := range coverage.Transforms {
		if t.Verdict == guard.Local {
			return refuse(cmekpipe.Unsupported, t.Path(), "got a path on the worker's own disk: "+t.Destination,
				"write to Cloud Storage: cmekpipe/io/textio with an object that a key minted")
		}
	}
	return nil
}

// checkExperiment refuses what would run another service than the one that takes keys, or take data out of its reach.
func checkExperiment(experiment string) error {
	name, _, _ := strings.Cut(experiment, "=")
	switch name {
	case "disable_runner_v2", "disable_runner_v2_until_2023", "disable_prime_runner_v2", "disable_portable_runner",
		"enable_streaming_java_runner":
		return refuse(cmekpipe.Unsupported, "experiment "+name,
			"got an experiment that turns off the only runner for Go", "leave it out")
	case "enable_data_sampling":
		return refuse(cmekpipe.Unsupported, "experiment "+name,
			"got an experiment that writes elements to the temp location without naming the key", "leave it out")
	case "enable_hot_key_logging":
		return refuse(cmekpipe.Unsupported, "experiment "+name,
			"got an option that writes keys of elements to Cloud Logging, outside the job's key", "leave it out")
	}
	return nil
}
