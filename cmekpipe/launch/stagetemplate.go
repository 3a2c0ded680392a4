package launch

import (
	"context"
	"encoding/json"
)

// stagesTemplate reports whether the launch stages a classic template instead of submitting a job.
func (l *launch) stagesTemplate() bool { return l.opts.TemplateLocation().Valid() }

// stageTemplate stages the files of the job and writes the request, which is the one that would be submitted, where the
// options say, encrypted with the key. It holds the pipeline's options, which are the user's.
func (d *dataflowLaunch) stageTemplate(ctx context.Context) error {
	staged, err := d.send(ctx)
	if err != nil {
		return err
	}
	request := *staged.request
	request.ClientRequestId = "" // with it, all launches of the template would be one job
	text, err := json.Marshal(&request)
	if err != nil {
		return d.runnerError(err)
	}
	area := d.services.Staging()
	url := d.opts.TemplateLocation().String()
	if err := area.Write(ctx, url, text); err != nil {
		return err
	}
	d.result.Template = url
	d.Progress.Say("template %s was staged and is encrypted with %s", url, d.opts.Key())
	return nil
}
