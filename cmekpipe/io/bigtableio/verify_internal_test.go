package bigtableio

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

// scripted is a Bigtable whose answers are laid down, and which notes the calls.
type scripted struct {
	adminpb.UnimplementedBigtableTableAdminServer
	clusters scriptedClusters
	calls    []string

	gets   []any // a code or a key for each call; the last one stays
	create codes.Code
}

type scriptedClusters struct {
	adminpb.UnimplementedBigtableInstanceAdminServer
	script *scripted
	key    cmekpipe.KeyName
	code   codes.Code
}

func (c *scriptedClusters) ListClusters(context.Context, *adminpb.ListClustersRequest) (*adminpb.ListClustersResponse, error) {
	c.script.calls = append(c.script.calls, "clusters")
	return &adminpb.ListClustersResponse{Clusters: []*adminpb.Cluster{{Name: ledgerInstance + "/clusters/c",
		EncryptionConfig: &adminpb.Cluster_EncryptionConfig{KmsKeyName: c.key.String()}}}}, status.Error(c.code, "scripted")
}

func (s *scripted) CreateTable(context.Context, *adminpb.CreateTableRequest) (*adminpb.Table, error) {
	s.calls = append(s.calls, "create")
	return &adminpb.Table{}, status.Error(s.create, "scripted")
}

func (s *scripted) GetTable(context.Context, *adminpb.GetTableRequest) (*adminpb.Table, error) {
	s.calls = append(s.calls, "get")
	answer := s.gets[0]
	if len(s.gets) > 1 {
		s.gets = s.gets[1:]
	}
	if code, failed := answer.(codes.Code); failed {
		return nil, status.Error(code, "scripted")
	}
	return &adminpb.Table{Name: entriesTable, ClusterStates: map[string]*adminpb.Table_ClusterState{"c": {
		EncryptionInfo: []*adminpb.EncryptionInfo{{EncryptionType: adminpb.EncryptionInfo_CUSTOMER_MANAGED_ENCRYPTION,
			KmsKeyVersion: answer.(cmekpipe.KeyName).String() + "/cryptoKeyVersions/1"}}}}}, nil
}

// withScript serves a script in place of the loopback Bigtable, and returns a keyVerifier that creates the table under the key.
func withScript(t *testing.T, s *scripted) keyVerifier {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	s.clusters.script, s.clusters.key = s, cloud.CreateKey("us-central1", "records")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	adminpb.RegisterBigtableInstanceAdminServer(server, &s.clusters)
	adminpb.RegisterBigtableTableAdminServer(server, s)
	go server.Serve(l)
	t.Cleanup(func() {
		server.Stop()
		shared.CloseEndpoint(l.Addr().String())
	})
	t.Setenv(shared.BigtableHost, l.Addr().String())
	return keyVerifier{Op: opWrite, Table: s.clusters.key.MustBigtableTable(entriesTable), Create: true, Families: []string{"f"}}
}

func keyOf(t *testing.T, id string) cmekpipe.KeyName {
	t.Helper()
	key, err := cmekpipe.ParseKeyName("projects/" + cmektest.Project + "/locations/us-central1/keyRings/cmektest/cryptoKeys/" + id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestTableIsCreatedOnlyIfMissingAndThenChecked(t *testing.T) {
	own, other := keyOf(t, "records"), keyOf(t, "other")
	for _, tt := range []struct {
		name   string
		gets   []any
		create codes.Code
		want   cmekpipe.Code
		calls  string
	}{
		{"there", []any{own}, codes.OK, "", "clusters get"},
		{"there under another key", []any{other}, codes.OK, cmekpipe.KeyMismatch, "clusters get"},
		{"missing", []any{codes.NotFound, own}, codes.OK, "", "clusters get create get"},
		{"missing, made by another worker", []any{codes.NotFound, own}, codes.AlreadyExists, "", "clusters get create get"},
		{"made under another key", []any{codes.NotFound, other}, codes.OK, cmekpipe.KeyMismatch, "clusters get create get"},
		{"made by another worker under another key", []any{codes.NotFound, other}, codes.AlreadyExists, cmekpipe.KeyMismatch,
			"clusters get create get"},
		{"made and out of sight", []any{codes.NotFound, codes.PermissionDenied}, codes.OK, cmekpipe.PermissionDenied,
			"clusters get create get"},
		{"missing, must not be made", []any{codes.NotFound}, codes.PermissionDenied, cmekpipe.PermissionDenied, "clusters get create"},
		{"not to be seen", []any{codes.PermissionDenied}, codes.OK, cmekpipe.PermissionDenied, "clusters get"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &scripted{gets: tt.gets, create: tt.create}
			err := withScript(t, s).run(t.Context())
			if e, _ := errors.AsType[*cmekpipe.Error](err); tt.want == "" && err != nil ||
				tt.want != "" && (e == nil || e.Code != tt.want || e.Resource != entriesTable || e.Hint == "") {
				t.Errorf("got %v, want code %q, the table and a hint", err, tt.want)
			}
			if diff := cmp.Diff(tt.calls, strings.Join(s.calls, " ")); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMissingTableIsNotCreatedWithoutTheOption(t *testing.T) {
	s := &scripted{gets: []any{codes.NotFound}}
	l := withScript(t, s)
	l.Create = false
	if err := l.run(t.Context()); !errors.Is(err, cmekpipe.NotFound) || slices.Contains(s.calls, "create") {
		t.Errorf("got %v after %v, want %v and no creation", err, s.calls, cmekpipe.NotFound)
	}
}

func TestGooglesClientsTryNothingAgain(t *testing.T) {
	for method, s := range map[string]*scripted{
		"clusters": {clusters: scriptedClusters{code: codes.Unavailable}},
		"get":      {gets: []any{codes.Unavailable}},
		"create":   {gets: []any{codes.NotFound}, create: codes.Unavailable},
	} {
		t.Run(method, func(t *testing.T) {
			err := withScript(t, s).run(shortpause.Context(t.Context()))
			asked := strings.Count(strings.Join(s.calls, " "), method)
			if !errors.Is(err, cmekpipe.Unavailable) || asked != adminPolicy().Attempts {
				t.Errorf("got error %v after %d calls, want %v after %d", err, asked, cmekpipe.Unavailable, adminPolicy().Attempts)
			}
		})
	}
}
