// Package endpoint holds the client options that the packages of internal/clients share: the address of an emulator, and
// retries of calls that Google's clients do not retry.
package endpoint

import (
	"runtime"
	"strings"
	"time"

	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
)

// HTTP points an HTTP client at HOST:PORT without credentials; an empty host leaves it at Google.
func HTTP(host string) []option.ClientOption {
	if host == "" {
		return nil
	}
	if !strings.Contains(host, "://") {
		host = "http://" + host
	}
	return []option.ClientOption{option.WithEndpoint(strings.TrimSuffix(host, "/") + "/"), option.WithoutAuthentication()}
}

// GRPC points a gRPC client at HOST:PORT without credentials or TLS; an empty host leaves it at Google.
func GRPC(host string) []option.ClientOption {
	if host == "" {
		return nil
	}
	return []option.ClientOption{
		option.WithEndpoint(host),
		option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	}
}

// Pool spreads the calls of a shared client over several connections: a connection to Google carries 100 calls at a time.
func Pool() option.ClientOption {
	return option.WithGRPCConnectionPool(min(4, runtime.GOMAXPROCS(0))) // as Google's Pub/Sub client does
}

// MaxReadTime is how long reads of administrative resources are retried. Spanner's admin clients retry for an hour.
const MaxReadTime = 2 * time.Minute

// Retry makes a client retry an idempotent gRPC call after ResourceExhausted too, within the client's own time limit.
// Google's clients retry that code only for calls with rows, so that a quota that is exceeded for a moment fails them.
func Retry() gax.CallOption {
	return gax.WithRetry(func() gax.Retryer {
		return gax.OnCodes([]codes.Code{
			codes.Aborted, codes.DeadlineExceeded, codes.Internal, codes.ResourceExhausted, codes.Unavailable, codes.Unknown,
		}, gax.Backoff{Initial: 100 * time.Millisecond, Max: 20 * time.Second, Multiplier: 2})
	})
}
