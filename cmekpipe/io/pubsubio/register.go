package pubsubio

import (
	"context"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry.
func init() {
	register.DoFn1x1[[]byte, *pubsubpb.PubsubMessage](&wrapFn{})
	register.DoFn2x1[context.Context, *pubsubpb.PubsubMessage, error](&writeFn{})
	beam.RegisterDoFn(&pullFn{}) // package register compiles for minutes where a method has six parameters
	register.Emitter2[beam.EventTime, []byte]()
}
