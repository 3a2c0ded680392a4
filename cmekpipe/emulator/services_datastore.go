package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/datastore"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

// datastoreServices are the entities of Datastore and the administration of their databases.
func datastoreServices() []row {
	var admin *datastore.Admin
	return []row{
		{Datastore, endpoint.DatastoreVariable, endpoint.GRPCOptions, func(_ *Cloud, env *core.Env) core.Server {
			data, databases := datastore.New(env)
			admin = databases
			return data
		}},
		{FirestoreAdmin, endpoint.FirestoreAdminVariable, endpoint.HTTPOptions, func(*Cloud, *core.Env) core.Server { return admin }},
	}
}
