// Package expansiontest runs an expansion service for tests: a server for Beam's own protocol, whose artifacts tests
// may corrupt.
package expansiontest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"sync"
	"testing"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Deferred is the type of the one dependency of each environment before the service resolves it.
const Deferred = "beam:artifact:type:deferred:v1"

// Artifact is a file that the service provides.
type Artifact struct {
	// Name is the file's name on workers. If it is "", the artifact has no role.
	Name string
	// Path is the file's path at the service.
	Path string
	// Content is the content that the service returns.
	Content string
	// SHA256 is the checksum that the service reports, in hexadecimal; "" is none.
	SHA256 string
	// Type is its type; "" means a file.
	Type string
	// Errors end calls for the artifact, one after another, after a part of the content. Later calls succeed.
	Errors []error
}

// New returns an artifact with the right checksum.
func New(name, content string) *Artifact {
	sum := sha256.Sum256([]byte(content))
	return &Artifact{Name: name, Path: "/srv/" + name, Content: content, SHA256: hex.EncodeToString(sum[:])}
}

// Info returns the service's description of the artifact.
func (a *Artifact) Info() *pipepb.ArtifactInformation {
	info := &pipepb.ArtifactInformation{TypeUrn: "beam:artifact:type:file:v1"}
	info.TypePayload = encode(&pipepb.ArtifactFilePayload{Path: a.Path, Sha256: a.SHA256})
	switch a.Type {
	case "":
	case "beam:artifact:type:url:v1":
		info.TypePayload = encode(&pipepb.ArtifactUrlPayload{Url: a.Path, Sha256: a.SHA256})
		info.TypeUrn = a.Type
	case "beam:artifact:type:embedded:v1":
		info.TypePayload = encode(&pipepb.EmbeddedFilePayload{Data: []byte(a.Content)})
		info.TypeUrn = a.Type
	default:
		info.TypeUrn = a.Type
	}
	if a.Name != "" {
		info.RoleUrn = "beam:artifact:role:staging_to:v1"
		info.RolePayload = encode(&pipepb.ArtifactStagingToRolePayload{StagedName: a.Name})
	}
	return info
}

// Service is an expansion service. Its fields may be changed between calls.
type Service struct {
	jobpb.UnimplementedExpansionServiceServer
	jobpb.UnimplementedArtifactRetrievalServiceServer

	// Address is the HOST:PORT of the service.
	Address string
	// Artifacts are the artifacts of its environments.
	Artifacts []*Artifact
	// Environment is the type of its environments.
	Environment string
	// Name is the environments' id; "" gives each expansion its own.
	Name string

	mu    sync.Mutex
	calls map[string]int
}

// Start starts a service that ends with the test.
func Start(t testing.TB, all ...*Artifact) *Service {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{Address: listener.Addr().String(), Artifacts: all, Environment: "beam:env:docker:v1", calls: map[string]int{}}
	server := grpc.NewServer()
	jobpb.RegisterExpansionServiceServer(server, s)
	jobpb.RegisterArtifactRetrievalServiceServer(server, s)
	go server.Serve(listener) //nolint:errcheck // Stop ends it
	t.Cleanup(server.Stop)
	return s
}

// Calls returns the number of requests for an artifact; for "" the number of calls that resolved artifacts.
func (s *Service) Calls(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[name]
}

// Dependencies returns those of an environment before they are resolved.
func (s *Service) Dependencies() []*pipepb.ArtifactInformation {
	role := encode(&pipepb.ArtifactStagingToRolePayload{StagedName: "all"})
	return []*pipepb.ArtifactInformation{
		{TypeUrn: Deferred, RoleUrn: "beam:artifact:role:staging_to:v1", RolePayload: role},
	}
}

// Expand returns a transform with an environment of its own, and one output if it has no input.
func (s *Service) Expand(_ context.Context, r *jobpb.ExpansionRequest) (*jobpb.ExpansionResponse, error) {
	components, name := r.GetComponents(), s.Name
	if name == "" {
		name = r.GetNamespace() + "java"
	}
	outputs := map[string]string{}
	if len(r.GetTransform().GetInputs()) == 0 {
		out := r.GetNamespace() + "out"
		outputs["i0"] = out
		components.Pcollections = map[string]*pipepb.PCollection{out: {UniqueName: out, IsBounded: pipepb.IsBounded_BOUNDED}}
	}
	if components.Environments == nil {
		components.Environments = map[string]*pipepb.Environment{}
	}
	components.Environments[name] = &pipepb.Environment{Urn: s.Environment,
		Payload: encode(&pipepb.DockerPayload{ContainerImage: "apache/beam_java11_sdk"}), Dependencies: s.Dependencies()}
	return &jobpb.ExpansionResponse{Components: components, Transform: &pipepb.PTransform{
		UniqueName: "expanded", Spec: r.GetTransform().GetSpec(), Inputs: r.GetTransform().GetInputs(),
		Outputs: outputs, EnvironmentId: name,
	}}, nil
}

// ResolveArtifacts answers with all artifacts.
func (s *Service) ResolveArtifacts(
	_ context.Context, _ *jobpb.ResolveArtifactsRequest,
) (*jobpb.ResolveArtifactsResponse, error) {
	s.count("")
	answer := &jobpb.ResolveArtifactsResponse{}
	for _, a := range s.Artifacts {
		answer.Replacements = append(answer.Replacements, a.Info())
	}
	return answer, nil
}

// GetArtifact sends an artifact in several pieces.
func (s *Service) GetArtifact(r *jobpb.GetArtifactRequest, out jobpb.ArtifactRetrievalService_GetArtifactServer) error {
	for _, a := range s.Artifacts {
		if !proto.Equal(a.Info(), r.GetArtifact()) {
			continue
		}
		call := s.count(a.Name)
		half := len(a.Content) / 2
		if err := out.Send(&jobpb.GetArtifactResponse{Data: []byte(a.Content[:half])}); err != nil {
			return err
		}
		if call <= len(a.Errors) {
			return a.Errors[call-1]
		}
		return out.Send(&jobpb.GetArtifactResponse{Data: []byte(a.Content[half:])})
	}
	return status.Error(codes.NotFound, "no such artifact")
}

func (s *Service) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
	return s.calls[name]
}

func encode(m proto.Message) []byte {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err) // the message is always valid
	}
	return data
}
