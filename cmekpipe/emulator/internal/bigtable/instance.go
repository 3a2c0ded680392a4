package bigtable

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The forms of names. Source: fields instanceId and clusterId of the Bigtable Admin API. It documents 6 to 30 characters for
// a cluster's id, and its service accepts longer ones: Google's own tests create some with 37.
var (
	projectForm    = regexp.MustCompile(`^projects/[a-z0-9][-a-z0-9.:]{4,60}$`)
	instanceIDForm = regexp.MustCompile(`^[a-z][-a-z0-9]{4,31}[a-z0-9]$`)
	clusterIDForm  = regexp.MustCompile(`^[a-z][-a-z0-9]{4,48}[a-z0-9]$`)
)

func (s *store) createInstance(ctx context.Context, r *adminpb.CreateInstanceRequest) (*longrunningpb.Operation, error) {
	name := r.GetParent() + "/instances/" + r.GetInstanceId()
	switch {
	case !projectForm.MatchString(r.GetParent()):
		return nil, refuse.InvalidArgument("Invalid parent: %q", r.GetParent())
	case !instanceIDForm.MatchString(r.GetInstanceId()):
		return nil, refuse.InvalidArgument("Invalid instance id: %q", r.GetInstanceId())
	case len(r.GetClusters()) == 0:
		return nil, refuse.InvalidArgument("An instance needs at least one cluster")
	case s.instances[name] != nil:
		return nil, refuse.AlreadyExists("Instance already exists: %s", name)
	}
	made := &instance{proto: proto.CloneOf(r.GetInstance())}
	if made.proto == nil {
		made.proto = &adminpb.Instance{}
	}
	made.proto.Name, made.proto.State, made.proto.CreateTime = name, adminpb.Instance_READY, timestamppb.New(s.env.Now())
	for _, id := range slices.Sorted(maps.Keys(r.GetClusters())) {
		c, err := s.newCluster(ctx, made, id, r.GetClusters()[id])
		if err != nil {
			return nil, err
		}
		made.clusters = append(made.clusters, c)
	}
	s.instances[name] = made
	for _, c := range made.clusters {
		s.recordCluster("bigtableadmin.instances.create", c)
	}
	return finished(made.proto)
}

// finished returns an operation that is done.
func finished(result proto.Message) (*longrunningpb.Operation, error) {
	response, err := anypb.New(result)
	if err != nil {
		return nil, err
	}
	return &longrunningpb.Operation{Name: "operations/done", Done: true, Result: &longrunningpb.Operation_Response{Response: response}}, nil
}

func (s *store) getInstance(r *adminpb.GetInstanceRequest) (*adminpb.Instance, error) {
	i, err := s.instanceOf(r.GetName())
	if err != nil {
		return nil, err
	}
	return i.proto, nil
}

func (s *store) listInstances(r *adminpb.ListInstancesRequest) (*adminpb.ListInstancesResponse, error) {
	answer := &adminpb.ListInstancesResponse{}
	for _, name := range slices.Sorted(maps.Keys(s.instances)) {
		if strings.HasPrefix(name, r.GetParent()+"/instances/") {
			answer.Instances = append(answer.Instances, s.instances[name].proto)
		}
	}
	return answer, nil
}

// deleteInstance deletes an instance without tables. It refuses an instance with tables, which the fake stores: the
// client deletes them first.
func (s *store) deleteInstance(r *adminpb.DeleteInstanceRequest) (*emptypb.Empty, error) {
	i, err := s.instanceOf(r.GetName())
	if err != nil {
		return nil, err
	}
	for name := range s.tables {
		if strings.HasPrefix(name, r.GetName()+"/tables/") {
			return nil, refuse.Unimplemented("Bigtable", "deletion of an instance that has tables: delete those first")
		}
	}
	for _, c := range i.clusters {
		s.env.Ledger.Delete("cluster", c.proto.GetName(), 0, s.env.Now())
	}
	delete(s.instances, r.GetName())
	return &emptypb.Empty{}, nil
}
