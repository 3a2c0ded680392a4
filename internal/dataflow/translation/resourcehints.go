package translation

import (
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/resource"
)

// resourceHints returns hints of checked options as Beam's. Of two hints for one resource the last one counts, as in Beam.
func resourceHints(list []string) resource.Hints {
	hints := make([]resource.Hint, len(list))
	for i, text := range list {
		switch name, value, _ := strings.Cut(text, "="); name {
		case "min_ram", "beam:resources:min_ram_bytes:v1":
			hints[i] = resource.ParseMinRAM(value)
		case "cpu_count", "beam:resources:cpu_count:v1":
			hints[i] = resource.ParseCPUCount(value)
		case "accelerator":
			hints[i] = resource.Accelerator(value)
		default:
			hints[i] = otherHint{name, value}
		}
	}
	return resource.NewHints(hints...)
}

// otherHint is one that Beam for Go has no type for.
type otherHint struct{ urn, value string }

func (h otherHint) URN() string                                { return h.urn }
func (h otherHint) Payload() []byte                            { return []byte(h.value) }
func (h otherHint) MergeWithOuter(resource.Hint) resource.Hint { return h }
