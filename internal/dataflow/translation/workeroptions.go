package translation

import (
	"flag"
	"maps"
	"time"

	"github.com/apache/beam/sdks/v2/go/container/tools"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// workerOptions returns the pipeline options that are sent to the workers: the hooks that the program enabled and what it set
// in beam.PipelineOptions. They become metadata of the job, which no key covers. So no flag of the program is among them: Beam
// would put every flag there, passwords too. Nor is temp_location, to which a worker that crashes would upload heap profiles
// without a key.
func workerOptions(elementTimeout time.Duration) runtime.RawOptions {
	hooks.SerializeHooksToOptions() // before the export; without it not even the workers' logs come through
	options := beam.PipelineOptions.Export()
	maps.DeleteFunc(options.Options, func(name, _ string) bool {
		return !travels(name, flag.Lookup(name) != nil)
	})
	if elementTimeout > 0 {
		options.Options["element_processing_timeout"] = elementTimeout.String()
	}
	return options
}

func travels(name string, isFlag bool) bool { return name != "temp_location" && !isFlag }

// LocalOptions are the options of a job on Prism.
func LocalOptions(opts *cmekpipe.Options) (*structpb.Struct, error) {
	return tools.OptionsToProto(runtime.RawOptionsWrapper{
		Options:     workerOptions(opts.Environment().ElementProcessingTimeout),
		AppName:     "cmekpipe",
		Experiments: append(opts.Experiments(), "beam_fn_api"),
	})
}
