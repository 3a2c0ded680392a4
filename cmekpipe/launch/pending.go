package launch

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// checkPending refuses the options that the vocabulary holds and that this launch would otherwise ignore: it would start
// a job where a template was asked for.
func checkPending(c cmekpipe.Config) error {
	if c.TemplateLocation != "" {
		return refuse(cmekpipe.Unsupported, "template_location",
			"got a template, which this version can't stage under the key yet", "leave it out")
	}
	if c.DryRun {
		return refuse(cmekpipe.Unsupported, "dry_run", "got a dry run, which this version can't carry out yet", "use launch.Plan")
	}
	return nil
}
