package dataflow

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// transforms returns the names of the job's leaf transforms, in order: from the staged pipeline of a portable job, else
// from its steps. It returns none if neither can be read.
func (s *Server) transforms(ctx context.Context, j *job) []string {
	var names []string
	if model := s.model(ctx, j); model != nil {
		for _, t := range model.GetComponents().GetTransforms() {
			if len(t.GetSubtransforms()) == 0 {
				names = append(names, t.GetUniqueName())
			}
		}
	} else {
		for _, step := range j.Steps {
			names = append(names, stepName(step))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// model returns the staged pipeline, nil if it can't be read.
func (s *Server) model(ctx context.Context, j *job) *pipepb.Pipeline {
	var set struct{ Options struct{ PipelineURL string } }
	_ = json.Unmarshal(j.Environment.SdkPipelineOptions, &set) // malformed options name no pipeline
	text, err := s.file(ctx, set.Options.PipelineURL)
	if err != nil {
		return nil
	}
	var model pipepb.Pipeline
	if proto.Unmarshal(text, &model) != nil {
		return nil
	}
	return &model
}

// stepName returns the user's name of a step, or the service's if it has none.
func stepName(step fields) string {
	var named struct {
		Properties struct {
			UserName string `json:"user_name"`
		}
		Name string
	}
	_ = json.Unmarshal(marshal(step), &named) // a malformed step has no name
	if named.Properties.UserName != "" {
		return named.Properties.UserName
	}
	return named.Name
}

// file returns the content of gs://bucket/object.
func (s *Server) file(ctx context.Context, url string) ([]byte, error) {
	bucket, name, err := splitURL(url)
	if err != nil {
		return nil, err
	}
	return s.files.Read(ctx, bucket, name)
}

// splitURL splits the URL of an object into bucket and name.
func splitURL(url string) (bucket, name string, err error) {
	path, isURL := strings.CutPrefix(url, "gs://")
	bucket, name, _ = strings.Cut(path, "/")
	if !isURL || bucket == "" || name == "" {
		return "", "", core.BadRequest("got " + strconv.Quote(url) + ", want gs://bucket/object")
	}
	return bucket, name, nil
}
