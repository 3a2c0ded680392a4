package emulator

import (
	"slices"

	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/kms"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

// Service names one of Google's services.
type Service string

// The services of the cloud. Compute has no endpoint: it stands for the disks of Dataflow's workers, which its agent
// encrypts. BigQueryStorage is the Storage Read and Write API of BigQuery, FirestoreAdmin the administration of the
// databases that Datastore serves; both share the agent of the service that they belong to.
const (
	KMS             Service = "kms"
	Storage         Service = "storage"
	Dataflow        Service = "dataflow"
	Compute         Service = "compute"
	BigQuery        Service = "bigquery"
	BigQueryStorage Service = "bigquerystorage"
	PubSub          Service = "pubsub"
	Spanner         Service = "spanner"
	Bigtable        Service = "bigtable"
	Datastore       Service = "datastore"
	FirestoreAdmin  Service = "firestore"
	Healthcare      Service = "healthcare"
)

// row is what the cloud must know about a service.
type row struct {
	name     Service
	variable string // where clients look for HOST:PORT
	options  func(host string) []option.ClientOption
	start    func(*Cloud, *core.Env) core.Server
}

// services is the seam for more of them: a function that returns the rows of one service. Cloud KMS comes first, as the
// others ask it for their keys.
func services() []row {
	return slices.Concat(
		coreServices(),
		pubsubServices(),
		healthcareServices(),
		spannerServices(),
		bigtableServices(),
		bigQueryServices(),
		datastoreServices(),
	)
}

func coreServices() []row {
	return []row{
		{KMS, endpoint.KMSVariable, endpoint.GRPCOptions, func(_ *Cloud, env *core.Env) core.Server {
			s := kms.New(env)
			env.Keys = s
			return s
		}},
		{Storage, endpoint.StorageVariable, storageOptions, func(c *Cloud, env *core.Env) core.Server {
			c.objects = gcs.New(env)
			return c.objects
		}},
		{Dataflow, endpoint.DataflowVariable, endpoint.HTTPOptions, func(c *Cloud, env *core.Env) core.Server {
			c.jobs = dataflow.New(env, c.objects.Inside())
			return c.jobs
		}},
	}
}

// storageOptions names the path too, which the client of Cloud Storage takes from its endpoint.
func storageOptions(host string) []option.ClientOption {
	return []option.ClientOption{option.WithEndpoint("http://" + host + "/storage/v1/"), option.WithoutAuthentication()}
}

// Agent returns the e-mail address of the service agent that encrypts for a service in a project. In a policy it is
// the member "serviceAccount:" and the address. It is "" for [KMS], which has none.
func Agent(s Service, project string) string {
	switch s {
	case Storage:
		return core.StorageAgent(project)
	case Dataflow:
		return core.DataflowAgent(project)
	case Compute:
		return core.ComputeAgent(project)
	case BigQuery, BigQueryStorage:
		return core.BigQueryAgent(project)
	case PubSub:
		return core.PubSubAgent(project)
	case Spanner:
		return core.SpannerAgent(project)
	case Bigtable:
		return core.BigtableAgent(project)
	case Datastore, FirestoreAdmin:
		return core.FirestoreAgent(project)
	case Healthcare:
		return core.HealthcareAgent(project)
	}
	return ""
}
