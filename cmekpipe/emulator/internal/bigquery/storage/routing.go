package storage

import (
	"context"
	"net/url"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// routingHeader tells Google's front ends which region a call is for.
const routingHeader = "x-goog-request-params"

// checkRouting refuses a call of AppendRows whose header names another stream, or none where required says that calls
// without it don't find their region.
func checkRouting(ctx context.Context, stream string, required bool) error {
	headers := metadata.ValueFromIncomingContext(ctx, routingHeader)
	for _, header := range headers {
		values, err := url.ParseQuery(header)
		if err != nil {
			return refuse(codes.InvalidArgument, "Invalid %s: %s", routingHeader, header)
		}
		if named := values.Get("write_stream"); named != "" {
			if strings.TrimSpace(named) != stream {
				return refuse(codes.InvalidArgument, "The %s is for %s, the request for %s", routingHeader, named, stream)
			}
			return nil
		}
	}
	if required {
		return refuse(codes.NotFound, "Requested entity was not found. Entity: %s", stream)
	}
	return nil
}
