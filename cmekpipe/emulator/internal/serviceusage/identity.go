package serviceusage

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// generateIdentity answers with the primary agent of a service in a project, and without an address for a service whose
// agents are not primary. Source: https://docs.cloud.google.com/iam/docs/create-service-agents.
func (s *server) generateIdentity(c *restapi.Call) (any, error) {
	n, ok := s.access.Tree().Node("projects/" + c.Arg(0))
	if !ok {
		return nil, refuse.PermissionDenied("Not found or permission denied for projects/%s.", c.Arg(0))
	}
	project := n.Name[len("projects/"):]
	if _, err := s.service(project, c.Arg(1)); err != nil {
		return nil, err
	}
	identity := map[string]any{}
	if email := primaryAgent(c.Arg(1), project); email != "" {
		identity["email"], identity["uniqueId"] = email, core.ProjectNumber(email)
	}
	return restapi.Done("operations/finished.DONE_OPERATION", "google.api.serviceusage.v1beta1.ServiceIdentity", identity)
}

func primaryAgent(service, project string) string {
	switch service {
	case "dataflow.googleapis.com":
		return core.DataflowAgent(project)
	case "pubsub.googleapis.com":
		return core.PubSubAgent(project)
	case "spanner.googleapis.com":
		return core.SpannerAgent(project)
	case "bigtableadmin.googleapis.com":
		return core.BigtableAgent(project)
	case "firestore.googleapis.com":
		return core.FirestoreAgent(project)
	case "healthcare.googleapis.com":
		return core.HealthcareAgent(project)
	case "cloudkms.googleapis.com":
		return "service-" + core.ProjectNumber(project) + "@gcp-sa-ekms.iam.gserviceaccount.com"
	}
	return ""
}
