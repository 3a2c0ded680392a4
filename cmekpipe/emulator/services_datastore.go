package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/datastore"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

// datastoreServices are the entities of Datastore and the administration of their databases.
func datastoreServices() []row {
	var admin *datastore.Admin
	return []row{
		{Datastore, endpoint.DatastoreVariable, endpoint.GRPCOptions, func(_ *Cloud, env *service.Env) service.Server {
			data, databases := datastore.New(env)
			admin = databases
			return data
		}},
		{FirestoreAdmin, endpoint.FirestoreAdminVariable, endpoint.HTTPOptions, func(*Cloud, *service.Env) service.Server { return admin }},
	}
}
