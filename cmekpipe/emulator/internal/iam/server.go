package iam

import (
	"sync"

	api "google.golang.org/api/iam/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// Server is the loopback IAM. Use [New].
type Server struct {
	*core.HTTPServer

	access *access.Store

	mu       sync.Mutex
	accounts map[string]*api.ServiceAccount // by e-mail address
}

var _ core.Server = (*Server)(nil)

// New returns a server of a store's roles and deny policies.
func New(env *core.Env, policies *access.Store) *Server {
	s := &Server{access: policies, accounts: map[string]*api.ServiceAccount{}}
	s.HTTPServer = restapi.New(env, "IAM", s.methods())
	return s
}

func (s *Server) methods() []restapi.Method {
	roles := []string{"pageSize", "pageToken", "showDeleted", "view"}
	const denies, accounts = "/v2/policies/*/denypolicies", "/v1/projects/*/serviceAccounts"
	methods := []restapi.Method{
		{Name: "iam.roles.list", Verb: "GET", Path: "/v1/roles", Query: roles, Serve: s.listPredefined},
		{Name: "iam.roles.get", Verb: "GET", Path: "/v1/roles/*", Serve: s.getPredefined},
		{Name: "iam.projects.serviceAccounts.list", Verb: "GET", Path: accounts, Query: []string{"pageSize", "pageToken"}, Serve: s.listAccounts},
		{Name: "iam.projects.serviceAccounts.create", Verb: "POST", Path: accounts, Serve: s.createAccount},
		{Name: "iam.projects.serviceAccounts.disable", Verb: "POST", Path: accounts + "/*:disable", Serve: s.setDisabled(true)},
		{Name: "iam.projects.serviceAccounts.enable", Verb: "POST", Path: accounts + "/*:enable", Serve: s.setDisabled(false)},
		{Name: "iam.projects.serviceAccounts.getIamPolicy", Verb: "POST", Path: accounts + "/*:getIamPolicy", Query: []string{"options.requestedPolicyVersion"}, Serve: s.getPolicy},
		{Name: "iam.projects.serviceAccounts.setIamPolicy", Verb: "POST", Path: accounts + "/*:setIamPolicy", Serve: s.setPolicy},
		{Name: "iam.projects.serviceAccounts.testIamPermissions", Verb: "POST", Path: accounts + "/*:testIamPermissions", Serve: s.testPermissions},
		{Name: "iam.projects.serviceAccounts.get", Verb: "GET", Path: accounts + "/*", Serve: s.getAccount},
		{Name: "iam.projects.serviceAccounts.delete", Verb: "DELETE", Path: accounts + "/*", Serve: s.deleteAccount},
		{Name: "iam.policies.listPolicies", Verb: "GET", Path: denies, Query: []string{"pageSize", "pageToken"}, Serve: s.listDenies},
		{Name: "iam.policies.createPolicy", Verb: "POST", Path: denies, Query: []string{"policyId"}, Serve: s.createDeny},
		{Name: "iam.policies.get", Verb: "GET", Path: denies + "/*", Serve: s.getDeny},
		{Name: "iam.policies.update", Verb: "PUT", Path: denies + "/*", Serve: s.updateDeny},
		{Name: "iam.policies.delete", Verb: "DELETE", Path: denies + "/*", Query: []string{"etag"}, Serve: s.deleteDeny},
	}
	for _, kind := range []string{"projects", "organizations"} {
		name, path := "iam."+kind+".roles", "/v1/"+kind+"/*/roles"
		methods = append(methods,
			restapi.Method{Name: name + ".create", Verb: "POST", Path: path, Serve: s.createRole(kind)},
			restapi.Method{Name: name + ".list", Verb: "GET", Path: path, Query: roles, Serve: s.listRoles(kind)},
			restapi.Method{Name: name + ".undelete", Verb: "POST", Path: path + "/*:undelete", Serve: s.setDeleted(kind, "undelete", false)},
			restapi.Method{Name: name + ".get", Verb: "GET", Path: path + "/*", Serve: s.getRole(kind)},
			restapi.Method{Name: name + ".patch", Verb: "PATCH", Path: path + "/*", Query: []string{"updateMask"}, Serve: s.patchRole(kind)},
			restapi.Method{Name: name + ".delete", Verb: "DELETE", Path: path + "/*", Query: []string{"etag"}, Serve: s.setDeleted(kind, "delete", true)},
		)
	}
	return append(methods, unserved()...)
}

// unserved lists methods that the server doesn't serve. Source: https://iam.googleapis.com/$discovery/rest?version=v1.
func unserved() []restapi.Method {
	const accounts, account = "iam.projects.serviceAccounts", "/v1/projects/*/serviceAccounts/*"
	return []restapi.Method{
		{Name: accounts + ".patch", Verb: "PATCH", Path: account}, {Name: accounts + ".update", Verb: "PUT", Path: account},
		{Name: accounts + ".signBlob", Verb: "POST", Path: account + ":signBlob"}, {Name: accounts + ".signJwt", Verb: "POST", Path: account + ":signJwt"},
		{Name: accounts + ".undelete", Verb: "POST", Path: account + ":undelete"},
		{Name: accounts + ".keys.list", Verb: "GET", Path: account + "/keys"}, {Name: accounts + ".keys.create", Verb: "POST", Path: account + "/keys"},
		{Name: accounts + ".keys.get", Verb: "GET", Path: account + "/keys/*"}, {Name: accounts + ".keys.delete", Verb: "DELETE", Path: account + "/keys/*"},
		{Name: "iam.roles.queryGrantableRoles", Verb: "POST", Path: "/v1/roles:queryGrantableRoles"},
		{Name: "iam.permissions.queryTestablePermissions", Verb: "POST", Path: "/v1/permissions:queryTestablePermissions"},
		{Name: "iam.iamPolicies.queryAuditableServices", Verb: "POST", Path: "/v1/iamPolicies:queryAuditableServices"},
		{Name: "iam.policies.operations.get", Verb: "GET", Path: "/v2/policies/*/denypolicies/*/operations/*"},
	}
}
