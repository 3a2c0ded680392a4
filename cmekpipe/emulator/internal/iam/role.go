package iam

import (
	"strings"

	api "google.golang.org/api/iam/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// getPredefined needs no permission, as in Google's service.
func (s *Server) getPredefined(c *restapi.Call) (any, error) {
	return s.access.Role("roles/" + c.Arg(0))
}

func (s *Server) listPredefined(c *restapi.Call) (any, error) { return s.roles(c, "") }

func (s *Server) roles(c *restapi.Call, owner string) (any, error) {
	part, next, err := restapi.Page(c, s.access.Roles(owner, c.Query.Get("showDeleted") == "true"), 1000)
	if err != nil {
		return nil, err
	}
	if c.Query.Get("view") != "FULL" {
		for _, r := range part {
			r.IncludedPermissions = nil
		}
	}
	return &api.ListRolesResponse{Roles: part, NextPageToken: next}, nil
}

// authorize returns the project or organization of a call, on which the caller has a permission.
func (s *Server) authorize(c *restapi.Call, kind, permission string) (owner string, err error) {
	owner = s.access.Tree().Canonical(kind + "/" + c.Arg(0))
	if _, ok := s.access.Tree().Node(owner); !ok {
		return owner, refuse.PermissionDenied("You don't have permission %s on %s (or it may not exist).", permission, owner)
	}
	return owner, s.access.Authorize(c.Principal, permission, owner)
}

func (s *Server) listRoles(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		owner, err := s.authorize(c, kind, "iam.roles.list")
		if err != nil {
			return nil, err
		}
		return s.roles(c, owner)
	}
}

func (s *Server) getRole(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		owner, err := s.authorize(c, kind, "iam.roles.get")
		if err != nil {
			return nil, err
		}
		return s.access.Role(owner + "/roles/" + c.Arg(1))
	}
}

func (s *Server) createRole(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		var request api.CreateRoleRequest
		if err := c.Decode(&request); err != nil {
			return nil, err
		}
		owner, err := s.authorize(c, kind, "iam.roles.create")
		if err != nil {
			return nil, err
		}
		if request.Role == nil {
			request.Role = &api.Role{}
		}
		return s.access.CreateRole(owner, request.RoleId, request.Role)
	}
}

func (s *Server) patchRole(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		var asked api.Role
		if err := c.Decode(&asked); err != nil {
			return nil, err
		}
		owner, err := s.authorize(c, kind, "iam.roles.update")
		if err != nil {
			return nil, err
		}
		mask := strings.Split(c.Query.Get("updateMask"), ",")
		return s.access.UpdateRole(owner+"/roles/"+c.Arg(1), func(old api.Role) (*api.Role, error) {
			old.Etag = asked.Etag
			for _, field := range mask {
				switch field {
				case "":
					old.Title, old.Description, old.Stage, old.IncludedPermissions = asked.Title, asked.Description, asked.Stage, asked.IncludedPermissions
				case "title":
					old.Title = asked.Title
				case "description":
					old.Description = asked.Description
				case "stage":
					old.Stage = asked.Stage
				case "includedPermissions":
					old.IncludedPermissions = asked.IncludedPermissions
				default:
					return nil, refuse.InvalidArgument("got %q in updateMask, want title, description, stage and includedPermissions", field)
				}
			}
			return &old, nil
		})
	}
}

// setDeleted deletes a role, which then contributes no permissions, or undoes that.
func (s *Server) setDeleted(kind, verb string, deleted bool) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		owner, err := s.authorize(c, kind, "iam.roles."+verb)
		if err != nil {
			return nil, err
		}
		return s.access.UpdateRole(owner+"/roles/"+c.Arg(1), func(old api.Role) (*api.Role, error) {
			old.Deleted, old.Etag = deleted, c.Query.Get("etag")
			return &old, nil
		})
	}
}
