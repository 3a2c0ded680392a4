package launch

import (
	"bytes"
	"context"
	"os"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/staging"
)

// stage brings worker and model into the staging bucket under the key and makes the job that refers to them.
func (l *launcher) stage(ctx context.Context, client *storage.Client, p *plan, worker string) error {
	binary, err := os.Open(worker)
	if err != nil {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: worker, Hint: "build it again", Err: err}
	}
	defer binary.Close() //nolint:errcheck // it was only read
	area := &staging.Area{Op: op, Client: client, Location: l.opts.Config().StagingLocation, Key: l.opts.Key(),
		Pace: l.pace, Progress: l.progress}
	staged, err := area.Put(ctx, "worker", binary)
	if err != nil {
		return err
	}
	p.options.WorkerHash = staged.Hash
	payload := protox.MustEncode(&pipepb.ArtifactUrlPayload{Url: staged.URL, Sha256: staged.Hash})
	if err := graphx.UpdateDefaultEnvWorkerType(graphx.URNArtifactURLType, payload, p.model); err != nil {
		return l.failed("dataflow", err)
	}
	text, err := proto.MarshalOptions{Deterministic: true}.Marshal(p.model)
	if err != nil {
		return l.failed("dataflow", err)
	}
	model, err := area.Put(ctx, "model", bytes.NewReader(text))
	if err != nil {
		return err
	}
	p.job, err = dataflowlib.Translate(ctx, p.model, p.options, staged.URL, model.URL, model.Hash)
	if err != nil {
		return l.failed("dataflow", err)
	}
	if err := keyEverywhere(p.job, l.opts.Key()); err != nil {
		return l.failed("dataflow", err)
	}
	// The service keeps a second job from starting when an answer is lost and the call is made again.
	p.job.ClientRequestId = randomHex(16)
	return nil
}
