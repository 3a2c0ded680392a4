package emulator

import (
	"context"
	"strconv"

	"google.golang.org/api/option"
	"google.golang.org/grpc/metadata"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Endpoint returns the HOST:PORT of a service; "" for one that has none.
func (c *Cloud) Endpoint(s Service) string {
	for _, r := range c.running {
		if r.name == s {
			return r.host
		}
	}
	return ""
}

// Environ returns the variables by which programs find the cloud, in the form of [os.Environ]:
// "STORAGE_EMULATOR_HOST=127.0.0.1:40001". Google's client of Cloud Storage honours its variable by itself, this
// module's packages honour all of them.
func (c *Cloud) Environ() []string {
	pairs := make([]string, len(c.running))
	for i, r := range c.running {
		pairs[i] = r.variable + "=" + r.host
	}
	return pairs
}

// ClientOptions points Google's client of a service at the cloud: cloud.google.com/go/kms/apiv1,
// cloud.google.com/go/storage, google.golang.org/api/dataflow/v1b3. It panics for a service that has no endpoint, whose
// client would otherwise turn to Google.
func (c *Cloud) ClientOptions(s Service) []option.ClientOption {
	for _, r := range c.running {
		if r.name == s {
			return r.options(r.host)
		}
	}
	panic("emulator: no clients for service " + strconv.Quote(string(s)))
}

// As makes calls to Cloud KMS with the context come from a member, as a policy names it: "user:ann@example.com",
// "serviceAccount:" and an [Agent]. The member may do only what the policies of keys and key rings grant it.
func As(ctx context.Context, member string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, core.PrincipalHeader, member)
}
