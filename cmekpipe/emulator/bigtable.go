package emulator

import (
	"context"
	"fmt"
	"strings"

	"cloud.google.com/go/bigtable"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CreateBigtableInstance creates a Bigtable instance, named "projects/PROJECT/instances/INSTANCE", with one cluster in a
// zone such as "us-central1-b" that key encrypts. The zero KeyName creates a cluster without a key.
func (c *Cloud) CreateBigtableInstance(ctx context.Context, name, zone string, key cmekpipe.KeyName) error {
	return c.withBigtableInstances(ctx, "create Bigtable instance", name, func(client *bigtable.InstanceAdminClient, id string) error {
		return client.CreateInstanceWithClusters(ctx, &bigtable.InstanceWithClustersConfig{InstanceID: id,
			DisplayName: id, Clusters: []bigtable.ClusterConfig{bigtableCluster(id, zone, key)}})
	})
}

// CreateBigtableCluster adds a cluster in another zone to an instance.
func (c *Cloud) CreateBigtableCluster(ctx context.Context, instance, zone string, key cmekpipe.KeyName) error {
	return c.withBigtableInstances(ctx, "create Bigtable cluster of", instance, func(client *bigtable.InstanceAdminClient, id string) error {
		cluster := bigtableCluster(id, zone, key)
		return client.CreateCluster(ctx, &cluster)
	})
}

// CreateBigtableTable creates a table with column families, named "projects/PROJECT/instances/INSTANCE/tables/TABLE".
func (c *Cloud) CreateBigtableTable(ctx context.Context, name string, families ...string) error {
	project, instance, table, err := splitBigtable(name)
	if err != nil {
		return err
	}
	conf := &bigtable.TableConf{TableID: table, Families: map[string]bigtable.GCPolicy{}}
	for _, family := range families {
		conf.Families[family] = bigtable.NoGcPolicy()
	}
	client, err := bigtable.NewAdminClient(ctx, project, instance, c.ClientOptions(Bigtable)...)
	if err == nil {
		defer client.Close()
		err = client.CreateTableFromConf(ctx, conf)
	}
	return failure("create Bigtable table", name, err)
}

// ReadBigtableRows returns the rows of a table, with all versions of their cells, in the order of their keys.
func (c *Cloud) ReadBigtableRows(ctx context.Context, table string) ([]bigtable.Row, error) {
	project, instance, id, err := splitBigtable(table)
	if err != nil {
		return nil, err
	}
	// The client accepts large rows only on a connection that is passed to it: if the emulator's variable is set, it
	// creates one with the default limit.
	conn, err := grpc.NewClient(c.Endpoint(Bigtable), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(256<<20)))
	if err != nil {
		return nil, failure("read rows of", table, err)
	}
	client, err := bigtable.NewClientWithConfig(ctx, project, instance,
		bigtable.ClientConfig{MetricsProvider: bigtable.NoopMetricsProvider{}, DisableSession: true}, option.WithGRPCConn(conn))
	if err != nil {
		return nil, failure("read rows of", table, err)
	}
	defer client.Close()
	var rows []bigtable.Row
	err = client.Open(id).ReadRows(ctx, bigtable.InfiniteRange(""), func(r bigtable.Row) bool {
		rows = append(rows, r)
		return true
	})
	return rows, failure("read rows of", table, err)
}

// bigtableCluster returns the configuration of a cluster that is named after its zone.
func bigtableCluster(instance, zone string, key cmekpipe.KeyName) bigtable.ClusterConfig {
	return bigtable.ClusterConfig{InstanceID: instance, ClusterID: "c-" + zone, Zone: zone, NumNodes: 1,
		StorageType: bigtable.SSD, KMSKeyName: key.String()}
}

func (c *Cloud) withBigtableInstances(ctx context.Context, op, name string,
	do func(client *bigtable.InstanceAdminClient, id string) error) error {
	project, id, ok := strings.Cut(strings.TrimPrefix(name, "projects/"), "/instances/")
	if !ok || id == "" {
		return fmt.Errorf("emulator: got Bigtable instance %q, want projects/PROJECT/instances/INSTANCE", name)
	}
	client, err := bigtable.NewInstanceAdminClient(ctx, project, c.ClientOptions(Bigtable)...)
	if err == nil {
		defer client.Close()
		err = do(client, id)
	}
	return failure(op, name, err)
}

func splitBigtable(name string) (project, instance, table string, err error) {
	parts := strings.Split(name, "/")
	if len(parts) != 6 || parts[0] != "projects" || parts[2] != "instances" || parts[4] != "tables" {
		return "", "", "", fmt.Errorf("emulator: got Bigtable table %q, want projects/PROJECT/instances/INSTANCE/tables/TABLE", name)
	}
	return parts[1], parts[3], parts[5], nil
}
