package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/spanner"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

func spannerServices() []row {
	return []row{{Spanner, emulatorenv.Spanner, endpoint.GRPC, func(_ *Cloud, env *service.Env) service.Server {
		return spanner.New(env)
	}}}
}
