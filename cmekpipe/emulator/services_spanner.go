package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/spanner"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

func spannerServices() []row {
	return []row{{Spanner, endpoint.SpannerVariable, endpoint.GRPCOptions, func(_ *Cloud, env *core.Env) core.Server {
		return spanner.New(env)
	}}}
}
