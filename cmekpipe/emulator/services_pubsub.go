package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/pubsub"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

func pubsubServices() []row {
	return []row{
		{PubSub, endpoint.PubSubVariable, endpoint.GRPCOptions, func(_ *Cloud, env *core.Env) core.Server {
			return pubsub.New(env)
		}},
	}
}
