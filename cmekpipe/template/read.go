package template

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// maxTemplate is the most bytes of a template that are read.
const maxTemplate = 64 << 20

// read returns the text of the template, which holds the pipeline's constants and is never printed. A template of the options' own
// project that is not encrypted with a customer-managed key is refused; any such key is accepted. Templates of others, such as
// Google's, hold nothing of the customer's.
func (l *launcher) read(ctx context.Context) ([]byte, error) {
	defer l.services.Progress.Step("reading " + l.Template)()
	object := l.services.Storage.Bucket(l.object.Bucket()).Object(l.object.Name())
	attrs, err := object.Attrs(ctx)
	if err != nil {
		return nil, l.wrap(ctx, l.Template, err)
	}
	if attrs.KMSKeyName == "" {
		own, err := l.services.OwnBucket(ctx, l.object.Bucket())
		if err != nil {
			return nil, err
		}
		if own {
			return nil, l.refuse(cmekpipe.KeyMissing, "got a template of your own that is not encrypted with a customer-managed key",
				"stage the template again with launch.Run or template.WriteSpec, which encrypt it with the key; or encrypt it where it is: "+
					"gcloud storage objects update "+l.Template+" --encryption-key="+l.opts.Key().String())
		}
		l.services.Progress.Say("template %s belongs to others and is not encrypted with a customer-managed key", l.Template)
	}
	if attrs.Size > maxTemplate {
		return nil, l.refuse(cmekpipe.Unsupported, fmt.Sprintf("got a template of %d bytes, want at most %d", attrs.Size, maxTemplate),
			"read large constants from a file, and stage the template again")
	}
	l.generation = attrs.Generation
	r, err := object.Generation(attrs.Generation).NewReader(ctx)
	if err != nil {
		return nil, l.wrap(ctx, l.Template, storageclient.WithStatus(err))
	}
	text, err := io.ReadAll(io.LimitReader(r, maxTemplate+1))
	return text, l.wrap(ctx, l.Template, errors.Join(err, r.Close()))
}

// unchanged stops the job of a submission if Dataflow may have read another template than the one that was inspected.
func (l *launcher) unchanged(ctx context.Context, made jobs.Submission) (jobs.Submission, error) {
	if l.inline != nil {
		return made, nil // the specification was part of the request
	}
	attrs, err := l.services.Storage.Bucket(l.object.Bucket()).Object(l.object.Name()).Attrs(ctx)
	if err == nil && attrs.Generation == l.generation {
		return made, nil
	}
	why := l.wrap(ctx, l.Template, err)
	if err == nil {
		why = l.refuse(cmekpipe.PreconditionFailed, "got a template that was replaced while it was launched; job "+made.Job.ID+" was cancelled",
			"find out who replaced it: gcloud storage ls --all-versions --long "+l.Template)
	}
	return l.services.Jobs.Discard(ctx, made.Job, why)
}

// specification returns a Flex Template's specification for the request, so that what is launched is what was inspected. It
// returns nil for one with fields that the API's message lacks.
func specification(text []byte) *api.ContainerSpec {
	var spec api.ContainerSpec
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&spec) != nil {
		return nil
	}
	return &spec
}

// hash identifies what runs: template, parameters and options.
func (l *launcher) hash(text []byte) string {
	given, _ := json.Marshal([]any{l.Template, l.Parameters, l.PipelineOptions}) // strings always marshal
	sum := sha256.New()
	sum.Write(given)
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil))
}

// wrap turns a service's error into one of this module. A context's error stays itself.
func (l *launcher) wrap(ctx context.Context, resource string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return gcperr.Wrap(l.op, resource, l.opts.Key(), l.discreet(err))
}

func (l *launcher) refuse(code cmekpipe.Code, reason, hint string) error {
	return session.Refuse(l.op, code, l.Template, reason, hint)
}

// objectAt refuses a URL that names no object.
func objectAt(op string, opts *cmekpipe.Options, url string) (cmekpipe.Object, error) {
	o, err := opts.Key().Object(url)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		e.Op = op
	}
	return o, err
}

// discreet keeps what Dataflow says of parameters out of an error's text, but for their names.
func (l *launcher) discreet(err error) error {
	return jobs.Discreet(l.op, l.Template, l.parametersHint(), err)
}

// parametersHint says what to do about parameters that Dataflow refused.
func (l *launcher) parametersHint() string {
	if !l.kind.launches() && len(l.Parameters) > 0 {
		return "leave Parameters out if the template was staged from Go: such a template has none; else compare them with those in " + l.Template
	}
	return "compare the parameters with those in " + l.Template
}
