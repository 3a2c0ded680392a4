package emulator

import (
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery"
	bqstorage "github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/storage"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigtable"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/compute"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/datastore"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/healthcare"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/iam"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/kms"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/orgpolicy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/pubsub"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/resourcemanager"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/serviceusage"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/spanner"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/troubleshooter"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Service names one of Google's services.
type Service string

// The services of the cloud. Compute serves reads only; its agent also encrypts the disks of Dataflow
// workers. BigQueryStorage is the Storage Read and Write API of BigQuery, FirestoreAdmin the API that administers the
// databases of Datastore; each shares the agent of the service that it belongs to. The last ones administer access and
// encrypt nothing.
const (
	KMS                  Service = "kms"
	Storage              Service = "storage"
	Dataflow             Service = "dataflow"
	Compute              Service = "compute"
	BigQuery             Service = "bigquery"
	BigQueryStorage      Service = "bigquerystorage"
	PubSub               Service = "pubsub"
	Spanner              Service = "spanner"
	Bigtable             Service = "bigtable"
	Datastore            Service = "datastore"
	FirestoreAdmin       Service = "firestore"
	Healthcare           Service = "healthcare"
	ResourceManager      Service = "cloudresourcemanager"
	IAM                  Service = "iam"
	PolicyTroubleshooter Service = "policytroubleshooter"
	ServiceUsage         Service = "serviceusage"
	OrganizationPolicy   Service = "orgpolicy"
)

// row describes how the cloud starts one service.
type row struct {
	name     Service
	variable string // the environment variable that holds HOST:PORT for clients
	options  func(host string) []option.ClientOption
	start    func(*Cloud, *core.Env) core.Server
	scheme   string // before HOST:PORT in the variable, for clients in other languages than Go that want it
}

// services returns the table of all services, in the order in which they start: the others need Cloud KMS for their keys,
// and Dataflow, BigQuery and Healthcare read objects of Cloud Storage.
func services() []row {
	var admin *datastore.Admin
	return []row{
		{KMS, shared.KMSHost, endpoint.GRPC, func(c *Cloud, env *core.Env) core.Server {
			c.keys = kms.New(env, c.access)
			env.Keys = c.keys
			return c.keys
		}, ""},
		{Storage, shared.StorageHost, storageOptions, func(c *Cloud, env *core.Env) core.Server {
			c.objects = gcs.New(env)
			return c.objects
		}, "http://"},
		{Dataflow, shared.DataflowHost, endpoint.HTTP, func(c *Cloud, env *core.Env) core.Server {
			c.jobs = dataflow.New(env, c.objects.Inside())
			return c.jobs
		}, ""},
		{PubSub, shared.PubSubHost, endpoint.GRPC, func(_ *Cloud, env *core.Env) core.Server { return pubsub.New(env) }, ""},
		{Healthcare, shared.HealthcareHost, endpoint.HTTP, func(c *Cloud, env *core.Env) core.Server {
			c.records = healthcare.New(env, c.objects.Matching)
			return c.records
		}, ""},
		{Spanner, shared.SpannerHost, endpoint.GRPC, func(_ *Cloud, env *core.Env) core.Server { return spanner.New(env) }, ""},
		{Bigtable, shared.BigtableHost, endpoint.GRPC, func(_ *Cloud, env *core.Env) core.Server { return bigtable.New(env) }, ""},
		{BigQuery, shared.BigQueryHost, bigqueryclient.Options, func(c *Cloud, env *core.Env) core.Server {
			c.tables = store.New(env)
			c.queries = bigquery.New(env, c.tables, c.objects.Inside())
			return c.queries
		}, "http://"},
		{BigQueryStorage, shared.BigQueryStorageHost, endpoint.GRPC, func(c *Cloud, env *core.Env) core.Server {
			return bqstorage.New(env, c.tables)
		}, ""},
		{Datastore, shared.DatastoreHost, endpoint.GRPC, func(_ *Cloud, env *core.Env) core.Server {
			data, databases := datastore.New(env)
			admin = databases
			return data
		}, ""},
		{FirestoreAdmin, shared.FirestoreAdminHost, endpoint.HTTP, func(*Cloud, *core.Env) core.Server { return admin }, ""},
		{ResourceManager, shared.ResourceManagerHost, endpoint.HTTP, func(c *Cloud, env *core.Env) core.Server { return resourcemanager.New(env, c.access) }, ""},
		{IAM, shared.IAMHost, endpoint.HTTP, func(c *Cloud, env *core.Env) core.Server { return iam.New(env, c.access) }, ""},
		{PolicyTroubleshooter, shared.PolicyTroubleshooterHost, endpoint.HTTP, func(c *Cloud, env *core.Env) core.Server { return troubleshooter.New(env, c.access) }, ""},
		{ServiceUsage, shared.ServiceUsageHost, endpoint.HTTP, func(c *Cloud, env *core.Env) core.Server { return serviceusage.New(env, c.access, c.usage) }, ""},
		{OrganizationPolicy, shared.OrgPolicyHost, endpoint.HTTP, func(c *Cloud, env *core.Env) core.Server { return orgpolicy.New(env, c.access, c.policies) }, ""},
		{Compute, shared.ComputeHost, computeOptions, func(c *Cloud, env *core.Env) core.Server {
			c.machines = compute.New(env, c.access)
			return c.machines
		}, ""},
	}
}

// computeOptions includes the path of the API, which the client of Compute Engine reads from its endpoint.
func computeOptions(host string) []option.ClientOption {
	return []option.ClientOption{option.WithEndpoint("http://" + host + compute.BasePath), option.WithoutAuthentication()}
}

// storageOptions includes the path of the API, which the client of Cloud Storage reads from its endpoint.
func storageOptions(host string) []option.ClientOption {
	return []option.ClientOption{option.WithEndpoint("http://" + host + "/storage/v1/"), option.WithoutAuthentication()}
}
