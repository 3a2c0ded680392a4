package emulator

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/storage"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

// bigQueryServices are two listeners on the same tables.
func bigQueryServices() []row {
	return []row{
		{BigQuery, endpoint.BigQueryVariable, endpoint.BigQueryOptions, func(c *Cloud, env *core.Env) core.Server {
			c.tables = store.New(env)
			return bigquery.New(env, c.tables, c.objects.Inside())
		}},
		{BigQueryStorage, endpoint.BigQueryStorageVariable, endpoint.GRPCOptions, func(c *Cloud, env *core.Env) core.Server {
			return storage.New(env, c.tables)
		}},
	}
}
