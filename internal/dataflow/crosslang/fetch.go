package crosslang

import (
	"context"
	"errors"
	"math"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Artifact is a file on this machine that another SDK's workers need.
type Artifact struct {
	// Name is what workers know it as.
	Name string
	// Path is where it lies on this machine.
	Path string
	// Info is what the service says of it; its role goes on to the workers.
	Info *pipepb.ArtifactInformation
}

// Fetcher fetches artifacts. All fields are required.
type Fetcher struct {
	// Op is the operation that errors name.
	Op string
	// Pace bounds the retries of each call.
	Pace retry.Policy
	// Folder is where files are put. The caller removes it.
	Folder string
	// Unverified allows a service on another machine, to which the connection has no TLS, and files without a SHA-256.
	Unverified bool

	fetched map[string]string // paths, by what the files were fetched with
}

// Fetch asks the expansion service at an address which files the dependencies of an environment are, and fetches them.
// A file is fetched once, however many environments need it.
func (f *Fetcher) Fetch(
	ctx context.Context, address string, dependencies []*pipepb.ArtifactInformation,
) ([]*Artifact, error) {
	source := "expansion service " + address
	if !f.Unverified && !session.IsLoopback(address) {
		return nil, &cmekpipe.Error{Op: f.Op, Code: cmekpipe.Unsupported, Resource: source,
			Err:  errors.New("got a service on another machine, which is reached without TLS, want one on this machine: whoever changes the traffic chooses what workers run"),
			Hint: "run the service on this machine, or reach it through ssh -L; to allow it, use insecure.AllowUnverifiedExpansion with launch.WithWaivers"}
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)))
	if err != nil {
		return nil, f.failed(ctx, source, err)
	}
	defer connection.Close() //nolint:errcheck // whatever was received is complete or was refused
	client := jobpb.NewArtifactRetrievalServiceClient(connection)
	var resolved *jobpb.ResolveArtifactsResponse
	err = retry.Do(ctx, f.Pace, func(ctx context.Context) (err error) {
		resolved, err = client.ResolveArtifacts(ctx, &jobpb.ResolveArtifactsRequest{Artifacts: dependencies})
		return err
	})
	if err != nil {
		return nil, f.failed(ctx, source, err)
	}
	var all []*Artifact
	for _, info := range resolved.GetReplacements() {
		a, err := f.fetch(ctx, client, info, address)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// fetch fetches one file.
func (f *Fetcher) fetch(
	ctx context.Context, client jobpb.ArtifactRetrievalServiceClient, info *pipepb.ArtifactInformation, address string,
) (*Artifact, error) {
	source := "expansion service " + address
	d, err := describe(info)
	if err != nil {
		return nil, f.unsupported(info, source, err)
	}
	if d.sha256 == "" && !f.Unverified {
		return nil, &cmekpipe.Error{Op: f.Op, Code: cmekpipe.Unsupported, Resource: place(info, source),
			Err:  errors.New("got a file for which the service names no SHA-256, want one"),
			Hint: "use an expansion service of Beam 2.30 or newer; to allow it, use insecure.AllowUnverifiedExpansion with launch.WithWaivers"}
	}
	same := address + "\x00" + info.GetTypeUrn() + "\x00" + string(info.GetTypePayload())
	if path, ok := f.fetched[same]; ok {
		return &Artifact{d.name, path, info}, nil
	}
	var got *file
	err = retry.Do(ctx, f.Pace, func(ctx context.Context) (err error) {
		got, err = download(ctx, client, info, f.Folder)
		return err
	})
	if err != nil {
		return nil, f.failed(ctx, place(info, source), err)
	}
	if err := compare(f.Op, d, got.sha256, place(info, source)); err != nil {
		return nil, err
	}
	if f.fetched == nil {
		f.fetched = map[string]string{}
	}
	f.fetched[same] = got.path
	return &Artifact{d.name, got.path, info}, nil
}

func (f *Fetcher) failed(ctx context.Context, resource string, err error) error {
	err = gcperr.WrapCall(ctx, f.Op, resource, cmekpipe.KeyName{}, err)
	if e, ok := err.(*cmekpipe.Error); ok { //nolint:errorlint // made here, if it is one
		e.Hint = "check that the expansion service that the pipeline was built with still runs, and read its log"
	}
	return err
}
