// Package bigtableclient creates clients of Bigtable and reads which keys its clusters report.
package bigtableclient

import (
	"context"
	"os"

	admin "cloud.google.com/go/bigtable/admin/apiv2"
	"google.golang.org/api/option"
	"google.golang.org/api/option/internaloption"
	transport "google.golang.org/api/transport/grpc"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Endpoint returns the address of the emulator, or "".
func Endpoint() string { return os.Getenv(shared.BigtableHost) }

// SharedRows returns the process's connections to the rows of Bigtable, for the gRPC client of the API's messages. The
// client of cloud.google.com/go/bigtable resends rows whose cells get their time from the server, and treats an entry
// without an answer as written.
func SharedRows(ctx context.Context) (grpc.ClientConnInterface, error) {
	return shared.Client(ctx, shared.ID{Service: "bigtable rows", Endpoint: Endpoint()}, dial)
}

func dial(ctx context.Context) (transport.ConnPool, error) {
	if host := Endpoint(); host != "" {
		return transport.DialPool(ctx, append(endpoint.GRPC(host), endpoint.Pool())...)
	}
	return transport.DialPool(ctx, endpoint.Pool(),
		internaloption.WithDefaultEndpointTemplate("bigtable.UNIVERSE_DOMAIN:443"),
		internaloption.WithDefaultMTLSEndpoint("bigtable.mtls.googleapis.com:443"),
		internaloption.WithDefaultUniverseDomain("googleapis.com"),
		option.WithScopes("https://www.googleapis.com/auth/bigtable.data"))
}

// Instances returns a client that administers instances and clusters.
func Instances(ctx context.Context) (*admin.BigtableInstanceAdminClient, error) {
	return admin.NewBigtableInstanceAdminClient(ctx, endpoint.GRPC(Endpoint())...)
}

// Tables returns a client that administers tables.
func Tables(ctx context.Context) (*admin.BigtableTableAdminClient, error) {
	return admin.NewBigtableTableAdminClient(ctx, endpoint.GRPC(Endpoint())...)
}

// SharedInstances returns the process's client of [Instances].
func SharedInstances(ctx context.Context) (*admin.BigtableInstanceAdminClient, error) {
	return shared.Client(ctx, shared.ID{Service: "bigtable instances", Endpoint: Endpoint()}, Instances)
}

// SharedTables returns the process's client of [Tables].
func SharedTables(ctx context.Context) (*admin.BigtableTableAdminClient, error) {
	return shared.Client(ctx, shared.ID{Service: "bigtable tables", Endpoint: Endpoint()}, Tables)
}
