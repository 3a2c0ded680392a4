package cmektest

import (
	"strings"

	"cloud.google.com/go/bigtable"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// BigtableInstance makes a Bigtable instance of [Project], by its full name "projects/PROJECT/instances/INSTANCE", with one
// cluster in a zone such as "us-central1-b" under key. The zero KeyName makes a cluster without a key, which
// [Cloud.RequireEncrypted] reports.
func (c *Cloud) BigtableInstance(name, zone string, key cmekpipe.KeyName) {
	c.t.Helper()
	id := strings.TrimPrefix(name, "projects/"+Project+"/instances/")
	c.withBigtableInstances(name, func(client *bigtable.InstanceAdminClient) error {
		return client.CreateInstanceWithClusters(c.t.Context(), &bigtable.InstanceWithClustersConfig{InstanceID: id,
			DisplayName: id, Clusters: []bigtable.ClusterConfig{bigtableCluster(id, zone, key)}})
	})
}

// BigtableCluster adds a cluster in another zone to an instance that [Cloud.BigtableInstance] made.
func (c *Cloud) BigtableCluster(instance, zone string, key cmekpipe.KeyName) {
	c.t.Helper()
	id := strings.TrimPrefix(instance, "projects/"+Project+"/instances/")
	cluster := bigtableCluster(id, zone, key)
	c.withBigtableInstances(instance, func(client *bigtable.InstanceAdminClient) error {
		return client.CreateCluster(c.t.Context(), &cluster)
	})
}

// bigtableCluster is called after its zone.
func bigtableCluster(instance, zone string, key cmekpipe.KeyName) bigtable.ClusterConfig {
	return bigtable.ClusterConfig{InstanceID: instance, ClusterID: "c-" + zone, Zone: zone, NumNodes: 1,
		StorageType: bigtable.SSD, KMSKeyName: key.String()}
}

func (c *Cloud) withBigtableInstances(name string, do func(*bigtable.InstanceAdminClient) error) {
	c.t.Helper()
	client, err := bigtable.NewInstanceAdminClient(c.t.Context(), Project, c.ClientOptions(emulator.Bigtable)...)
	if err == nil {
		defer client.Close()
		err = do(client)
	}
	if err != nil {
		c.t.Fatalf("cmektest: Bigtable instance %s: %v", name, err)
	}
}

// BigtableTable makes a table with column families, by its full name "projects/PROJECT/instances/INSTANCE/tables/TABLE".
func (c *Cloud) BigtableTable(name string, families ...string) {
	c.t.Helper()
	instance, id := splitBigtable(name)
	conf := &bigtable.TableConf{TableID: id, Families: map[string]bigtable.GCPolicy{}}
	for _, family := range families {
		conf.Families[family] = bigtable.NoGcPolicy()
	}
	client, err := bigtable.NewAdminClient(c.t.Context(), Project, instance, c.ClientOptions(emulator.Bigtable)...)
	if err == nil {
		defer client.Close()
		err = client.CreateTableFromConf(c.t.Context(), conf)
	}
	if err != nil {
		c.t.Fatalf("cmektest: Bigtable table %s: %v", name, err)
	}
}

// BigtableRows returns the rows of a table, with all versions of their cells, in the order of their keys.
func (c *Cloud) BigtableRows(name string) []bigtable.Row {
	c.t.Helper()
	instance, id := splitBigtable(name)
	var rows []bigtable.Row
	client, err := c.bigtableClient(instance)
	if err == nil {
		defer client.Close()
		err = client.Open(id).ReadRows(c.t.Context(), bigtable.InfiniteRange(""), func(r bigtable.Row) bool {
			rows = append(rows, r)
			return true
		})
	}
	if err != nil {
		c.t.Fatalf("cmektest: rows of %s: %v", name, err)
	}
	return rows
}

// bigtableClient is made over a connection that takes large rows: where the variable of the emulator is set, the client
// makes one that doesn't.
func (c *Cloud) bigtableClient(instance string) (*bigtable.Client, error) {
	conn, err := grpc.NewClient(c.Endpoint(emulator.Bigtable), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(256<<20)))
	if err != nil {
		return nil, err
	}
	return bigtable.NewClientWithConfig(c.t.Context(), Project, instance,
		bigtable.ClientConfig{MetricsProvider: bigtable.NoopMetricsProvider{}, DisableSession: true}, option.WithGRPCConn(conn))
}

// splitBigtable returns the ids of a table's instance and of the table.
func splitBigtable(name string) (instance, table string) {
	parent, table, _ := strings.Cut(name, "/tables/")
	return parent[strings.LastIndexByte(parent, '/')+1:], table
}
