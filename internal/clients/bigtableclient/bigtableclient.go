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
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

// Dial returns a connection to the rows of Bigtable, for the gRPC client of the API's messages. The client of
// cloud.google.com/go/bigtable resends rows whose cells get their time from the server, and treats an entry without an
// answer as written.
func Dial(ctx context.Context) (*grpc.ClientConn, error) {
	if host := os.Getenv(emulatorenv.Bigtable); host != "" {
		return transport.DialInsecure(ctx, endpoint.GRPC(host)...)
	}
	return transport.Dial(ctx,
		internaloption.WithDefaultEndpointTemplate("bigtable.UNIVERSE_DOMAIN:443"),
		internaloption.WithDefaultMTLSEndpoint("bigtable.mtls.googleapis.com:443"),
		internaloption.WithDefaultUniverseDomain("googleapis.com"),
		option.WithScopes("https://www.googleapis.com/auth/bigtable.data"))
}

// Instances returns a client that administers instances and clusters.
func Instances(ctx context.Context) (*admin.BigtableInstanceAdminClient, error) {
	return admin.NewBigtableInstanceAdminClient(ctx, endpoint.GRPC(os.Getenv(emulatorenv.Bigtable))...)
}

// Tables returns a client that administers tables.
func Tables(ctx context.Context) (*admin.BigtableTableAdminClient, error) {
	return admin.NewBigtableTableAdminClient(ctx, endpoint.GRPC(os.Getenv(emulatorenv.Bigtable))...)
}
