package bigtableio_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// oddServer is a Bigtable that answers what Google's shouldn't, which the loopback one can't be made to.
type oddServer struct {
	adminpb.UnimplementedBigtableInstanceAdminServer
	bigtablepb.UnimplementedBigtableServer
	tables tableServer

	clusters *adminpb.ListClustersResponse
	answer   func(request, entry int) *bigtablepb.MutateRowsResponse_Entry // nil leaves an entry unanswered

	mu       sync.Mutex
	requests [][]string // the row keys of each
}

type tableServer struct {
	adminpb.UnimplementedBigtableTableAdminServer
	info *adminpb.EncryptionInfo
}

func (s *tableServer) GetTable(context.Context, *adminpb.GetTableRequest) (*adminpb.Table, error) {
	return &adminpb.Table{Name: tableName, ClusterStates: map[string]*adminpb.Table_ClusterState{
		"c": {EncryptionInfo: []*adminpb.EncryptionInfo{s.info}}}}, nil
}

func (s *oddServer) ListClusters(context.Context, *adminpb.ListClustersRequest) (*adminpb.ListClustersResponse, error) {
	return s.clusters, nil
}

func (s *oddServer) MutateRows(r *bigtablepb.MutateRowsRequest, stream bigtablepb.Bigtable_MutateRowsServer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	request := len(s.requests)
	var keys []string
	answer := &bigtablepb.MutateRowsResponse{}
	for i, e := range r.GetEntries() {
		keys = append(keys, string(e.GetRowKey()))
		if a := s.answer(request, i); a != nil {
			answer.Entries = append(answer.Entries, a)
		}
	}
	s.requests = append(s.requests, keys)
	return stream.Send(answer)
}

// withOdd is newWorld with an odd Bigtable, in which nothing is odd yet.
func withOdd(t *testing.T) (*world, *oddServer) {
	t.Helper()
	w := newWorld(t)
	odd := &oddServer{
		clusters: &adminpb.ListClustersResponse{Clusters: []*adminpb.Cluster{{Name: instanceName + "/clusters/c",
			EncryptionConfig: &adminpb.Cluster_EncryptionConfig{KmsKeyName: w.key.String()}}}},
		answer: func(_, entry int) *bigtablepb.MutateRowsResponse_Entry { return answered(entry, codes.OK) },
		tables: tableServer{info: &adminpb.EncryptionInfo{EncryptionType: adminpb.EncryptionInfo_CUSTOMER_MANAGED_ENCRYPTION,
			KmsKeyVersion: w.key.String() + "/cryptoKeyVersions/1"}},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	adminpb.RegisterBigtableInstanceAdminServer(server, odd)
	adminpb.RegisterBigtableTableAdminServer(server, &odd.tables)
	bigtablepb.RegisterBigtableServer(server, odd)
	go server.Serve(l)
	t.Cleanup(func() {
		server.Stop()
		shared.CloseEndpoint(l.Addr().String())
	})
	t.Setenv(shared.BigtableHost, l.Addr().String())
	return w, odd
}

func answered(entry int, code codes.Code) *bigtablepb.MutateRowsResponse_Entry {
	return &bigtablepb.MutateRowsResponse_Entry{Index: int64(entry),
		Status: &status.Status{Code: int32(code), Message: "row-000000001 " + secret}}
}

func TestRowsThatWereNotWrittenAreSentAgain(t *testing.T) {
	for _, tt := range []struct {
		name string
		odd  func(entry int) *bigtablepb.MutateRowsResponse_Entry
	}{
		{"not answered", func(int) *bigtablepb.MutateRowsResponse_Entry { return nil }},
		{"answer of a row that isn't there", func(int) *bigtablepb.MutateRowsResponse_Entry { return answered(7, codes.OK) }},
		{"answer of a negative row", func(int) *bigtablepb.MutateRowsResponse_Entry { return answered(-1, codes.OK) }},
		{"unavailable", func(entry int) *bigtablepb.MutateRowsResponse_Entry { return answered(entry, codes.Unavailable) }},
		{"out of quota", func(entry int) *bigtablepb.MutateRowsResponse_Entry { return answered(entry, codes.ResourceExhausted) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, odd := withOdd(t)
			odd.answer = func(request, entry int) *bigtablepb.MutateRowsResponse_Entry {
				if request == 0 && entry == 1 {
					return tt.odd(entry)
				}
				return answered(entry, codes.OK)
			}
			if err := w.write(t, 3); err != nil {
				t.Fatal(err)
			}
			want := [][]string{{"row-000000000", "row-000000001", "row-000000002"}, {"row-000000001"}}
			if diff := cmp.Diff(want, odd.requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// The core of the loopback Bigtable needs minutes for that many columns.
func TestRowOfManyOperationsIsSentAlone(t *testing.T) {
	w, odd := withOdd(t)
	if err := w.writeThese(t, "many operations"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"before"}, {"wide"}}, odd.requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestRowThatIsNeverAnsweredFailsTheRun(t *testing.T) {
	w, odd := withOdd(t)
	odd.answer = func(int, int) *bigtablepb.MutateRowsResponse_Entry { return nil }
	requireCode(t, w.write(t, 3), cmekpipe.Unavailable)
}

func TestUnansweredRowOfServerTimeIsSentOnce(t *testing.T) {
	w, odd := withOdd(t)
	odd.answer = func(int, int) *bigtablepb.MutateRowsResponse_Entry { return nil }
	requireCode(t, w.writeThese(t, "server time"), cmekpipe.Unavailable)
	if len(odd.requests) != 1 {
		t.Errorf("got %d requests, want one", len(odd.requests))
	}
}

func TestLastingFailureOfARowWins(t *testing.T) {
	w, odd := withOdd(t)
	odd.answer = func(_, entry int) *bigtablepb.MutateRowsResponse_Entry {
		return answered(entry, []codes.Code{codes.Unavailable, codes.InvalidArgument, codes.Unavailable}[entry])
	}
	err := w.write(t, 3)
	requireCode(t, err, cmekpipe.InvalidOptions)
	if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "row-0") {
		t.Errorf("got %v, want nothing of a row", err)
	}
	if len(odd.requests) != 1 {
		t.Errorf("got %d requests, want one", len(odd.requests))
	}
}

func TestOddKeysAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		odd  func(*oddServer)
		want cmekpipe.Code
		text string
	}{
		{"not all clusters seen", func(o *oddServer) {
			o.clusters.FailedLocations = []string{"projects/p/locations/us-east1-b"}
		}, cmekpipe.Unavailable, "us-east1-b"},
		{"no cluster", func(o *oddServer) { o.clusters.Clusters = nil }, cmekpipe.KeyMismatch, "no cluster"},
		{"a second cluster without a key", func(o *oddServer) {
			o.clusters.Clusters = append(o.clusters.Clusters, &adminpb.Cluster{Name: "second"})
		}, cmekpipe.KeyMissing, "cluster second: got no Cloud KMS key"},
		{"key that is no name", func(o *oddServer) {
			o.clusters.Clusters[0].EncryptionConfig.KmsKeyName += "s"
			o.clusters.Clusters[0].EncryptionConfig.KmsKeyName = "x/" + o.clusters.Clusters[0].EncryptionConfig.KmsKeyName
		}, cmekpipe.KeyMismatch, "clusters/c: got something that is not the name of a key"},
		{"table under Google's key", func(o *oddServer) {
			o.tables.info = &adminpb.EncryptionInfo{EncryptionType: adminpb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION}
		}, cmekpipe.KeyMissing, "the table in cluster c: got no Cloud KMS key"},
		{"table under another key", func(o *oddServer) {
			o.tables.info.KmsKeyVersion = strings.Replace(o.tables.info.KmsKeyVersion, "/records/", "/other/", 1)
		}, cmekpipe.KeyMismatch, "the table in cluster c: got key projects/cmektest-project/locations/us-central1/keyRings/cmektest/cryptoKeys/other, want"},
		{"table under what is no key's name", func(o *oddServer) {
			o.tables.info.KmsKeyVersion = "x/" + o.tables.info.KmsKeyVersion
		}, cmekpipe.KeyMismatch, "the table in cluster c: got something that is not the name of a key"},
		{"table whose key is enabled and can't be used", func(o *oddServer) {
			o.tables.info.EncryptionStatus = &status.Status{Code: int32(codes.FailedPrecondition)}
		}, cmekpipe.KeyDenied, "Bigtable reports FailedPrecondition for projects/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, odd := withOdd(t)
			tt.odd(odd)
			if e := requireCode(t, w.write(t, 3), tt.want); !strings.Contains(e.Error(), tt.text) {
				t.Errorf("got %v, want %q in it", e, tt.text)
			}
			if len(odd.requests) != 0 {
				t.Errorf("got %d requests with rows, want none", len(odd.requests))
			}
		})
	}
}
