package launch

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// stagesTemplate reports whether the launch stages a classic template instead of submitting a job.
func (l *launch) stagesTemplate() bool { return l.opts.TemplateLocation().Valid() }

// stageTemplate stages the files of the job and writes the request, which is the one that would be submitted, where the
// options say, encrypted with the key. It holds the pipeline's options, which are the user's.
func (d *dataflowLaunch) stageTemplate(ctx context.Context) error {
	if err := d.checkTemplateBucket(ctx); err != nil {
		return err
	}
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

// checkTemplateBucket warns if a launch of the template will be refused because Dataflow would write to the temp location
// without a key. The bucket may get its default key before that, so staging continues.
func (d *dataflowLaunch) checkTemplateBucket(ctx context.Context) error {
	err := d.services.KeyedBuckets(ctx, d.opts.TempLocation().String())
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != cmekpipe.KeyMissing && e.Code != cmekpipe.KeyMismatch {
		return err
	}
	d.result.Plan.Findings = append(d.result.Plan.Findings,
		rule.Finding{Rule: rule.BucketDefaultKey, Resource: e.Resource, Detail: e.Err.Error(), Remedy: e.Hint})
	d.Logger.WarnContext(ctx, "cmekpipe: a launch of the template will be refused until its bucket has the job's key as default key",
		"bucket", e.Resource, "code", string(e.Code), "command", e.Hint)
	return nil
}
