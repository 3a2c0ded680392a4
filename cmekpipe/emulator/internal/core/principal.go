package core

import (
	"context"

	"google.golang.org/grpc/metadata"
)

// PrincipalHeader names the caller to services that ask who it is, as an IAM member: "user:ann@example.com",
// "serviceAccount:worker@bank-prod.iam.gserviceaccount.com". A loopback client has no credentials to tell it by.
const PrincipalHeader = "x-loopback-principal"

// Owner is who calls when nobody says. It administers every project: it may create keys, change their states and
// their policies. Like Google's roles/cloudkms.admin, it may not encrypt or decrypt until a policy says so.
const Owner = "user:owner@loopback.test"

// Principal returns the caller of a gRPC call.
func Principal(ctx context.Context) string {
	if values := metadata.ValueFromIncomingContext(ctx, PrincipalHeader); len(values) > 0 {
		return values[0]
	}
	return Owner
}
