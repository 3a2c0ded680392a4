package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigtable"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

func bigtableServices() []row {
	return []row{{Bigtable, emulatorenv.Bigtable, endpoint.GRPC, func(_ *Cloud, env *service.Env) service.Server {
		return bigtable.New(env)
	}}}
}
