package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigtable"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

func bigtableServices() []row {
	return []row{{Bigtable, endpoint.BigtableVariable, endpoint.GRPCOptions, func(_ *Cloud, env *service.Env) service.Server {
		return bigtable.New(env)
	}}}
}
