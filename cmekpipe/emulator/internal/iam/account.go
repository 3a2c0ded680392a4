package iam

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/iam/apiv1/iampb"
	api "google.golang.org/api/iam/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

var accountID = regexp.MustCompile(`^[a-z][-a-z0-9]{4,28}[a-z0-9]$`)

func (s *Server) createAccount(c *restapi.Call) (any, error) {
	var request api.CreateServiceAccountRequest
	if err := c.Decode(&request); err != nil {
		return nil, err
	}
	owner, err := s.authorize(c, "projects", "iam.serviceAccounts.create")
	if err != nil {
		return nil, err
	}
	if !accountID.MatchString(request.AccountId) {
		return nil, refuse.InvalidArgument("got accountId %q, want 6 to 30 lower-case letters, digits and dashes", request.AccountId)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	project := strings.TrimPrefix(owner, "projects/")
	email := request.AccountId + "@" + project + ".iam.gserviceaccount.com"
	if s.account(email) != nil {
		return nil, refuse.AlreadyExists("Service account %s already exists within project %s.", request.AccountId, owner)
	}
	made := newAccount(project, email)
	if asked := request.ServiceAccount; asked != nil {
		made.DisplayName, made.Description = asked.DisplayName, asked.Description
	}
	s.accounts[email] = made
	shown := *made
	return &shown, nil
}

func newAccount(project, email string) *api.ServiceAccount {
	return &api.ServiceAccount{Name: "projects/" + project + "/serviceAccounts/" + email, ProjectId: project, Email: email,
		UniqueId: core.ProjectNumber(email), Oauth2ClientId: core.ProjectNumber(email), Etag: "MDEwMjE5MjA="}
}

// account returns a service account, nil if it doesn't exist. The default account of Compute Engine always exists. Its caller
// has locked s.mu.
func (s *Server) account(email string) *api.ServiceAccount {
	number, found := strings.CutSuffix(email, "-compute@developer.gserviceaccount.com")
	if found && s.accounts[email] == nil {
		if n, ok := s.access.Tree().Node("projects/" + number); ok {
			a := newAccount(strings.TrimPrefix(n.Name, "projects/"), email)
			a.DisplayName = "Compute Engine default service account"
			s.accounts[email] = a
		}
	}
	return s.accounts[email]
}

// found returns the account of a call, on which the caller has a permission. The project of the call may be "-".
func (s *Server) found(c *restapi.Call, permission string) (*api.ServiceAccount, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	email := c.Arg(1)
	a := s.account(email)
	if a == nil {
		for _, other := range s.accounts {
			if other.UniqueId == email {
				a = other
			}
		}
	}
	if a == nil || c.Arg(0) != "-" && s.access.Tree().Canonical("projects/"+c.Arg(0)) != "projects/"+a.ProjectId {
		if c.Principal == core.Owner {
			return nil, refuse.NotFound("Unknown service account")
		}
		return nil, refuse.PermissionDenied("Permission '%s' denied on resource (or it may not exist).", permission)
	}
	if !s.access.Holds(c.Principal, permission, a.Name) {
		return nil, refuse.PermissionDenied("Permission '%s' denied on resource (or it may not exist).", permission)
	}
	return a, nil
}

func (s *Server) getAccount(c *restapi.Call) (any, error) {
	a, err := s.found(c, "iam.serviceAccounts.get")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := *a
	return &shown, nil
}

func (s *Server) listAccounts(c *restapi.Call) (any, error) {
	owner, err := s.authorize(c, "projects", "iam.serviceAccounts.list")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	project := strings.TrimPrefix(owner, "projects/")
	s.account(core.ProjectNumber(project) + "-compute@developer.gserviceaccount.com")
	var all []*api.ServiceAccount
	for _, email := range slices.Sorted(maps.Keys(s.accounts)) {
		if a := *s.accounts[email]; a.ProjectId == project {
			all = append(all, &a)
		}
	}
	part, next, err := restapi.Page(c, all, 100)
	return &api.ListServiceAccountsResponse{Accounts: part, NextPageToken: next}, err
}

func (s *Server) setDisabled(disabled bool) func(*restapi.Call) (any, error) {
	permission := map[bool]string{true: "iam.serviceAccounts.disable", false: "iam.serviceAccounts.enable"}[disabled]
	return func(c *restapi.Call) (any, error) {
		a, err := s.found(c, permission)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		a.Disabled = disabled
		return struct{}{}, nil
	}
}

func (s *Server) deleteAccount(c *restapi.Call) (any, error) {
	a, err := s.found(c, "iam.serviceAccounts.delete")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.accounts, a.Email)
	return struct{}{}, nil
}

func (s *Server) getPolicy(c *restapi.Call) (any, error) {
	a, err := s.found(c, "iam.serviceAccounts.getIamPolicy")
	if err != nil {
		return nil, err
	}
	version, err := c.Number("options.requestedPolicyVersion")
	if err != nil {
		return nil, err
	}
	return restapi.Message(s.access.Policy(a.Name, int32(version)))
}

func (s *Server) setPolicy(c *restapi.Call) (any, error) {
	var request iampb.SetIamPolicyRequest
	if err := c.Decode(&request); err != nil {
		return nil, err
	}
	a, err := s.found(c, "iam.serviceAccounts.setIamPolicy")
	if err != nil {
		return nil, err
	}
	return restapi.Message(s.access.SetPolicy(a.Name, request.GetPolicy(), request.GetUpdateMask().GetPaths()))
}

func (s *Server) testPermissions(c *restapi.Call) (any, error) {
	var request iampb.TestIamPermissionsRequest
	if err := c.Decode(&request); err != nil {
		return nil, err
	}
	name := "projects/" + c.Arg(0) + "/serviceAccounts/" + c.Arg(1)
	s.mu.Lock()
	if a := s.account(c.Arg(1)); a != nil {
		name = a.Name
	}
	s.mu.Unlock()
	return restapi.Message(&iampb.TestIamPermissionsResponse{Permissions: s.access.Held(c.Principal, name, request.GetPermissions())}, nil)
}
