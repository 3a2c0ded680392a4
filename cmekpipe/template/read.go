package template

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// maxTemplate is the most bytes of a template that are read.
const maxTemplate = 64 << 20

// read returns the text of the template, which holds the pipeline's constants and is never printed. A template that
// is not encrypted with a customer-managed key is refused; any such key is accepted.
func (l *launcher) read(ctx context.Context) ([]byte, error) {
	defer l.services.Progress.Step("reading " + l.Template)()
	object := l.services.Storage.Bucket(l.object.Bucket()).Object(l.object.Name())
	attrs, err := object.Attrs(ctx)
	switch {
	case err != nil:
		return nil, l.wrap(ctx, l.Template, err)
	case attrs.KMSKeyName == "":
		return nil, l.refuse(cmekpipe.KeyMissing, "got a template that is not encrypted with a customer-managed key",
			"stage the template again with launch.Run or template.WriteSpec, which encrypt it with the key")
	case attrs.Size > maxTemplate:
		return nil, l.refuse(cmekpipe.Unsupported, fmt.Sprintf("got a template of %d bytes, want at most %d", attrs.Size, maxTemplate),
			"stage it again")
	}
	r, err := object.Generation(attrs.Generation).NewReader(ctx)
	if err != nil {
		return nil, l.wrap(ctx, l.Template, storageclient.WithStatus(err))
	}
	text, err := io.ReadAll(io.LimitReader(r, maxTemplate+1))
	return text, l.wrap(ctx, l.Template, errors.Join(err, r.Close()))
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
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok || e.Code != http.StatusBadRequest {
		return err
	}
	if code := gcperr.Code(err); code != cmekpipe.InvalidOptions && code != cmekpipe.Unavailable { // which a cut answer has
		return err
	}
	text := "got HTTP status " + strconv.Itoa(e.Code)
	var names []string
	for _, detail := range e.Details {
		names = append(names, violated(detail)...)
	}
	if len(names) > 0 {
		text += " for " + strings.Join(names, ", ")
	}
	return &cmekpipe.Error{Op: l.op, Code: cmekpipe.InvalidOptions, Resource: l.Template,
		Hint: l.parametersHint(),
		Err: &jobs.Withheld{Err: err,
			Text: text + "; its text is left out, because it may quote values of parameters, and is behind Unwrap"}}
}

// parametersHint says what to do about parameters that Dataflow refused.
func (l *launcher) parametersHint() string {
	if !l.kind.launches() && len(l.Parameters) > 0 {
		return "leave Parameters out if the template was staged from Go: such a template has none; else compare them with those in " + l.Template
	}
	return "compare the parameters with those in " + l.Template
}

// violated returns the names in of the API's InvalidTemplateParameters.
func violated(detail any) (names []string) {
	var d struct {
		ParameterViolations []struct{ Parameter string }
	}
	text, err := json.Marshal(detail)
	if err != nil || json.Unmarshal(text, &d) != nil {
		return nil
	}
	for _, v := range d.ParameterViolations {
		names = append(names, v.Parameter)
	}
	return names
}
