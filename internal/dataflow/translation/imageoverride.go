package translation

import (
	"maps"
	"regexp"
	"slices"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"
)

// overrideImages replaces the images that the patterns match. Each is replaced at most once, by the first pattern in the
// order of their texts, so that a launch is the same every time; in Beam the order is random.
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
