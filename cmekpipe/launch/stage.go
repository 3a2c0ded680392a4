package launch

import (
	"bytes"
	"context"
	"os"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/canonical"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
)

// cargo is what a job needs in the staging bucket, with its names, as long as nothing of it has been sent.
type cargo struct {
	area                  *staging.Area // without a client
	worker                *os.File
	remove                func() // removes a worker that was built here
	model                 []byte // holds the pipeline's constants; never printed
	workerFile, modelFile *staging.File
	freight
}

// load builds the worker if there is none, names what is to be staged and makes the job that refers to it. It sends
// nothing, and calls nobody but, if it may ask, the expansion services that have files of other SDKs.
func (l *launcher) load(ctx context.Context, p *plan, ask bool) (*cargo, error) {
	c := &cargo{area: &staging.Area{Op: op, Location: l.opts.Config().StagingLocation, Key: l.opts.Key(),
		Pace: l.pace.Policy, Progress: l.progress}}
	path, remove, err := l.worker(ctx)
	if err != nil {
		return nil, err
	}
	c.remove = remove
	if c.worker, err = os.Open(path); err != nil {
		remove()
		return nil, &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: path, Hint: "build it again", Err: err}
	}
	if err = l.fetch(ctx, p, c, ask); err == nil {
		err = l.name(ctx, p, c)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	l.result.Draft.complete(p, c, l.opts.Config().JobName != "", ask)
	return c, nil
}

// name gives the files names made of their hashes. The model refers to the worker, and the job to both.
func (l *launcher) name(ctx context.Context, p *plan, c *cargo) (err error) {
	if c.workerFile, err = c.area.Name("worker", c.worker); err != nil {
		return err
	}
	payload := protox.MustEncode(&pipepb.ArtifactUrlPayload{Url: c.workerFile.URL, Sha256: c.workerFile.Hash})
	if err := graphx.UpdateDefaultEnvWorkerType(graphx.URNArtifactURLType, payload, p.model); err != nil {
		return l.failed("dataflow", err)
	}
	c.refer(p.model)
	if c.model, err = canonical.Encode(p.model); err != nil {
		return l.failed("dataflow", err)
	}
	if c.modelFile, err = c.area.Name("model", bytes.NewReader(c.model)); err != nil {
		return err
	}
	p.job, err = l.request(ctx, p, c)
	return err
}

// send brings the files into the staging bucket under the key.
func (c *cargo) send(ctx context.Context, client *storage.Client) error {
	area := *c.area
	area.Client = client
	if err := c.sendFreight(ctx, &area); err != nil {
		return err
	}
	if err := area.Send(ctx, c.workerFile, c.worker); err != nil {
		return err
	}
	return area.Send(ctx, c.modelFile, bytes.NewReader(c.model))
}

// close lets go what lies on this machine.
func (c *cargo) close() {
	c.worker.Close() //nolint:errcheck // it was only read
	c.remove()
	if c.folder != "" {
		os.RemoveAll(c.folder) //nolint:errcheck // it holds nothing of the user's
	}
}
