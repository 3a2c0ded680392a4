package crosslang

import (
	"context"
	"errors"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
)

// Staged are the files that workers of other SDKs need, with their names in the staging bucket.
type Staged struct {
	// Files are the files, each once.
	Files []*staging.File

	paths        map[*staging.File]string // on this machine
	names        map[*staging.File]string // that workers know the files by
	folder       string                   // of what was fetched; "" if there is none
	dependencies map[string][]*pipepb.ArtifactInformation
}

// Stage brings the files of environments to this machine and names them, without sending anything to the staging area.
// Files that only a service knows are left out unless it may resolve them. A service on another machine, and files without a hash,
// are refused unless unverified ones are allowed. The caller closes the result.
func Stage(ctx context.Context, area *staging.Area, environments []Environment, resolve, unverified bool) (*Staged, error) {
	s := &Staged{paths: map[*staging.File]string{}, names: map[*staging.File]string{},
		dependencies: map[string][]*pipepb.ArtifactInformation{}}
	if len(environments) == 0 {
		return s, nil
	}
	var err error
	if s.folder, err = os.MkdirTemp("", "cmekpipe-artifacts-"); err != nil {
		return s, &cmekpipe.Error{Op: area.Op, Code: cmekpipe.NotFound, Resource: os.TempDir(), Err: err,
			Hint: "free disk space there, or set TMPDIR to another folder"}
	}
	fetcher := &Fetcher{Op: area.Op, Pace: area.Pace, Folder: s.folder, Unverified: unverified}
	for _, e := range environments {
		if e.Unresolved() && !resolve {
			continue
		}
		artifacts, err := fetcher.environment(ctx, area, e)
		if err != nil {
			return s, err
		}
		for _, a := range artifacts {
			if err := s.add(area, e, a); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// environment returns the files of one environment.
func (f *Fetcher) environment(ctx context.Context, area *staging.Area, e Environment) ([]*Artifact, error) {
	if !e.Unresolved() {
		return f.Local(e.proto.GetDependencies())
	}
	defer area.Progress.Step("fetching the files of " + e.ID + " from " + e.Service)()
	return f.Fetch(ctx, e.Service, e.proto.GetDependencies())
}

// add names a file and records that an environment needs it.
func (s *Staged) add(area *staging.Area, e Environment, a *Artifact) error {
	content, err := openArtifact(area, a.Path)
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was only read
	file, err := area.Name(a.Name, content)
	if err != nil {
		return err
	}
	if err := a.unchanged(area.Op, file.Hash); err != nil {
		return err
	}
	if err := s.addFile(area.Op, file, a); err != nil {
		return err
	}
	payload := protox.MustEncode(&pipepb.ArtifactUrlPayload{Url: file.URL, Sha256: file.Hash})
	s.dependencies[e.ID] = append(s.dependencies[e.ID], &pipepb.ArtifactInformation{
		TypeUrn: graphx.URNArtifactURLType, TypePayload: payload,
		RoleUrn: a.Info.GetRoleUrn(), RolePayload: a.Info.GetRolePayload(),
	})
	return nil
}

// unchanged refuses a file that is not, or is no longer, what the service announced: what is staged is what was read last.
func (a *Artifact) unchanged(op, hash string) error {
	d, err := describe(a.Info)
	if err != nil {
		return nil // it was refused before
	}
	return compare(op, d, hash, place(a.Info, "this machine"))
}

// addFile adds a file once. Workers find files by name, so that two files can't have one name.
func (s *Staged) addFile(op string, file *staging.File, a *Artifact) error {
	for _, other := range s.Files {
		switch {
		case other.URL == file.URL:
			return nil
		case s.names[other] == a.Name:
			return &cmekpipe.Error{Op: op, Code: cmekpipe.Unsupported, Resource: "artifact " + a.Name,
				Hint: "use one expansion service, or services of one version",
				Err:  errors.New("got two files of this name with different contents")}
		}
	}
	s.Files = append(s.Files, file)
	s.paths[file], s.names[file] = a.Path, a.Name
	return nil
}

// SetDependencies makes the environments of a model refer to the files in the staging bucket.
func (s *Staged) SetDependencies(model *pipepb.Pipeline) {
	for id, dependencies := range s.dependencies {
		model.GetComponents().GetEnvironments()[id].Dependencies = dependencies
	}
}

// URLs returns the names of the files in the staging bucket.
func (s *Staged) URLs() (urls []string) {
	for _, f := range s.Files {
		urls = append(urls, f.URL)
	}
	return urls
}

// SetHashes makes Dataflow's workers compare each file with its hash.
func (s *Staged) SetHashes(job *api.Job) {
	hashes := map[string]string{}
	for _, f := range s.Files {
		hashes[f.URL] = f.Hash
	}
	for _, pool := range job.Environment.WorkerPools {
		for _, p := range pool.Packages {
			if hash := hashes[p.Location]; hash != "" {
				p.Sha256 = hash
			}
		}
	}
}

// Upload sends the files to the staging area.
func (s *Staged) Upload(ctx context.Context, area *staging.Area) error {
	for _, f := range s.Files {
		if err := s.upload(ctx, area, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Staged) upload(ctx context.Context, area *staging.Area, f *staging.File) error {
	content, err := openArtifact(area, s.paths[f])
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was only read
	return area.Send(ctx, f, content)
}

func openArtifact(area *staging.Area, path string) (*os.File, error) {
	content, err := os.Open(path)
	if err != nil {
		return nil, &cmekpipe.Error{Op: area.Op, Code: cmekpipe.NotFound, Resource: path, Err: err,
			Hint: "keep the file until the launch has ended; start this program anew, with TMPDIR set to a folder that nobody cleans"}
	}
	return content, nil
}

// Close removes what was fetched from this machine.
func (s *Staged) Close() {
	if s.folder != "" {
		os.RemoveAll(s.folder) //nolint:errcheck // it holds nothing of the user's
	}
}
