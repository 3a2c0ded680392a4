package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// request makes the job that a launch submits. The same pipeline and options always give the same request, but for the
// request's own id and a name that is made up.
func (l *launcher) request(ctx context.Context, p *plan, c *cargo) (*api.Job, error) {
	p.options.WorkerHash, p.options.ArtifactURLs = c.workerFile.Hash, c.urls()
	job, err := dataflowlib.Translate(ctx, p.model, p.options, c.workerFile.URL, c.modelFile.URL, c.modelFile.Hash)
	if err != nil {
		return nil, l.failed("dataflow", err)
	}
	c.seal(job)
	if err := keyEverywhere(job, l.opts.Key()); err != nil {
		return nil, l.failed("dataflow", err)
	}
	if job.Environment.SdkPipelineOptions, err = inOrder(job.Environment.SdkPipelineOptions); err != nil {
		return nil, l.failed("dataflow", err)
	}
	// The service keeps a second job from starting when an answer is lost and the call is made again.
	job.ClientRequestId = session.RequestID()
	return job, nil
}

// displayItem is what Dataflow's page shows of one option.
type displayItem struct {
	Key       string          `json:"key,omitempty"`
	Namespace string          `json:"namespace,omitempty"`
	Type      string          `json:"type,omitempty"`
	Value     json.RawMessage `json:"value,omitempty"`
}

// Where the display data stand in a request, and what the program's own options are called among them.
const (
	displayField = "display_data"
	goNamespace  = "go_options"
)

// inOrder puts the display data, which Beam takes out of a map, into an order, whatever fields they have.
func inOrder(message googleapi.RawMessage) (googleapi.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(message, &fields); err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(fields[displayField], &items); err != nil {
		return nil, err
	}
	slices.SortFunc(items, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	text, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	fields[displayField] = text
	message, err = json.Marshal(fields)
	return message, err
}
