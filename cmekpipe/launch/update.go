package launch

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"cloud.google.com/go/storage"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// maxModel is the most bytes of a running job's pipeline that are read to check a mapping.
const maxModel = 256 << 20

// target finds the job that this launch is to update, if it is to, and refuses what would not stay under the key. Nothing
// is written before.
func (l *launcher) target(ctx context.Context, c *session.Services, p *plan) error {
	config := l.opts.Config()
	if !config.Update {
		return nil
	}
	if !p.options.Streaming {
		return refuse(cmekpipe.Unsupported, "update", "got a batch pipeline, want a streaming one: no other can take a job's place",
			"launch without update")
	}
	job, err := c.Replaceable(ctx, p.options.Name)
	if err != nil {
		return err
	}
	if err := checkMapping(config.TransformNameMapping, l.transforms(ctx, c.Storage, job), transformNames(p.model)); err != nil {
		return err
	}
	l.replaces = job.Id
	return nil
}

// checkMapping holds a mapping against the transforms of the running job, which are not known if there are none, and
// against those of the new one.
func checkMapping(mapping map[string]string, had, has []string) error {
	bad := func(reason, hint string) error {
		return refuse(cmekpipe.InvalidOptions, "transform_name_mapping", reason, hint)
	}
	taken := make(map[string]string)
	for _, from := range slices.Sorted(maps.Keys(mapping)) {
		to := mapping[from]
		switch {
		case len(had) > 0 && !names(had, from):
			return bad("got a mapping of "+from+", which the running job does not have", "name a transform of the running job")
		case to == "":
			continue
		case !names(has, to):
			return bad("got a mapping to "+to+", which the new pipeline does not have", `name a transform of it, or "" for one that is gone`)
		case taken[to] != "":
			return bad("got a mapping of both "+taken[to]+" and "+from+" to "+to, "map one transform to each")
		}
		taken[to] = from
	}
	return nil
}

// names reports whether a transform of the name, or one inside it, is among them.
func names(transforms []string, name string) bool {
	return slices.ContainsFunc(transforms, func(t string) bool { return t == name || strings.HasPrefix(t, name+"/") })
}

func transformNames(model *pipepb.Pipeline) []string {
	var names []string
	for _, t := range model.GetComponents().GetTransforms() {
		names = append(names, t.GetUniqueName())
	}
	return names
}

// transforms returns the names of a running job's transforms as far as they can be seen: from Dataflow's description of
// the job or from its staged pipeline.
func (l *launcher) transforms(ctx context.Context, client *storage.Client, job *api.Job) []string {
	if len(l.opts.Config().TransformNameMapping) == 0 {
		return nil
	}
	var names []string
	if job.PipelineDescription != nil {
		for _, t := range job.PipelineDescription.OriginalPipelineTransform {
			names = append(names, t.Name)
		}
	}
	if len(names) > 0 {
		return names
	}
	model, err := stagedModel(ctx, client, job)
	if err != nil {
		l.logger.WarnContext(ctx, "cmekpipe: the running job's transforms can't be seen, so that only Dataflow checks what is mapped",
			"job", job.Id)
		return nil
	}
	return transformNames(model)
}

// stagedModel reads the pipeline of a running job.
func stagedModel(ctx context.Context, client *storage.Client, job *api.Job) (*pipepb.Pipeline, error) {
	var read struct {
		Options struct {
			URL string `json:"pipelineUrl"`
		} `json:"options"`
	}
	if err := json.Unmarshal(job.Environment.SdkPipelineOptions, &read); err != nil {
		return nil, err
	}
	bucket, name := gsurl.Split(read.Options.URL)
	if bucket == "" || name == "" {
		return nil, errors.New("got no staged pipeline")
	}
	r, err := client.Bucket(bucket).Object(name).NewReader(ctx)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxModel))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	model := &pipepb.Pipeline{}
	return model, proto.Unmarshal(text, model)
}
