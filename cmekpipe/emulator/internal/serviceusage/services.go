package serviceusage

import (
	"maps"
	"slices"
	"strings"

	api "google.golang.org/api/serviceusage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// maxNames is how many services a batch call may name. Source: the comments of the API.
const maxNames = 30

// project returns the id of the project of a call, on which the caller has a permission.
func (s *server) project(c *restapi.Call, permission string) (string, error) {
	n, ok := s.access.Tree().Node("projects/" + c.Arg(0))
	if !ok || !s.access.Holds(c.Principal, permission, n.Name) {
		return "", access.Denied(permission, "projects/"+c.Arg(0))
	}
	return strings.TrimPrefix(n.Name, "projects/"), nil
}

func (s *server) service(project, service string) (*api.GoogleApiServiceusageV1Service, error) {
	title := titles()[service]
	if title == "" {
		return nil, refuse.PermissionDenied("Not found or permission denied for service(s): %s.", service)
	}
	parent := "projects/" + core.ProjectNumber(project)
	state := "ENABLED"
	if !s.state.on(service, project) {
		state = "DISABLED"
	}
	return &api.GoogleApiServiceusageV1Service{Name: parent + "/services/" + service, Parent: parent, State: state,
		Config: &api.GoogleApiServiceusageV1ServiceConfig{Name: service, Title: title}}, nil
}

func (s *server) get(c *restapi.Call) (any, error) {
	project, err := s.project(c, "serviceusage.services.get")
	if err != nil {
		return nil, err
	}
	return s.service(project, c.Arg(1))
}

func (s *server) batchGet(c *restapi.Call) (any, error) {
	project, err := s.project(c, "serviceusage.services.get")
	if err != nil {
		return nil, err
	}
	names := c.Query["names"]
	if len(names) == 0 || len(names) > maxNames {
		return nil, refuse.InvalidArgument("got %d names, want 1 to %d", len(names), maxNames)
	}
	answer := &api.BatchGetServicesResponse{}
	for _, name := range names {
		parent, service, _ := strings.Cut(name, "/services/")
		if s.access.Tree().Canonical(parent) != "projects/"+project {
			return nil, refuse.InvalidArgument("got name %q, want a service of projects/%s", name, c.Arg(0))
		}
		found, err := s.service(project, service)
		if err != nil {
			return nil, err
		}
		answer.Services = append(answer.Services, found)
	}
	return answer, nil
}

func (s *server) list(c *restapi.Call) (any, error) {
	project, err := s.project(c, "serviceusage.services.list")
	if err != nil {
		return nil, err
	}
	filter := c.Query.Get("filter")
	state, ok := strings.CutPrefix(filter, "state:")
	if filter != "" && (!ok || state != "ENABLED" && state != "DISABLED") {
		return nil, refuse.InvalidArgument("got filter %q, want state:ENABLED or state:DISABLED", filter)
	}
	var all []*api.GoogleApiServiceusageV1Service
	for _, name := range slices.Sorted(maps.Keys(titles())) {
		if found, err := s.service(project, name); err == nil && (state == "" || found.State == state) {
			all = append(all, found)
		}
	}
	part, next, err := restapi.Page(c, all, 200)
	if err != nil {
		return nil, err
	}
	return &api.ListServicesResponse{Services: part, NextPageToken: next}, nil
}

func (s *server) enable(c *restapi.Call) (any, error) {
	var request api.EnableServiceRequest
	if err := c.Decode(&request); err != nil {
		return nil, err
	}
	return s.change(c, "enable", "EnableServiceResponse", true)
}

func (s *server) disable(c *restapi.Call) (any, error) {
	var request api.DisableServiceRequest
	if err := c.Decode(&request); err != nil {
		return nil, err
	}
	return s.change(c, "disable", "DisableServiceResponse", false)
}

func (s *server) change(c *restapi.Call, verb, response string, on bool) (any, error) {
	project, err := s.project(c, "serviceusage.services."+verb)
	if err != nil {
		return nil, err
	}
	if _, err := s.service(project, c.Arg(1)); err != nil {
		return nil, err
	}
	if err := s.state.Set(project, c.Arg(1), on); err != nil {
		return nil, err
	}
	changed, err := s.service(project, c.Arg(1))
	if err != nil {
		return nil, err
	}
	return restapi.Done("operations/acat."+verb, "google.api.serviceusage.v1."+response, map[string]any{"service": changed})
}

func (s *server) batchEnable(c *restapi.Call) (any, error) {
	var request api.BatchEnableServicesRequest
	if err := c.Decode(&request); err != nil {
		return nil, err
	}
	project, err := s.project(c, "serviceusage.services.enable")
	if err != nil {
		return nil, err
	}
	answer := &api.BatchEnableServicesResponse{}
	for _, name := range request.ServiceIds {
		if _, err := s.service(project, name); err != nil {
			return nil, err
		}
	}
	for _, name := range request.ServiceIds {
		if err := s.state.Set(project, name, true); err != nil {
			return nil, err
		}
		enabled, err := s.service(project, name)
		if err != nil {
			return nil, err
		}
		answer.Services = append(answer.Services, enabled)
	}
	return restapi.Done("operations/acat.batchEnable", "google.api.serviceusage.v1.BatchEnableServicesResponse", answer)
}
