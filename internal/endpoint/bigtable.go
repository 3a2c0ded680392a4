package endpoint

import (
	"context"
	"os"

	admin "cloud.google.com/go/bigtable/admin/apiv2"
	"google.golang.org/api/option"
	"google.golang.org/api/option/internaloption"
	transport "google.golang.org/api/transport/grpc"
	"google.golang.org/grpc"
)

// Bigtable returns a connection to the rows of Bigtable, for the client that comes with the API's messages. The client of
// cloud.google.com/go/bigtable sends rows again whose cells get their time from the server, and takes an entry that was
// not answered for one that was written.
func Bigtable(ctx context.Context) (*grpc.ClientConn, error) {
	opts := []option.ClientOption{
		internaloption.WithDefaultEndpointTemplate("bigtable.UNIVERSE_DOMAIN:443"),
		internaloption.WithDefaultMTLSEndpoint("bigtable.mtls.googleapis.com:443"),
		internaloption.WithDefaultUniverseDomain("googleapis.com"),
		option.WithScopes("https://www.googleapis.com/auth/bigtable.data"),
	}
	if host := os.Getenv(BigtableVariable); host != "" {
		return transport.DialInsecure(ctx, GRPCOptions(host)...)
	}
	return transport.Dial(ctx, opts...)
}

// BigtableInstances returns a client that administers Bigtable instances and clusters.
func BigtableInstances(ctx context.Context) (*admin.BigtableInstanceAdminClient, error) {
	return admin.NewBigtableInstanceAdminClient(ctx, GRPCOptions(os.Getenv(BigtableVariable))...)
}

// BigtableTables returns a client that administers Bigtable tables.
func BigtableTables(ctx context.Context) (*admin.BigtableTableAdminClient, error) {
	return admin.NewBigtableTableAdminClient(ctx, GRPCOptions(os.Getenv(BigtableVariable))...)
}
