package emulator

import (
	"context"
	"io"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/healthcare"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

// healthcareServices is the Cloud Healthcare API, whose imports read the objects of the cloud's own Cloud Storage.
func healthcareServices() []row {
	return []row{
		{Healthcare, endpoint.HealthcareVariable, endpoint.HTTPOptions, func(c *Cloud, env *core.Env) core.Server {
			return healthcare.New(env, c.matchingObjects)
		}},
	}
}

// matchingObjects reads objects of Cloud Storage as another service does.
func (c *Cloud) matchingObjects(
	ctx context.Context, bucket, prefix string, match func(name string) bool,
) ([]io.Reader, error) {
	for _, r := range c.running {
		if s, ok := r.server.(*gcs.Server); ok {
			return s.Matching(ctx, bucket, prefix, match)
		}
	}
	panic("emulator: a cloud without Cloud Storage")
}
