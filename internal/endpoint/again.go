package endpoint

import (
	"time"

	"github.com/googleapis/gax-go/v2"
	"google.golang.org/grpc/codes"
)

// lookTime is for how long a look at what Spanner administers is tried again: its client would for an hour.
const lookTime = 2 * time.Minute

// again makes a call over gRPC that may be made twice, such as one that looks, be made again for as long as its client
// does so after Unavailable. Google's clients give up at once where a quota is used up for the moment, which is
// ResourceExhausted, in all calls but those with rows.
func again() gax.CallOption {
	return gax.WithRetry(func() gax.Retryer {
		return gax.OnCodes([]codes.Code{
			codes.Aborted, codes.DeadlineExceeded, codes.Internal, codes.ResourceExhausted, codes.Unavailable, codes.Unknown,
		}, gax.Backoff{Initial: 100 * time.Millisecond, Max: 20 * time.Second, Multiplier: 2})
	})
}
