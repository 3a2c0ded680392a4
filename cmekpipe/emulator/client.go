package emulator

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/googleapis/gax-go/v2/callctx"
	"google.golang.org/api/option"
	"google.golang.org/grpc/metadata"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Endpoint returns the HOST:PORT of a service, or "" for a service without an endpoint.
func (c *Cloud) Endpoint(s Service) string {
	for _, r := range c.running {
		if r.name == s {
			return r.host
		}
	}
	return ""
}

// Environ returns the environment variables that lead clients to the cloud, in the form of [os.Environ]:
// "PUBSUB_EMULATOR_HOST=127.0.0.1:40001". The variables of Cloud Storage and BigQuery have the scheme, "http://", which
// Google's clients for Python need. This module's packages honour all variables; the package documentation says which of
// Google's clients do.
func (c *Cloud) Environ() []string {
	pairs := make([]string, len(c.running))
	for i, r := range c.running {
		pairs[i] = r.variable + "=" + r.scheme + r.host
	}
	return pairs
}

// ClientOptions returns the options that connect Google's client of a service to the cloud, such as the clients of
// cloud.google.com/go/kms/apiv1, cloud.google.com/go/storage and google.golang.org/api/dataflow/v1b3. It panics for a
// service without an endpoint, whose client would connect to Google Cloud.
func (c *Cloud) ClientOptions(s Service) []option.ClientOption {
	for _, r := range c.running {
		if r.name == s {
			return r.options(r.host)
		}
	}
	panic("emulator: no clients for service " + strconv.Quote(string(s)))
}

// Setenv sets the variables of [Cloud.Environ] in this process, so that this module's packages, and Google's clients
// that honour the variables, connect to the cloud. It is for programs; tests use package cmektest, which also restores
// the variables.
func (c *Cloud) Setenv() error {
	for _, pair := range c.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("emulator: set %s: %w", name, err)
		}
	}
	return nil
}

// As returns a context whose calls are made by a member, named as in an IAM policy: "user:ann@example.com", or
// "serviceAccount:" followed by the address of an [Agent]. The policies of keys, key rings, projects, folders and
// organizations decide what the member may do in Cloud KMS and in the services that administer access; the other
// services don't distinguish callers.
func As(ctx context.Context, member string) context.Context {
	ctx = callctx.SetHeaders(ctx, core.PrincipalHeader, member)
	return metadata.AppendToOutgoingContext(ctx, core.PrincipalHeader, member)
}
