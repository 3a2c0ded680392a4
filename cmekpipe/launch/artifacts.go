package launch

import (
	"context"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/crosslang"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
)

// freight is the part of the cargo that workers of other SDKs need.
type freight struct {
	folder string // of what was fetched; removed at the end
	staged []*stagedArtifact
	// needs are the dependencies of environments, as they are to stand in the model.
	needs map[string][]*pipepb.ArtifactInformation
}

// stagedArtifact is a file with its name in the staging bucket.
type stagedArtifact struct {
	*staging.File
	name, path string
}

// fetch brings the files of other SDKs to this machine and names them. Files that only a service knows are left out
// unless it may be asked.
func (l *launcher) fetch(ctx context.Context, p *plan, c *cargo, ask bool) (err error) {
	if len(p.foreign) == 0 {
		return nil
	}
	if c.folder, err = os.MkdirTemp("", "cmekpipe-artifacts-"); err != nil {
		return refuse(cmekpipe.NotFound, os.TempDir(), "got no folder for the files of other SDKs", "make room, or set TMPDIR")
	}
	c.needs = map[string][]*pipepb.ArtifactInformation{}
	fetcher := &crosslang.Fetcher{Op: op, Pace: l.pace.Policy, Folder: c.folder}
	for _, f := range p.foreign {
		if f.asks() && !ask {
			continue
		}
		found, err := l.collect(ctx, fetcher, f)
		if err != nil {
			return err
		}
		for _, a := range found {
			if err := c.take(f.id, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// collect returns the files of one environment.
func (l *launcher) collect(ctx context.Context, fetcher *crosslang.Fetcher, f foreign) ([]*crosslang.Artifact, error) {
	dependencies := f.environment.GetDependencies()
	if !f.asks() {
		return fetcher.Local(dependencies)
	}
	defer l.progress.Step("fetching the files of " + f.id + " from " + f.service)()
	return fetcher.Fetch(ctx, f.service, dependencies)
}

// take names a file and notes that an environment needs it.
func (c *cargo) take(environment string, a *crosslang.Artifact) error {
	content, err := os.Open(a.Path)
	if err != nil {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: a.Path, Hint: "launch again", Err: err}
	}
	defer content.Close() //nolint:errcheck // it was only read
	file, err := c.area.Name(a.Name, content)
	if err != nil {
		return err
	}
	if err := c.add(&stagedArtifact{file, a.Name, a.Path}); err != nil {
		return err
	}
	payload := protox.MustEncode(&pipepb.ArtifactUrlPayload{Url: file.URL, Sha256: file.Hash})
	c.needs[environment] = append(c.needs[environment], &pipepb.ArtifactInformation{
		TypeUrn: graphx.URNArtifactURLType, TypePayload: payload,
		RoleUrn: a.Info.GetRoleUrn(), RolePayload: a.Info.GetRolePayload(),
	})
	return nil
}

// add notes a file that is to be staged, once. Workers find files by name, so that two of one name can't both be theirs.
func (c *cargo) add(file *stagedArtifact) error {
	for _, other := range c.staged {
		switch {
		case other.URL == file.URL:
			return nil
		case other.name == file.name:
			return refuse(cmekpipe.Unsupported, "artifact "+file.name, "got two files of this name with different contents",
				"use one expansion service, or services of one version")
		}
	}
	c.staged = append(c.staged, file)
	return nil
}

// refer has the environments of a model name the files where they will be staged.
func (c *cargo) refer(model *pipepb.Pipeline) {
	for id, needs := range c.needs {
		model.GetComponents().GetEnvironments()[id].Dependencies = needs
	}
}

// urls are the names of the files.
func (c *cargo) urls() (urls []string) {
	for _, a := range c.staged {
		urls = append(urls, a.URL)
	}
	return urls
}

// seal has Dataflow's workers compare each file with its hash.
func (c *cargo) seal(job *api.Job) {
	hashes := map[string]string{}
	for _, a := range c.staged {
		hashes[a.URL] = a.Hash
	}
	for _, pool := range job.Environment.WorkerPools {
		for _, p := range pool.Packages {
			if hash := hashes[p.Location]; hash != "" {
				p.Sha256 = hash
			}
		}
	}
}

// sendFreight brings the files of other SDKs into the staging bucket.
func (c *cargo) sendFreight(ctx context.Context, area *staging.Area) error {
	for _, a := range c.staged {
		if err := sendFile(ctx, area, a); err != nil {
			return err
		}
	}
	return nil
}

func sendFile(ctx context.Context, area *staging.Area, a *stagedArtifact) error {
	content, err := os.Open(a.path)
	if err != nil {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.NotFound, Resource: a.path, Hint: "launch again", Err: err}
	}
	defer content.Close() //nolint:errcheck // it was only read
	return area.Send(ctx, a.File, content)
}
