package spannerclient_test

import (
	"context"
	"net"
	"testing"
	"time"

	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
)

// flaky answers the first call of GetDatabase with a code and the next ones well.
type flaky struct {
	databasepb.UnimplementedDatabaseAdminServer
	code  codes.Code
	calls int
}

func (f *flaky) GetDatabase(context.Context, *databasepb.GetDatabaseRequest) (*databasepb.Database, error) {
	if f.calls++; f.calls == 1 {
		return nil, status.Error(f.code, "not now")
	}
	return &databasepb.Database{}, nil
}

func TestGetDatabaseIsRetried(t *testing.T) {
	server := &flaky{}
	client := databasesAt(t, server)
	again := map[codes.Code]bool{
		codes.Aborted: true, codes.DeadlineExceeded: true, codes.Internal: true, codes.ResourceExhausted: true,
		codes.Unavailable: true, codes.Unknown: true,
	}
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		t.Run(code.String(), func(t *testing.T) {
			server.code, server.calls = code, 0
			// A call that is made again waits for a random part of 100 ms.
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := client.GetDatabase(ctx, &databasepb.GetDatabaseRequest{Name: "projects/bank/instances/i/databases/d"})
			switch {
			case again[code] && (err != nil || server.calls != 2):
				t.Errorf("got error %v after %d calls, want none after 2", err, server.calls)
			case !again[code] && (status.Code(err) != code || server.calls != 1):
				t.Errorf("got error %v after %d calls, want %v after 1", err, server.calls, code)
			}
		})
	}
}

// databasesAt serves one API and returns the module's client of it.
func databasesAt(t *testing.T, api databasepb.DatabaseAdminServer) *database.DatabaseAdminClient {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	databasepb.RegisterDatabaseAdminServer(server, api)
	go server.Serve(listener) //nolint:errcheck // ends when the test stops it
	t.Cleanup(server.Stop)
	t.Setenv(shared.SpannerHost, listener.Addr().String())
	client, err := spannerclient.Databases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}
