package bigtable

import (
	"context"
	"slices"
	"strings"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// newCluster creates a cluster with the requested key; the caller holds the lock and adds it to the instance.
func (s *store) newCluster(ctx context.Context, in *instance, id string, asked *adminpb.Cluster) (*cluster, error) {
	place, ok := strings.CutPrefix(asked.GetLocation(), "projects/"+projectOf(in.proto.GetName())+"/locations/")
	region, zone := location.RegionOfZone(place)
	key := asked.GetEncryptionConfig().GetKmsKeyName()
	switch {
	case !clusterIDForm.MatchString(id):
		return nil, refuse.InvalidArgument("Invalid cluster id: %q", id)
	case !ok || !zone || !location.IsRegion(region):
		return nil, refuse.InvalidArgument("Invalid location of cluster %s: %q", id, asked.GetLocation())
	case asked.GetServeNodes() < 1 && asked.GetConfig() == nil && in.proto.GetType() != adminpb.Instance_DEVELOPMENT:
		return nil, refuse.InvalidArgument("Cluster %s needs nodes", id)
	case len(in.clusters) > 0 && in.clusters[0].version.Valid() != (key != ""):
		return nil, refuse.InvalidArgument("Either all clusters of an instance have a key, or none has")
	}
	for _, c := range in.clusters {
		if strings.HasSuffix(c.proto.GetName(), "/clusters/"+id) {
			return nil, refuse.AlreadyExists("Cluster already exists: %s", c.proto.GetName())
		}
		if c.proto.GetLocation() == asked.GetLocation() {
			return nil, refuse.InvalidArgument("The instance has a cluster in %s already", place)
		}
	}
	made := &cluster{proto: proto.CloneOf(asked)}
	made.proto.Name, made.proto.State = in.proto.GetName()+"/clusters/"+id, adminpb.Cluster_READY
	var err error
	if key != "" {
		made.version, err = s.protect(ctx, made.proto.GetName(), key, place)
	}
	if err != nil {
		return nil, err
	}
	return made, refuse.Violation(s.env.CheckCreation(core.Creation{Project: projectOf(made.proto.GetName()), Service: "bigtable.googleapis.com",
		Location: region, Keys: []cmekpipe.KeyName{made.version.KeyName()}}))
}

// protect returns the version that encrypts a new cluster in a zone.
func (s *store) protect(ctx context.Context, cluster, name, zone string) (v cmekpipe.KeyVersionName, err error) {
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		return v, refuse.InvalidArgument("Invalid KMS key of cluster %s: %q", cluster, name)
	}
	if location.ForBigtable(key.Location(), zone).Fit != location.Serves {
		return v, refuse.InvalidArgument("KMS key %s is not in the region of cluster %s", name, cluster)
	}
	if v, err = s.env.Keys.Wrap(ctx, core.BigtableAgent(projectOf(cluster)), key); err != nil {
		return v, inaccessible()
	}
	return v, nil
}

func (s *store) recordCluster(method string, c *cluster) {
	s.env.Ledger.Record(core.Entry{Time: s.env.Now(), Service: "bigtable", Method: method, Kind: "cluster",
		Name: c.proto.GetName(), Project: projectOf(c.proto.GetName()), Key: c.version, KeyAsked: c.version.Valid()})
}

func (s *store) createCluster(ctx context.Context, r *adminpb.CreateClusterRequest) (*longrunningpb.Operation, error) {
	in, err := s.instanceOf(r.GetParent())
	if err != nil {
		return nil, err
	}
	made, err := s.newCluster(ctx, in, r.GetClusterId(), r.GetCluster())
	if err != nil {
		return nil, err
	}
	in.clusters = append(in.clusters, made)
	s.recordCluster("bigtableadmin.clusters.create", made)
	return finished(made.proto)
}

func (s *store) getCluster(r *adminpb.GetClusterRequest) (*adminpb.Cluster, error) {
	in, at, err := s.find(r.GetName())
	if err != nil {
		return nil, err
	}
	return in.clusters[at].proto, nil
}

// find returns the instance of a cluster and the cluster's index in it.
func (s *store) find(name string) (in *instance, at int, err error) {
	if in, err = s.instanceOf(name); err != nil {
		return nil, 0, err
	}
	at = slices.IndexFunc(in.clusters, func(c *cluster) bool { return c.proto.GetName() == name })
	if at < 0 {
		return nil, 0, refuse.NotFound("Cluster not found: %s", name)
	}
	return in, at, nil
}

// listClusters returns the clusters of an instance, or of all instances of a project for "projects/P/instances/-".
func (s *store) listClusters(r *adminpb.ListClustersRequest) (*adminpb.ListClustersResponse, error) {
	answer := &adminpb.ListClustersResponse{}
	if strings.HasSuffix(r.GetParent(), "/instances/-") {
		return nil, refuse.Unimplemented("Bigtable", "list of the clusters of all instances")
	}
	in, err := s.instanceOf(r.GetParent())
	if err != nil {
		return nil, err
	}
	for _, c := range in.clusters {
		answer.Clusters = append(answer.Clusters, c.proto)
	}
	return answer, nil
}

func (s *store) deleteCluster(r *adminpb.DeleteClusterRequest) (*emptypb.Empty, error) {
	in, at, err := s.find(r.GetName())
	if err != nil {
		return nil, err
	}
	if len(in.clusters) == 1 {
		return nil, refuse.FailedPrecondition("An instance needs at least one cluster")
	}
	s.env.Ledger.Delete("cluster", r.GetName(), 0, s.env.Now())
	in.clusters = slices.Delete(in.clusters, at, at+1)
	return &emptypb.Empty{}, nil
}
