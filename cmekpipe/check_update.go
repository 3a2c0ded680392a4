package cmekpipe

import (
	"maps"
	"slices"
	"strings"
)

// update holds what a replacement of a running job needs: the job's name, and a mapping only where there is an update.
func (c *checker) update(cfg Config) {
	if cfg.Update && cfg.JobName == "" {
		c.add(InvalidOptions, "update", "got an update without job_name, want the name of the running job",
			"set job_name to the name of the job to replace")
	}
	if cfg.Update && cfg.TemplateLocation != "" {
		c.add(InvalidOptions, "update", "got an update with template_location, want one of them: a template starts no job",
			"update when the template is launched")
	}
	if len(cfg.TransformNameMapping) == 0 {
		return
	}
	const field = "transform_name_mapping"
	if !cfg.Update {
		c.add(InvalidOptions, field, "got a mapping without update, want both or none", "set update, or leave it out")
	}
	if _, found := cfg.TransformNameMapping[""]; found {
		c.add(InvalidOptions, field, "got a mapping of no transform, want a name on the left", "name the running job's transform")
	}
	for _, from := range slices.Sorted(maps.Keys(cfg.TransformNameMapping)) {
		c.plain(field, from, cfg.TransformNameMapping[from])
	}
}

// template wants an object's name: the template is one file.
func (c *checker) template(cfg Config) {
	const field = "template_location"
	url := cfg.TemplateLocation
	if url == "" {
		return
	}
	_, name, f := splitURL(url)
	if f.reason == "" {
		f = checkObjectName(name)
	}
	if f.reason == "" && strings.HasSuffix(name, "/") {
		f = fault{"got a folder, want the name of an object", "add the template's own name"}
	}
	if f.reason != "" {
		c.refuse(field, url, f)
	}
}
