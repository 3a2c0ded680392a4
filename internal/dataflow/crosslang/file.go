package crosslang

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// file is what was received.
type file struct{ path, sha256 string }

// download receives one file to a name of its own. What an attempt that failed received stays in the folder under a name
// that nobody learns.
func download(
	ctx context.Context, client jobpb.ArtifactRetrievalServiceClient, info *pipepb.ArtifactInformation, folder string,
) (_ *file, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.GetArtifact(ctx, &jobpb.GetArtifactRequest{Artifact: info})
	if err != nil {
		return nil, err
	}
	out, err := os.CreateTemp(folder, "artifact-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	hash := sha256.New()
	for to := io.MultiWriter(out, hash); ; {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return &file{out.Name(), hex.EncodeToString(hash.Sum(nil))}, nil
		}
		if err != nil {
			return nil, err
		}
		if _, err := to.Write(chunk.GetData()); err != nil {
			return nil, err
		}
	}
}

// Local returns dependencies that lie on this machine as files.
func (f *Fetcher) Local(dependencies []*pipepb.ArtifactInformation) ([]*Artifact, error) {
	const source = "this machine"
	var all []*Artifact
	for _, info := range dependencies {
		d, err := describe(info)
		if err == nil && info.GetTypeUrn() != fileType {
			err = errors.New("got no file, and no expansion service that could be asked for one")
		}
		if err != nil {
			return nil, f.unsupported(info, source, err)
		}
		sum, err := sum(d.path)
		if err != nil {
			return nil, f.unreadable(place(info, source), err)
		}
		if err := compare(f.Op, d, sum, place(info, source)); err != nil {
			return nil, err
		}
		all = append(all, &Artifact{d.name, d.path, info})
	}
	return all, nil
}

func (f *Fetcher) unreadable(resource string, err error) error {
	e := &cmekpipe.Error{Op: f.Op, Code: cmekpipe.PermissionDenied, Resource: resource, Err: err,
		Hint: "start the expansion service, and this program after it, on this machine: the pipeline names files that only its own process has"}
	if errors.Is(err, fs.ErrNotExist) {
		e.Code = cmekpipe.NotFound
	}
	return e
}

// sum returns the SHA-256 of a file's content.
func sum(path string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close() //nolint:errcheck // it was only read
	hash := sha256.New()
	if _, err := io.Copy(hash, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// compare refuses content that is not what was announced. Where no hash was, there is nothing to compare.
func compare(op string, d description, got, resource string) error {
	if d.sha256 == "" || d.sha256 == got {
		return nil
	}
	return &cmekpipe.Error{Op: op, Code: cmekpipe.Corrupted, Resource: resource,
		Hint: "restart the expansion service, and this program after it: the pipeline must be built with the files that the service has",
		Err:  fmt.Errorf("got content with SHA-256 %s, want %.64q", got, d.sha256)}
}
