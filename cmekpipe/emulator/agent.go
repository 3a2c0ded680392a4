package emulator

import "github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"

// Agent returns the e-mail address of the service agent that encrypts for a service in a project. An IAM policy names
// the agent as "serviceAccount:" followed by the address. Agent returns "" for a service
// without one, such as [KMS].
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

// encrypting returns the services that encrypt with a key, one for each agent.
func encrypting() []Service {
	return []Service{Storage, Dataflow, Compute, BigQuery, PubSub, Spanner, Bigtable, Datastore, Healthcare}
}
