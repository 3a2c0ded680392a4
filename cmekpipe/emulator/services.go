package emulator

import (
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/kms"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/service"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
)

// Service names one of Google's services.
type Service string

// The services of the cloud. Compute has no endpoint: it stands for the disks of Dataflow's workers, which its agent
// encrypts.
const (
	KMS      Service = "kms"
	Storage  Service = "storage"
	Dataflow Service = "dataflow"
	Compute  Service = "compute"
)

// row is what the cloud must know about a service.
type row struct {
	name     Service
	variable string // where clients look for HOST:PORT
	options  func(host string) []option.ClientOption
	start    func(*Cloud, *service.Env) service.Server
}

// services is the seam for more of them. Cloud KMS comes first, as the others ask it for their keys.
func services() []row {
	return []row{
		{KMS, endpoint.KMSVariable, endpoint.GRPCOptions, func(_ *Cloud, env *service.Env) service.Server {
			s := kms.New(env)
			env.Keys = s
			return s
		}},
		{Storage, endpoint.StorageVariable, storageOptions, func(_ *Cloud, env *service.Env) service.Server {
			return gcs.New(env)
		}},
		{Dataflow, endpoint.DataflowVariable, endpoint.HTTPOptions, func(c *Cloud, env *service.Env) service.Server {
			c.jobs = dataflow.New(env)
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
		return service.StorageAgent(project)
	case Dataflow:
		return service.DataflowAgent(project)
	case Compute:
		return service.ComputeAgent(project)
	}
	return ""
}
