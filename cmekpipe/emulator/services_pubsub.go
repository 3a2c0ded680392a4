package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/pubsub"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

func pubsubServices() []row {
	return []row{
		{PubSub, emulatorenv.PubSub, endpoint.GRPC, func(_ *Cloud, env *service.Env) service.Server {
			return pubsub.New(env)
		}},
	}
}
