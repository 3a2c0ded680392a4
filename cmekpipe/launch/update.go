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
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/translation"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// maxModel is the most bytes of a running job's pipeline that are read to check a mapping.
const maxModel = 256 << 20

// findReplaced returns the id of the job that this launch is to update, or "" if it is no update. It refuses what would not
// keep its key. Nothing is written before.
func (d *dataflowLaunch) findReplaced(ctx context.Context) (id string, err error) {
	if !d.opts.Update() {
		return "", nil
	}
	if !d.translation.Streaming() {
		return "", d.refuse(cmekpipe.Unsupported, "update", "got a batch pipeline, want a streaming one: no other can replace a job",
			"leave out update")
	}
	job, err := d.services.Replaceable(ctx, d.translation.JobName())
	if err != nil {
		return "", err
	}
	if err := d.checkMapping(d.opts.TransformNameMapping(), d.runningTransforms(ctx, job)); err != nil {
		return "", err
	}
	return job.Id, nil
}

// checkMapping compares a mapping with the transforms of the running job, which are unknown if there are none, and with
// those of the new one.
func (d *dataflowLaunch) checkMapping(mapping map[string]string, running []string) error {
	planned := translation.TransformNames(d.translation.Model)
	bad := func(reason, hint string) error {
		return d.refuse(cmekpipe.InvalidOptions, "transform_name_mapping", reason, hint)
	}
	taken := make(map[string]string)
	for _, from := range slices.Sorted(maps.Keys(mapping)) {
		to := mapping[from]
		switch {
		case len(running) > 0 && !contains(running, from):
			return bad("got a mapping of "+from+", which the running job does not have", "name a transform of the running job")
		case to == "":
			continue
		case !contains(planned, to):
			return bad("got a mapping to "+to+", which the new pipeline does not have", `name a transform of it, or "" for one that is gone`)
		case taken[to] != "":
			return bad("got a mapping of both "+taken[to]+" and "+from+" to "+to, "map at most one transform to "+to)
		}
		taken[to] = from
	}
	return nil
}

// contains reports whether a transform of the name, or one inside it, is among transforms.
func contains(transforms []string, name string) bool {
	return slices.ContainsFunc(transforms, func(t string) bool { return t == name || strings.HasPrefix(t, name+"/") })
}

// runningTransforms returns the names of a running job's transforms if they can be read, from Dataflow's description of the
// job or from its staged pipeline. Only a mapping needs them.
func (d *dataflowLaunch) runningTransforms(ctx context.Context, job *api.Job) []string {
	if len(d.opts.TransformNameMapping()) == 0 {
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
	model, err := stagedModel(ctx, d.services.Storage, job)
	if err != nil {
		d.Logger.WarnContext(ctx, "cmekpipe: the running job's transforms can't be read, so that only Dataflow checks the mapping",
			"job", job.Id)
		return nil
	}
	return translation.TransformNames(model)
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
