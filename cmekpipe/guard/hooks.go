package guard

import (
	"encoding/json"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"
)

// remoteLogging is the hook that Beam itself enables: it sends what workers log to the runner.
// Source: DefaultRemoteLoggingHook of package core/runtime/harness.
const remoteLogging = "default_remote_logging"

// enabledHooks returns the names of Beam's hooks that the program enabled: code that runs on every worker and belongs to no
// transform. Beam lists them only by recording them in beam.PipelineOptions, as each of its runners does before a launch.
func enabledHooks() []string {
	hooks.SerializeHooksToOptions()
	var names []string
	if json.Unmarshal([]byte(beam.PipelineOptions.Get("hookOrder")), &names) != nil {
		return nil // Beam wrote it
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool { return name == remoteLogging })
}
