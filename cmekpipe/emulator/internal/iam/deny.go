package iam

import (
	"net/url"
	"strings"

	api "google.golang.org/api/iam/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// attached returns the organization, folder or project whose deny policies a call is about, on which the caller has a
// permission. The name in the path is escaped: "cloudresourcemanager.googleapis.com%2Fprojects%2Fbank-prod".
func (s *Server) attached(c *restapi.Call, verb string) (hierarchy.Node, error) {
	point, err := url.PathUnescape(c.Arg(0))
	name, found := strings.CutPrefix(point, "cloudresourcemanager.googleapis.com/")
	if err != nil || !found {
		return hierarchy.Node{}, refuse.InvalidArgument("got attachment point %q, want cloudresourcemanager.googleapis.com%%2Fprojects%%2FID or the like", c.Arg(0))
	}
	n, ok := s.access.Tree().Node(name)
	permission := "iam.denypolicies." + verb
	if !ok {
		return n, access.Denied(permission, "//"+point)
	}
	return n, s.access.Authorize(c.Principal, permission, n.Name)
}

// listDenies returns policies without their rules, as Google's service does.
func (s *Server) listDenies(c *restapi.Call) (any, error) {
	n, err := s.attached(c, "list")
	if err != nil {
		return nil, err
	}
	part, next, err := restapi.Page(c, s.access.DenyPolicies(n.Name), 1000)
	if err != nil {
		return nil, err
	}
	answer := &api.GoogleIamV2ListPoliciesResponse{NextPageToken: next}
	for _, p := range part {
		summary := *p
		summary.Rules = nil
		answer.Policies = append(answer.Policies, &summary)
	}
	return answer, nil
}

func (s *Server) getDeny(c *restapi.Call) (any, error) {
	n, err := s.attached(c, "get")
	if err != nil {
		return nil, err
	}
	return s.access.DenyPolicy(n.Name, c.Arg(1))
}

func (s *Server) createDeny(c *restapi.Call) (any, error) {
	id := c.Query.Get("policyId")
	return s.changeDeny(c, "create", func(owner string, p *access.DenyPolicy) (*access.DenyPolicy, error) {
		return s.access.CreateDenyPolicy(owner, id, p)
	})
}

func (s *Server) updateDeny(c *restapi.Call) (any, error) {
	return s.changeDeny(c, "update", func(owner string, p *access.DenyPolicy) (*access.DenyPolicy, error) {
		return s.access.UpdateDenyPolicy(owner, c.Arg(1), p)
	})
}

func (s *Server) deleteDeny(c *restapi.Call) (any, error) {
	return s.changeDeny(c, "delete", func(owner string, _ *access.DenyPolicy) (*access.DenyPolicy, error) {
		return s.access.DeleteDenyPolicy(owner, c.Arg(1), c.Query.Get("etag"))
	})
}

func (s *Server) changeDeny(c *restapi.Call, verb string, change func(owner string, p *access.DenyPolicy) (*access.DenyPolicy, error)) (any, error) {
	var asked access.DenyPolicy
	if err := c.Decode(&asked); err != nil {
		return nil, err
	}
	n, err := s.attached(c, verb)
	if err != nil {
		return nil, err
	}
	p, err := change(n.Name, &asked)
	if err != nil {
		return nil, err
	}
	return restapi.Done(p.Name+"/operations/"+verb, "google.iam.v2.Policy", p)
}
