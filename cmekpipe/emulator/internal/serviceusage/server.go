package serviceusage

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// New returns a server of a state, whose calls need permissions.
func New(env *core.Env, policies *access.Store, state *State) core.Server {
	s := &server{policies, state}
	return restapi.New(env, "Service Usage", s.methods())
}

type server struct {
	access *access.Store
	state  *State
}

func (s *server) methods() []restapi.Method {
	const services, beta = "/v1/projects/*/services", "/v1beta1/projects/*/services"
	const metrics = beta + "/*/consumerQuotaMetrics"
	views := []string{"pageSize", "pageToken", "view"}
	return []restapi.Method{
		{Name: "serviceusage.services.list", Verb: "GET", Path: services, Query: []string{"filter", "pageSize", "pageToken"}, Serve: s.list},
		{Name: "serviceusage.services.batchGet", Verb: "GET", Path: services + ":batchGet", Query: []string{"names"}, Serve: s.batchGet},
		{Name: "serviceusage.services.batchEnable", Verb: "POST", Path: services + ":batchEnable", Serve: s.batchEnable},
		{Name: "serviceusage.services.enable", Verb: "POST", Path: services + "/*:enable", Serve: s.enable},
		{Name: "serviceusage.services.disable", Verb: "POST", Path: services + "/*:disable", Serve: s.disable},
		{Name: "serviceusage.services.get", Verb: "GET", Path: services + "/*", Serve: s.get},
		{Name: "serviceusage.services.consumerQuotaMetrics.list", Verb: "GET", Path: metrics, Query: views, Serve: s.listMetrics},
		{Name: "serviceusage.services.consumerQuotaMetrics.get", Verb: "GET", Path: metrics + "/*", Query: views[2:], Serve: s.getMetric},
		{Name: "serviceusage.services.generateServiceIdentity", Verb: "POST", Path: beta + "/*:generateServiceIdentity", Serve: s.generateIdentity},

		{Name: "serviceusage.operations.get", Verb: "GET", Path: "/v1/operations/*"},
		{Name: "serviceusage.operations.list", Verb: "GET", Path: "/v1/operations"},
		{Name: "serviceusage.services.get of v1beta1", Verb: "GET", Path: beta + "/*"},
		{Name: "serviceusage.services.list of v1beta1", Verb: "GET", Path: beta},
		{Name: "serviceusage.services.consumerQuotaMetrics.limits.get", Verb: "GET", Path: metrics + "/*/limits/*"},
		{Name: "serviceusage.services.consumerQuotaMetrics.importAdminOverrides", Verb: "POST", Path: metrics + ":importAdminOverrides"},
		{Name: "serviceusage.services.consumerQuotaMetrics.importConsumerOverrides", Verb: "POST", Path: metrics + ":importConsumerOverrides"},
		{Name: "serviceusage.services.consumerQuotaMetrics.limits.consumerOverrides.create", Verb: "POST", Path: metrics + "/*/limits/*/consumerOverrides"},
		{Name: "serviceusage.services.consumerQuotaMetrics.limits.consumerOverrides.list", Verb: "GET", Path: metrics + "/*/limits/*/consumerOverrides"},
	}
}
