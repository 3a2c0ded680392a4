package launch

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// checkPending refuses the options that the vocabulary holds and that this launch would otherwise ignore: it would start
// a job where only its plan was asked for.
func checkPending(c cmekpipe.Config) error {
	if c.DryRun {
		return refuse(cmekpipe.Unsupported, "dry_run", "got a dry run, which this version can't carry out yet", "use launch.Plan")
	}
	return nil
}
