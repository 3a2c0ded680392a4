package core

import (
	"cmp"
	"context"
	"net/http"

	"google.golang.org/grpc/metadata"
)

// PrincipalHeader names the caller of a call, in a header or in gRPC metadata, as an IAM member: "user:ann@example.com",
// "serviceAccount:worker@bank-prod.iam.gserviceaccount.com". Clients of the loopback cloud have no credentials that
// could identify them.
const PrincipalHeader = "x-loopback-principal"

// Owner is the caller without a [PrincipalHeader]. It administers every project: it may create keys, change their
// states and their policies. Like Google's roles/cloudkms.admin, it may not encrypt or decrypt unless a policy grants
// it.
const Owner = "user:owner@loopback.test"

// Principal returns the caller of a gRPC call.
func Principal(ctx context.Context) string {
	if values := metadata.ValueFromIncomingContext(ctx, PrincipalHeader); len(values) > 0 {
		return values[0]
	}
	return Owner
}

// HTTPPrincipal returns the caller of a call over HTTP.
func HTTPPrincipal(r *http.Request) string { return cmp.Or(r.Header.Get(PrincipalHeader), Owner) }
