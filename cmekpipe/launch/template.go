package launch

import (
	"context"
	"encoding/json"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// makesTemplate reports whether the launch stages a classic template in place of submitting a job.
func (l *launcher) makesTemplate() bool { return l.opts.Config().TemplateLocation != "" }

// template writes the request, which is the one that would be submitted, where the options say, under the key. It holds
// the pipeline's options, which are the user's.
func (l *launcher) template(ctx context.Context, c *session.Services, p *plan) error {
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
