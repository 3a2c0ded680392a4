package bigtable_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"cloud.google.com/go/bigtable"
	admin "cloud.google.com/go/bigtable/admin/apiv2"
	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	loopback "github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigtable"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

const (
	instance = "projects/" + cmektest.Project + "/instances/ledger"
	table    = instance + "/tables/entries"
)

func newClients(t *testing.T) (*cmektest.Cloud, *admin.BigtableInstanceAdminClient) {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	client, err := admin.NewBigtableInstanceAdminClient(t.Context(), cloud.ClientOptions(emulator.Bigtable)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return cloud, client
}

func clusterIn(zone, key string) *adminpb.Cluster {
	return &adminpb.Cluster{Location: "projects/" + cmektest.Project + "/locations/" + zone, EncryptionConfig: &adminpb.Cluster_EncryptionConfig{KmsKeyName: key},
		Config: &adminpb.Cluster_ClusterConfig_{ClusterConfig: &adminpb.Cluster_ClusterConfig{}}}
}

func clusters(cloud *cmektest.Cloud) (names []string) {
	for _, e := range cloud.Ledger() {
		if e.Kind == "cluster" {
			names = append(names, e.Name+" "+e.Key.String())
		}
	}
	return names
}

func TestClusterIsCreatedWithItsKeyOrNotAtAll(t *testing.T) {
	for _, tt := range []struct {
		name, zone, key string
		change          func(*cmektest.Cloud, cmekpipe.KeyName)
		want            codes.Code
	}{
		{"good", "us-central1-b", "", nil, codes.OK},
		{"key elsewhere", "us-east1-b", "", nil, codes.InvalidArgument},
		{"region for a zone", "us-central1", "", nil, codes.InvalidArgument},
		{"no such zone", "us-central9-b", "", nil, codes.InvalidArgument},
		{"key that is no name", "us-central1-b", "records", nil, codes.InvalidArgument},
		{"disabled", "us-central1-b", "", func(c *cmektest.Cloud, k cmekpipe.KeyName) { c.DisableKey(k) }, codes.FailedPrecondition},
		{"denied", "us-central1-b", "", func(c *cmektest.Cloud, k cmekpipe.KeyName) { c.DenyKey(k) }, codes.FailedPrecondition},
		{"forbidden", "us-central1-b", "", func(c *cmektest.Cloud, _ cmekpipe.KeyName) {
			c.Inject(emulator.Fault{Method: "bigtableadmin.instances.create", Resource: instance, Code: codes.PermissionDenied})
		}, codes.PermissionDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud, client := newClients(t)
			key := cloud.CreateKey("us-central1", "records")
			if tt.change != nil {
				tt.change(cloud, key)
			}
			if tt.key == "" {
				tt.key = key.String()
			}
			made, err := client.CreateInstance(t.Context(), &adminpb.CreateInstanceRequest{Parent: "projects/" + cmektest.Project, InstanceId: "ledger",
				Instance: &adminpb.Instance{DisplayName: "ledger"}, Clusters: map[string]*adminpb.Cluster{"cluster-1": clusterIn(tt.zone, tt.key)}})
			if err == nil {
				_, err = made.Wait(t.Context())
			}
			if status.Code(err) != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			got := clusters(cloud)
			if tt.want == codes.OK && (len(got) != 1 || got[0] != instance+"/clusters/cluster-1 "+key.String()+"/cryptoKeyVersions/1") || tt.want != codes.OK && len(got) > 0 {
				t.Errorf("got clusters %q", got)
			}
		})
	}
}

func TestAllClustersOfAnInstanceHaveKeysOrNone(t *testing.T) {
	for name, first := range map[string]bool{"first has one": true, "first has none": false} {
		t.Run(name, func(t *testing.T) {
			cloud, client := newClients(t)
			one, two := cloud.CreateKey("us-central1", "one"), cmekpipe.KeyName{}
			if !first {
				one, two = two, cloud.CreateKey("us-east1", "two")
			}
			cloud.CreateBigtableInstance(instance, "us-central1-b", one)
			_, err := client.CreateCluster(t.Context(), &adminpb.CreateClusterRequest{Parent: instance, ClusterId: "second", Cluster: clusterIn("us-east1-b", two.String())})
			if status.Code(err) != codes.InvalidArgument || len(clusters(cloud)) != 1 {
				t.Errorf("got %v and clusters %q, want a refusal and one cluster", err, clusters(cloud))
			}
		})
	}
}

func TestRowsNeedTheKeysOfAllClusters(t *testing.T) {
	cloud, _ := newClients(t)
	near, far := cloud.CreateKey("us-central1", "near"), cloud.CreateKey("us-east1", "far")
	cloud.CreateBigtableInstance(instance, "us-central1-b", near)
	cloud.CreateBigtableCluster(instance, "us-east1-b", far)
	cloud.CreateBigtableTable(table, "f")
	open := client(t).Open("entries")
	set := func() error {
		m := bigtable.NewMutation()
		m.Set("f", "c", 1000, []byte("v"))
		return open.Apply(t.Context(), "r", m)
	}
	if err := set(); err != nil {
		t.Fatal(err)
	}
	cloud.RequireEncrypted(t, near, far)
	rows := 0
	for _, e := range cloud.Ledger() {
		if e.Kind == "rows" && e.Name == table && e.Size == 3 {
			rows++
		}
	}
	if rows != 2 {
		t.Errorf("got %d entries of rows, want one for each cluster", rows)
	}
	cloud.DisableKey(far)
	if err := set(); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("write: got %v, want a refusal", err)
	}
	if _, err := open.ReadRow(t.Context(), "r"); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("read: got %v, want a refusal", err)
	}
	cloud.EnableKey(far)
	if row, err := open.ReadRow(t.Context(), "r"); err != nil || len(row["f"]) != 1 {
		t.Errorf("got %v and %v, want the row again", row, err)
	}
}

func client(t *testing.T) *bigtable.Client {
	t.Helper()
	c, err := bigtable.NewClient(t.Context(), cmektest.Project, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestRowIsWrittenAtomically(t *testing.T) {
	cloud, _ := newClients(t)
	cloud.CreateBigtableInstance(instance, "us-central1-b", cloud.CreateKey("us-central1", "records"))
	cloud.CreateBigtableTable(table, "f")
	var rows []*bigtable.Mutation
	for _, families := range []string{"f", "fg", "g", "f"} {
		m := bigtable.NewMutation()
		for _, family := range families {
			m.Set(string(family), "c", 1000, nil)
		}
		rows = append(rows, m)
	}
	failed, err := client(t).Open("entries").ApplyBulk(t.Context(), []string{"a", "b", "c", "d"}, rows)
	if err != nil || len(failed) != 4 || failed[0] != nil || status.Code(failed[1]) != codes.NotFound || status.Code(failed[2]) != codes.NotFound || failed[3] != nil {
		t.Errorf("got %v and %v, want the second and third refused", failed, err)
	}
	var keys []string
	for _, r := range cloud.ReadBigtableRows(table) {
		keys = append(keys, r.Key())
	}
	if got := strings.Join(keys, ""); got != "ad" {
		t.Errorf("got rows %q, want ad", got)
	}
	failed, err = client(t).Open("entries").ApplyBulk(t.Context(), []string{"c"}, rows[2:3])
	if err != nil || len(failed) != 1 || status.Code(failed[0]) != codes.NotFound {
		t.Errorf("got %v and %v, want the only row refused", failed, err)
	}
}

func TestLimits(t *testing.T) {
	cloud, _ := newClients(t)
	cloud.CreateBigtableInstance(instance, "us-central1-b", cloud.CreateKey("us-central1", "records"))
	cloud.CreateBigtableTable(table, "f")
	for _, tt := range []struct {
		name, key, column string
		at                bigtable.Timestamp
		none              bool
	}{
		{"no key", "", "c", 1000, false},
		{"long key", strings.Repeat("k", 4097), "c", 1000, false},
		{"long column", "r", strings.Repeat("c", 16<<10+1), 1000, false},
		{"old time", "r", "c", -5000, false},
		{"nothing", "r", "c", 1000, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := bigtable.NewMutation()
			if !tt.none {
				m.Set("f", tt.column, tt.at, nil)
			}
			open := client(t).Open("entries")
			if err := open.Apply(t.Context(), tt.key, m); status.Code(err) != codes.InvalidArgument {
				t.Errorf("Apply: got %v, want a refusal", err)
			}
			if _, err := open.ApplyBulk(t.Context(), []string{tt.key}, []*bigtable.Mutation{m}); status.Code(err) != codes.InvalidArgument {
				t.Errorf("ApplyBulk: got %v, want a refusal", err)
			}
		})
	}
	if rows := cloud.ReadBigtableRows(table); len(rows) != 0 {
		t.Errorf("got %d rows, want none", len(rows))
	}
}

// The fake ends the process for some of these.
func TestUnsupportedMethodsAreUnimplemented(t *testing.T) {
	cloud, _ := newClients(t)
	cloud.CreateBigtableInstance(instance, "us-central1-b", cloud.CreateKey("us-central1", "records"))
	cloud.CreateBigtableTable(table, "f")
	conn, err := grpc.NewClient(cloud.Endpoint(emulator.Bigtable), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	data, instances, tables := bigtablepb.NewBigtableClient(conn), adminpb.NewBigtableInstanceAdminClient(conn), adminpb.NewBigtableTableAdminClient(conn)
	for name, call := range map[string]func(context.Context) error{
		"ReadModifyWriteRow": func(ctx context.Context) error {
			_, err := data.ReadModifyWriteRow(ctx, &bigtablepb.ReadModifyWriteRowRequest{TableName: table})
			return err
		},
		"CheckAndMutateRow": func(ctx context.Context) error {
			_, err := data.CheckAndMutateRow(ctx, &bigtablepb.CheckAndMutateRowRequest{TableName: table})
			return err
		},
		"ExecuteQuery": func(ctx context.Context) error {
			stream, err := data.ExecuteQuery(ctx, &bigtablepb.ExecuteQueryRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"UpdateCluster": func(ctx context.Context) error {
			_, err := instances.UpdateCluster(ctx, &adminpb.Cluster{Name: instance + "/clusters/c"})
			return err
		},
		"ListAppProfiles": func(ctx context.Context) error {
			_, err := instances.ListAppProfiles(ctx, &adminpb.ListAppProfilesRequest{Parent: instance})
			return err
		},
		"DropRowRange": func(ctx context.Context) error {
			_, err := tables.DropRowRange(ctx, &adminpb.DropRowRangeRequest{Name: table})
			return err
		},
		"CreateBackup": func(ctx context.Context) error {
			_, err := tables.CreateBackup(ctx, &adminpb.CreateBackupRequest{Parent: instance + "/clusters/c"})
			return err
		},
	} {
		if err := call(t.Context()); status.Code(err) != codes.Unimplemented {
			t.Errorf("%s: got %v, want Unimplemented", name, err)
		}
	}
}

func TestServerEndsWhenItIsClosed(t *testing.T) {
	for name, early := range map[string]bool{"before it serves": true, "while it serves": false} {
		t.Run(name, func(t *testing.T) {
			s := loopback.New(&core.Env{Faults: &core.Faults{}})
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			if early {
				s.Close()
			}
			go func() { ended <- s.Serve(l) }()
			if !early {
				conn, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				conn.Close() // it has been accepted, or will be refused
			}
			for range 2 {
				if err := s.Close(); err != nil && !early {
					t.Error(err)
				}
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// Google accepts more than its reference documents.
func TestLongClusterIDsAndDevelopmentInstancesAreAccepted(t *testing.T) {
	_, client := newClients(t)
	zone := func(nodes int32) *adminpb.Cluster {
		c := clusterIn("us-east1-b", "")
		c.EncryptionConfig, c.Config, c.ServeNodes = nil, nil, nodes
		return c
	}
	for _, tt := range []struct {
		id, cluster string
		kind        adminpb.Instance_Type
		nodes       int32
		want        codes.Code
	}{
		{"long-cluster", "cluster-" + strings.Repeat("x", 29), adminpb.Instance_PRODUCTION, 1, codes.OK},
		{"development", "cluster-1", adminpb.Instance_DEVELOPMENT, 0, codes.OK},
		{"no-nodes", "cluster-1", adminpb.Instance_PRODUCTION, 0, codes.InvalidArgument},
	} {
		_, err := client.CreateInstance(t.Context(), &adminpb.CreateInstanceRequest{Parent: "projects/" + cmektest.Project, InstanceId: tt.id,
			Instance: &adminpb.Instance{DisplayName: "x", Type: tt.kind}, Clusters: map[string]*adminpb.Cluster{tt.cluster: zone(tt.nodes)}})
		if status.Code(err) != tt.want {
			t.Errorf("%s: got %v, want %s", tt.id, err, tt.want)
		}
	}
}
