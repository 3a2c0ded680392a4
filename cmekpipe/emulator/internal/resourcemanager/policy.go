package resourcemanager

import (
	"strings"

	"cloud.google.com/go/iam/apiv1/iampb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

func (s *Server) getPolicy(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		var request iampb.GetIamPolicyRequest
		if err := c.Decode(&request); err != nil {
			return nil, err
		}
		n, err := s.authorized(c, kind, "getIamPolicy")
		if err != nil {
			return nil, err
		}
		return restapi.Message(s.access.Policy(n.Name, request.GetOptions().GetRequestedPolicyVersion()))
	}
}

func (s *Server) setPolicy(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		var request iampb.SetIamPolicyRequest
		if err := c.Decode(&request); err != nil {
			return nil, err
		}
		n, err := s.authorized(c, kind, "setIamPolicy")
		if err != nil {
			return nil, err
		}
		return restapi.Message(s.access.SetPolicy(n.Name, request.GetPolicy(), request.GetUpdateMask().GetPaths()))
	}
}

// testPermissions answers which permissions the caller has, of any service.
func (s *Server) testPermissions(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		var request iampb.TestIamPermissionsRequest
		if err := c.Decode(&request); err != nil {
			return nil, err
		}
		for _, p := range request.GetPermissions() {
			if strings.Contains(p, "*") || strings.Count(p, ".") < 2 {
				return nil, refuse.InvalidArgument("Permission %s is not valid for this resource.", p)
			}
		}
		name := kind + "/" + c.Arg(0)
		n, ok := s.access.Tree().Node(name)
		if !ok {
			return nil, refuse.PermissionDenied("The caller does not have permission")
		}
		return restapi.Message(&iampb.TestIamPermissionsResponse{Permissions: s.access.Held(c.Principal, n.Name, request.GetPermissions())}, nil)
	}
}
