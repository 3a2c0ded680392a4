package launch

import (
	"flag"
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// checkDataflow refuses options that are well formed but that a launch with this SDK can't run with a key.
func (l *launch) checkDataflow() error {
	if err := l.opts.CheckSDKVersion(core.SdkVersion); err != nil {
		return err
	}
	if err := l.checkPipelineOptions(); err != nil {
		return err
	}
	if err := l.checkShadowed(); err != nil {
		return err
	}
	return l.checkHooks()
}

// checkPipelineOptions compares what the program put into beam.PipelineOptions with the options: the key above all, in every
// spelling. Flags are compared too, although they are not sent: one that differs was meant to have an effect.
func (l *launch) checkPipelineOptions() error {
	program, want := beam.PipelineOptions.Export().Options, l.opts.TempLocation().String()
	if err := cmekpipe.CheckOptions(l.opts.Key(), program); err != nil {
		return err
	}
	temp := strings.TrimRight(program["temp_location"], "/")
	if temp != "" && temp != want {
		return l.refuse(cmekpipe.InvalidOptions, "temp_location", "got "+temp+" in beam.PipelineOptions, want "+want+", as in the options",
			"remove temp_location from beam.PipelineOptions")
	}
	return nil
}

// checkShadowed refuses what the program put into beam.PipelineOptions under the name of a flag of its own. Beam sends flags to the
// workers as options; this module sends none, so that a worker would read "" from such an option, and nobody would be told. Beam's
// own flags are job options, which no worker reads.
func (l *launch) checkShadowed() error {
	jobFlags := flag.NewFlagSet("", flag.ContinueOnError)
	cmekpipe.RegisterFlags(jobFlags)
	options := beam.PipelineOptions.Export().Options
	if loadedFromFlags(options) {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if flag.Lookup(name) != nil && jobFlags.Lookup(name) == nil && !isBeamFlag(name) {
			return l.refuse(cmekpipe.InvalidOptions, name, "got an option in beam.PipelineOptions with the name of a flag, and flags are not sent to workers",
				"give the option another name, as in beam.PipelineOptions.Set(\"my_"+name+"\", …), or give the DoFn a field")
		}
	}
	return nil
}

// loadedFromFlags reports whether options hold most flags that were set. Then one of Beam's own runners has loaded them in this
// process, and nobody chose what travels.
func loadedFromFlags(options map[string]string) bool {
	set, loaded := 0, 0
	flag.Visit(func(f *flag.Flag) {
		set++
		if _, ok := options[f.Name]; ok {
			loaded++
		}
	})
	return set > 1 && 2*loaded >= set
}

// isBeamFlag reports whether a flag was registered by a package of Beam's, which its default FlagSet does not say: those that this
// module knows and refuses.
func isBeamFlag(name string) bool {
	return slices.ContainsFunc(cmekpipe.ForbiddenOptions(), func(f cmekpipe.ForbiddenOption) bool { return slices.Contains(f.Names, name) })
}

// checkHooks refuses Beam's own hooks that write profiles to Cloud Storage without a key.
func (l *launch) checkHooks() error {
	for _, name := range []string{"prof", "trace", "heap", "beam:go:hook:diagnostics:heapDump"} {
		if enabled, _ := hooks.IsEnabled(name); enabled {
			return l.refuse(cmekpipe.Unsupported, "hook "+name,
				"got a hook that writes profiles without a key", "remove the call of hooks.EnableHook for "+name)
		}
	}
	return nil
}

// checkLocalPaths refuses files on the workers' own disks: the job would end well and its results would be lost.
func (l *launch) checkLocalPaths() error {
	for _, t := range l.result.Coverage.Transforms {
		if t.Verdict == guard.Local {
			return l.refuse(cmekpipe.Unsupported, t.Path(), "got a path on the worker's own disk: "+t.Destination,
				"write to Cloud Storage: textio.Write(s, key.Object(\"gs://BUCKET/OBJECT\"), col) of cmekpipe/io/textio")
		}
	}
	return nil
}
