package launch

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/resource"
	"google.golang.org/protobuf/proto"
)

// resourceHints turns hints of checked options into Beam's. Of two for one thing the last one counts, as in Beam.
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

// overrideImages replaces the images that the patterns match. Each is replaced once at most, by the first pattern in the
// order of their texts, so that a launch is the same every time; Beam leaves the order to chance.
func overrideImages(model *pipepb.Pipeline, images map[string]string) error {
	for _, environment := range model.GetComponents().GetEnvironments() {
		var docker pipepb.DockerPayload
		if err := proto.Unmarshal(environment.GetPayload(), &docker); err != nil {
			return err
		}
		for _, pattern := range slices.Sorted(maps.Keys(images)) {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return err
			}
			if !re.MatchString(docker.GetContainerImage()) {
				continue
			}
			docker.ContainerImage = re.ReplaceAllLiteralString(docker.GetContainerImage(), images[pattern])
			if environment.Payload, err = proto.Marshal(&docker); err != nil {
				return err
			}
			break
		}
	}
	return nil
}
