package cmekpipe

import (
	"maps"
	"slices"
)

// checkUpdate requires the name of the job to update, and allows a mapping for an update only. An update with a template location
// is what the launcher of a Flex Template asks its program for: the launch of the template checks the job that it replaces.
func (c *checker) checkUpdate(cfg Config) {
	if cfg.Update && cfg.JobName == "" {
		c.add(InvalidOptions, "update", "got an update without job_name, want the name of the running job",
			"set job_name to the name of the running job; list them: gcloud dataflow jobs list --status=active")
	}
	if len(cfg.TransformNameMapping) == 0 {
		return
	}
	const field = "transform_name_mapping"
	if !cfg.Update {
		c.add(InvalidOptions, field, "got a mapping without update, want both or none", "set update to true, or leave out transform_name_mapping")
	}
	if _, found := cfg.TransformNameMapping[""]; found {
		c.add(InvalidOptions, field, "got a mapping of no transform, want a name on the left", "write the full name of the running job's transform on the left")
	}
	for _, from := range slices.Sorted(maps.Keys(cfg.TransformNameMapping)) {
		c.requirePlain(field, from, cfg.TransformNameMapping[from])
	}
}
