package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/storage"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

// bigQueryServices are two listeners on the same tables.
func bigQueryServices() []row {
	return []row{
		{BigQuery, emulatorenv.BigQuery, bigqueryclient.Options, func(c *Cloud, env *service.Env) service.Server {
			c.tables = store.New(env)
			return bigquery.New(env, c.tables, c.objects.Inside())
		}},
		{BigQueryStorage, emulatorenv.BigQueryStorage, endpoint.GRPC, func(c *Cloud, env *service.Env) service.Server {
			return storage.New(env, c.tables)
		}},
	}
}
