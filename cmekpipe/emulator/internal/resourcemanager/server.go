package resourcemanager

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// Server is the loopback Resource Manager. Use [New].
type Server struct {
	*core.HTTPServer

	access *access.Store
}

var _ core.Server = (*Server)(nil)

// New returns a server of a hierarchy and its policies.
func New(env *core.Env, policies *access.Store) *Server {
	s := &Server{access: policies}
	s.HTTPServer = restapi.New(env, "Resource Manager", s.methods())
	return s
}

func (s *Server) methods() []restapi.Method {
	list := []string{"pageSize", "pageToken", "parent", "showDeleted"}
	search := []string{"pageSize", "pageToken", "query"}
	methods := []restapi.Method{
		{Name: "cloudresourcemanager.projects.list", Verb: "GET", Path: "/v3/projects", Query: list, Serve: s.listProjects},
		{Name: "cloudresourcemanager.projects.search", Verb: "GET", Path: "/v3/projects:search", Query: search, Serve: s.searchProjects},
		{Name: "cloudresourcemanager.folders.list", Verb: "GET", Path: "/v3/folders", Query: list, Serve: s.listFolders},
		{Name: "cloudresourcemanager.folders.search", Verb: "GET", Path: "/v3/folders:search", Query: search, Serve: s.searchFolders},
		{Name: "cloudresourcemanager.organizations.search", Verb: "GET", Path: "/v3/organizations:search", Query: search, Serve: s.searchOrganizations},
		{Name: "cloudresourcemanager.projects.get", Verb: "GET", Path: "/v3/projects/*", Serve: s.getProject},
		{Name: "cloudresourcemanager.folders.get", Verb: "GET", Path: "/v3/folders/*", Serve: s.getFolder},
		{Name: "cloudresourcemanager.organizations.get", Verb: "GET", Path: "/v3/organizations/*", Serve: s.getOrganization},
	}
	for _, kind := range kinds() {
		name, path := "cloudresourcemanager."+kind, "/v3/"+kind+"/*:"
		methods = append(methods,
			restapi.Method{Name: name + ".getIamPolicy", Verb: "POST", Path: path + "getIamPolicy", Serve: s.getPolicy(kind)},
			restapi.Method{Name: name + ".setIamPolicy", Verb: "POST", Path: path + "setIamPolicy", Serve: s.setPolicy(kind)},
			restapi.Method{Name: name + ".testIamPermissions", Verb: "POST", Path: path + "testIamPermissions", Serve: s.testPermissions(kind)},
		)
	}
	return append(methods, unserved()...)
}

// kinds are the collections of the hierarchy.
func kinds() []string { return []string{"projects", "folders", "organizations"} }

// unserved lists the methods that the server doesn't serve. Source:
// https://cloudresourcemanager.googleapis.com/$discovery/rest?version=v3.
func unserved() []restapi.Method {
	methods := []restapi.Method{
		{Name: "cloudresourcemanager.fetchResourceSemantics", Verb: "GET", Path: "/v3:fetchResourceSemantics"},
		{Name: "cloudresourcemanager.operations.get", Verb: "GET", Path: "/v3/operations/*"},
		{Name: "cloudresourcemanager.effectiveTags.list", Verb: "GET", Path: "/v3/effectiveTags"},
	}
	for _, kind := range []string{"projects", "folders"} {
		name, path := "cloudresourcemanager."+kind, "/v3/"+kind
		methods = append(methods,
			restapi.Method{Name: name + ".create", Verb: "POST", Path: path}, restapi.Method{Name: name + ".patch", Verb: "PATCH", Path: path + "/*"},
			restapi.Method{Name: name + ".delete", Verb: "DELETE", Path: path + "/*"}, restapi.Method{Name: name + ".move", Verb: "POST", Path: path + "/*:move"},
			restapi.Method{Name: name + ".undelete", Verb: "POST", Path: path + "/*:undelete"},
		)
	}
	for _, kind := range []string{"tagBindings", "tagKeys", "tagValues", "liens"} {
		name, path := "cloudresourcemanager."+kind, "/v3/"+kind
		methods = append(methods,
			restapi.Method{Name: name + ".create", Verb: "POST", Path: path}, restapi.Method{Name: name + ".list", Verb: "GET", Path: path},
			restapi.Method{Name: name + ".get", Verb: "GET", Path: path + "/*"}, restapi.Method{Name: name + ".patch", Verb: "PATCH", Path: path + "/*"},
			restapi.Method{Name: name + ".delete", Verb: "DELETE", Path: path + "/*"},
		)
	}
	return methods
}
