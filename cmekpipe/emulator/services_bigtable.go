package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigtable"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

func bigtableServices() []row {
	return []row{{Bigtable, endpoint.BigtableVariable, endpoint.GRPCOptions, func(_ *Cloud, env *core.Env) core.Server {
		return bigtable.New(env)
	}}}
}
