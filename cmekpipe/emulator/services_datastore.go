package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/datastore"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

// datastoreServices are the entities of Datastore and the administration of their databases.
func datastoreServices() []row {
	var admin *datastore.Admin
	return []row{
		{Datastore, emulatorenv.Datastore, endpoint.GRPC, func(_ *Cloud, env *service.Env) service.Server {
			data, databases := datastore.New(env)
			admin = databases
			return data
		}},
		{FirestoreAdmin, emulatorenv.FirestoreAdmin, endpoint.HTTP, func(*Cloud, *service.Env) service.Server { return admin }},
	}
}
