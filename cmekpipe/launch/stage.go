package launch

import (
	"bytes"
	"context"
	"io"
	"os"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// stage brings worker and model into the staging bucket under the key and makes the job that refers to them.
func (l *launcher) stage(ctx context.Context, client *storage.Client, p *plan, worker string) error {
	binary, err := os.Open(worker)
	if err != nil {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: worker, Hint: "build it again", Err: err}
	}
	defer binary.Close() //nolint:errcheck // it was only read
	staged, err := l.stageFile(ctx, client, "worker", binary)
	if err != nil {
		return err
	}
	p.options.WorkerHash = staged.hash
	payload := protox.MustEncode(&pipepb.ArtifactUrlPayload{Url: staged.url, Sha256: staged.hash})
	if err := graphx.UpdateDefaultEnvWorkerType(graphx.URNArtifactURLType, payload, p.model); err != nil {
		return l.failed("dataflow", err)
	}
	text, err := proto.MarshalOptions{Deterministic: true}.Marshal(p.model)
	if err != nil {
		return l.failed("dataflow", err)
	}
	model, err := l.stageFile(ctx, client, "model", bytes.NewReader(text))
	if err != nil {
		return err
	}
	p.job, err = dataflowlib.Translate(ctx, p.model, p.options, staged.url, model.url, model.hash)
	if err != nil {
		return l.failed("dataflow", err)
	}
	// The service keeps a second job from starting when an answer is lost and the call is made again.
	p.job.ClientRequestId = randomHex(16)
	return nil
}

// stageFile uploads content under the key to a name that is made of its hash, unless it is there already.
func (l *launcher) stageFile(
	ctx context.Context, client *storage.Client, kind string, content io.ReadSeeker,
) (*stagedFile, error) {
	f, err := newStagedFile(l.opts, kind, content)
	if err != nil {
		return nil, &cmekpipe.Error{Op: op, Code: cmekpipe.Corrupted, Resource: kind, Hint: "launch again", Err: err}
	}
	u := &upload{launcher: l, file: f, object: client.Bucket(f.bucket).Object(f.name)}
	return f, u.run(ctx, content)
}
