// Package expansiontest is an expansion service for tests: a real server, over Beam's own protocol, with artifacts that
// can be spoilt.
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

// Deferred is the type of the one dependency that environments have until the service resolves it.
const Deferred = "beam:artifact:type:deferred:v1"

// Artifact is a file of the service.
type Artifact struct {
	// Name is what workers are to know it as. If it is "", it has no role.
	Name string
	// Path is where the service says that it lies.
	Path string
	// Content is what the service hands out.
	Content string
	// SHA256 is what the service says of the content, in hexadecimal; "" is nothing.
	SHA256 string
	// Type is its type; "" is a file.
	Type string
	// Errors are what calls for it end with, one after the other, after a part of the content. Then they succeed.
	Errors []error
}

// New returns a sound artifact.
func New(name, content string) *Artifact {
	sum := sha256.Sum256([]byte(content))
	return &Artifact{Name: name, Path: "/srv/" + name, Content: content, SHA256: hex.EncodeToString(sum[:])}
}

// Info is what the service says of the artifact.
func (a *Artifact) Info() *pipepb.ArtifactInformation {
	info := &pipepb.ArtifactInformation{TypeUrn: "beam:artifact:type:file:v1"}
	info.TypePayload = encode(&pipepb.ArtifactFilePayload{Path: a.Path, Sha256: a.SHA256})
	switch a.Type {
	case "":
	case "beam:artifact:type:url:v1":
		info.TypePayload = encode(&pipepb.ArtifactUrlPayload{Url: a.Path, Sha256: a.SHA256})
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

	// Address is where it listens.
	Address string
	// Artifacts are what its environments need.
	Artifacts []*Artifact
	// Environment is the kind of its environments.
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
	go server.Serve(listener) //nolint:errcheck // it ends when it is stopped
	t.Cleanup(server.Stop)
	return s
}

// Calls returns how often an artifact was asked for; of "" how often artifacts were resolved.
func (s *Service) Calls(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[name]
}

// Dependencies are those of an environment, not resolved yet.
func (s *Service) Dependencies() []*pipepb.ArtifactInformation {
	role := encode(&pipepb.ArtifactStagingToRolePayload{StagedName: "all"})
	return []*pipepb.ArtifactInformation{
		{TypeUrn: Deferred, RoleUrn: "beam:artifact:role:staging_to:v1", RolePayload: role},
	}
}

// Expand answers with a transform that has an environment of its own, and one output if it has no input.
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

// GetArtifact hands an artifact out in several pieces.
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
		panic(err) // a message that was made here
	}
	return data
}
