package launch

import (
	"context"
	"encoding/json"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/internal/launching"
)

// makesTemplate reports whether the launch stages a classic template in place of submitting a job.
func (l *launcher) makesTemplate() bool { return l.opts.Config().TemplateLocation != "" }

// checkTemplate refuses, for a template, what names its temporary folder or dataset by chance while the pipeline is built:
// all jobs of one template would share it, and one would sweep away what another still needs.
func (l *launcher) checkTemplate(coverage *guard.Coverage) error {
	if !l.makesTemplate() {
		return nil
	}
	for _, t := range coverage.Transforms {
		if t.Extent != "" {
			return refuse(cmekpipe.Unsupported, t.Path(),
				"got a template with a transform whose temporary place all of its jobs would share: "+t.Destination,
				"launch without template_location, or write it with a transform that makes one object, such as textio.Write")
		}
	}
	return nil
}

// template writes the request, which is the one that would be submitted, where the options say, under the key. It holds
// the pipeline's options, which are the user's.
func (l *launcher) template(ctx context.Context, c *launching.Services, p *plan) error {
	job := *p.job
	// A request id would make one job of all launches of the template.
	job.ClientRequestId = ""
	text, err := json.Marshal(&job)
	if err != nil {
		return l.failed("dataflow", err)
	}
	area := c.Staging()
	url := l.opts.Config().TemplateLocation
	if err := area.Write(ctx, url, text); err != nil {
		return err
	}
	l.result.Template = url
	l.progress.Say("template %s was staged and rests under %s", url, l.opts.Key())
	return nil
}
