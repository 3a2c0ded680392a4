package launch

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// checkPending refuses the options that the vocabulary holds and that this launch would otherwise ignore: it would start
// a second job beside the one to replace, or a job where a template was asked for.
func checkPending(c cmekpipe.Config) error {
	if c.Update {
		return refuse(cmekpipe.Unsupported, "update", "got an update, which this version can't carry out under the key yet",
			"drain the running job, then start this one")
	}
	if c.TemplateLocation != "" {
		return refuse(cmekpipe.Unsupported, "template_location",
			"got a template, which this version can't stage under the key yet", "leave it out")
	}
	return nil
}
