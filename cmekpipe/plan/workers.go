package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// workerFindings are what is wrong with the workers that a job asks for: images that don't fit, and disks that no key encrypts.
func workerFindings(job *api.Job) rule.Findings {
	var found rule.Findings
	for _, pool := range job.Environment.WorkerPools {
		for _, image := range pool.SdkHarnessContainerImages {
			if fault := imageFault(image.ContainerImage); fault != "" {
				found = append(found, rule.Finding{Rule: rule.ContainerImage, Resource: image.ContainerImage, Detail: fault})
			}
		}
		if hasLocalSSD(pool.MachineType) {
			found = append(found, rule.Finding{Rule: rule.LocalSSD, Resource: "machine type " + pool.MachineType,
				Detail: "Google encrypts local SSDs with keys of its own, and discards the keys with the machine"})
		}
	}
	return found
}

// versionTag matches a tag that begins with a version of three numbers.
var versionTag = regexp.MustCompile(`^v?(\d+\.\d+\.\d+)`)

// imageFault says why an image may not fit this program, "" if nothing is wrong with its name.
func imageFault(image string) string {
	if strings.Contains(image, "@sha256:") {
		return ""
	}
	_, tag, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
	version := versionTag.FindStringSubmatch(tag)
	switch {
	case tag == "":
		return "got no tag, which means the latest image, want one of Beam " + core.SdkVersion
	case slices.Contains([]string{"latest", "stable", "edge", "main", "master", "dev", "nightly"}, tag):
		return "got tag " + tag + ", whose image changes, want one of Beam " + core.SdkVersion
	case version != nil && version[1] != core.SdkVersion:
		return "got Beam " + version[1] + ", want " + core.SdkVersion + ", which this program links"
	}
	return ""
}

// hasLocalSSD reports whether machines of a type always have local SSDs.
// Source: https://docs.cloud.google.com/compute/docs/disks/local-ssd.
func hasLocalSSD(machineType string) bool {
	family, _, _ := strings.Cut(machineType, "-")
	return strings.Contains(machineType, "-lssd") || slices.Contains([]string{"z3", "a3", "a4", "a4x"}, family) ||
		strings.HasPrefix(machineType, "a2-ultragpu")
}
