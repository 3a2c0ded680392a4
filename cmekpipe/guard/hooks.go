package guard

import (
	"encoding/json"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"
)

// enabledHooks returns the names of Beam's hooks that are enabled: code that runs on every worker and belongs to no transform.
// Beam lists them only by recording them in beam.PipelineOptions, as each of its runners does before a launch.
func enabledHooks() []string {
	hooks.SerializeHooksToOptions()
	var names []string
	if json.Unmarshal([]byte(beam.PipelineOptions.Get("hookOrder")), &names) != nil {
		return nil // Beam wrote it
	}
	slices.Sort(names)
	return names
}
