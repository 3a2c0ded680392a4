package launch

import (
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
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
	if err := checkProgram(opts); err != nil {
		return err
	}
	return checkHooks()
}

// checkProgram holds what the program put into beam.PipelineOptions against the options: the key above all, in every
// spelling. Flags are looked at too, although they don't travel: a flag that says something else was meant to count.
func checkProgram(opts *cmekpipe.Options) error {
	program := beam.PipelineOptions.Export().Options
	if err := cmekpipe.CheckOptions(opts.Key(), program); err != nil {
		return err
	}
	temp := strings.TrimRight(program["temp_location"], "/")
	if temp != "" && temp != opts.Config().TempLocation {
		return refuse(cmekpipe.InvalidOptions, "temp_location",
			"got "+temp+" in beam.PipelineOptions, want "+opts.Config().TempLocation+", as the options say", "leave it out")
	}
	return nil
}

// checkHooks refuses Beam's own hooks whose profiles would rest in Cloud Storage without a key.
func checkHooks() error {
	for _, name := range []string{"prof", "trace", "heap", "beam:go:hook:diagnostics:heapDump"} {
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
