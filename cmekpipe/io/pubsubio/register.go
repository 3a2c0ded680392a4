package pubsubio

import (
	"context"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Workers find DoFns by name, in Beam's registry.
func init() {
	dofn.Register1x1[[]byte, *pubsubpb.PubsubMessage](&wrapFn{})
	dofn.Register1x2[[]byte, *pubsubpb.PubsubMessage, error](&decodeFn{})
	dofn.Register2x1[context.Context, *pubsubpb.PubsubMessage, error](&writeFn{})
	beam.RegisterDoFn(&createFn{})
	beam.RegisterDoFn(&pullFn{})
	register.Emitter2[beam.EventTime, []byte]()
}
