package spanner

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// The forms of names. Source: https://docs.cloud.google.com/spanner/docs/reference/rpc/google.spanner.admin.instance.v1.
var (
	projectForm     = regexp.MustCompile(`^projects/[a-z0-9][-a-z0-9.:]{4,60}$`)
	instanceIDForm  = regexp.MustCompile(`^[a-z][-a-z0-9]{0,62}[a-z0-9]$`)
	multiRegionForm = regexp.MustCompile(`^(nam|eur|asia|dual-region-)[-a-z0-9]+$`)
)

// CreateInstance creates an instance, which has no data of its own.
func (s *instanceService) CreateInstance(
	_ context.Context, r *instancepb.CreateInstanceRequest,
) (*longrunningpb.Operation, error) {
	name := r.GetParent() + "/instances/" + r.GetInstanceId()
	switch {
	case !projectForm.MatchString(r.GetParent()):
		return nil, refuse.InvalidArgument("Invalid CreateInstance request: got parent %q, want projects/PROJECT", r.GetParent())
	case !instanceIDForm.MatchString(r.GetInstanceId()):
		return nil, refuse.InvalidArgument("Invalid CreateInstance request: got instance_id %q, want 2 to 64 letters, digits and hyphens", r.GetInstanceId())
	case r.GetInstance().GetName() != "" && r.GetInstance().GetName() != name:
		return nil, refuse.InvalidArgument("Invalid CreateInstance request: got name %q, want %q", r.GetInstance().GetName(), name)
	case r.GetInstance().GetDisplayName() == "":
		return nil, refuse.InvalidArgument("Invalid CreateInstance request: got no display_name")
	case !knownConfig(r.GetParent(), r.GetInstance().GetConfig()):
		return nil, refuse.InvalidArgument("Invalid CreateInstance request: Instance config not found: %s", r.GetInstance().GetConfig())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instances[name] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "Instance already exists: %s", name)
	}
	made := proto.CloneOf(r.GetInstance())
	made.Name = name
	made.State, made.CreateTime = instancepb.Instance_READY, timestamppb.New(s.env.Now())
	s.instances[name] = made
	s.env.Ledger.Record(core.Entry{Time: s.env.Now(), Service: "spanner", Method: "spanner.instances.create",
		Kind: "instance", Name: name, Project: strings.TrimPrefix(r.GetParent(), "projects/")})
	return s.begin(name, made, &instancepb.CreateInstanceMetadata{Instance: made}, nil)
}

// knownConfig accepts a region's configuration, or any with the form of a multi-region one, because Google adds those.
func knownConfig(parent, config string) bool {
	id, ok := strings.CutPrefix(config, parent+"/instanceConfigs/")
	if region, regional := strings.CutPrefix(id, "regional-"); regional {
		return ok && location.IsRegion(region)
	}
	return ok && multiRegionForm.MatchString(id)
}

// GetInstance returns an instance.
func (s *instanceService) GetInstance(
	_ context.Context, r *instancepb.GetInstanceRequest,
) (*instancepb.Instance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.instance(r.GetName())
}

// instance returns an instance; the caller holds the lock.
func (s *store) instance(name string) (*instancepb.Instance, error) {
	if i := s.instances[name]; i != nil {
		return i, nil
	}
	return nil, refuse.NotFound("Instance not found: %s", name)
}

// ListInstances returns all instances of a project on one page.
func (s *instanceService) ListInstances(
	_ context.Context, r *instancepb.ListInstancesRequest,
) (*instancepb.ListInstancesResponse, error) {
	if r.GetFilter() != "" || r.GetPageToken() != "" {
		return nil, refuse.Unimplemented("Spanner", "filter and no pages: list all and choose")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := &instancepb.ListInstancesResponse{}
	for _, name := range slices.Sorted(maps.Keys(s.instances)) {
		if strings.HasPrefix(name, r.GetParent()+"/instances/") {
			answer.Instances = append(answer.Instances, s.instances[name])
		}
	}
	return answer, nil
}
