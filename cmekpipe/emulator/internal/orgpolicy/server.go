package orgpolicy

import (
	"strings"

	api "google.golang.org/api/orgpolicy/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// New returns a server of a store's policies, whose calls need permissions.
func New(env *core.Env, permissions *access.Store, policies *Store) core.Server {
	s := &server{permissions, policies}
	return restapi.New(env, "Organization Policy", s.methods())
}

type server struct {
	access *access.Store
	store  *Store
}

func (s *server) methods() []restapi.Method {
	var methods []restapi.Method
	pages := []string{"pageSize", "pageToken"}
	for _, kind := range []string{"projects", "folders", "organizations"} {
		name, path := "orgpolicy."+kind, "/v2/"+kind+"/*"
		methods = append(methods,
			restapi.Method{Name: name + ".constraints.list", Verb: "GET", Path: path + "/constraints", Query: pages, Serve: s.listConstraints(kind)},
			restapi.Method{Name: name + ".policies.list", Verb: "GET", Path: path + "/policies", Query: pages, Serve: s.list(kind)},
			restapi.Method{Name: name + ".policies.create", Verb: "POST", Path: path + "/policies", Serve: s.create(kind)},
			restapi.Method{Name: name + ".policies.getEffectivePolicy", Verb: "GET", Path: path + "/policies/*:getEffectivePolicy", Serve: s.getEffective(kind)},
			restapi.Method{Name: name + ".policies.get", Verb: "GET", Path: path + "/policies/*", Serve: s.get(kind)},
			restapi.Method{Name: name + ".policies.patch", Verb: "PATCH", Path: path + "/policies/*", Query: []string{"updateMask"}, Serve: s.patch(kind)},
			restapi.Method{Name: name + ".policies.delete", Verb: "DELETE", Path: path + "/policies/*", Query: []string{"etag"}, Serve: s.delete(kind)},
		)
	}
	const custom = "/v2/organizations/*/customConstraints"
	return append(methods,
		restapi.Method{Name: "orgpolicy.organizations.customConstraints.list", Verb: "GET", Path: custom},
		restapi.Method{Name: "orgpolicy.organizations.customConstraints.create", Verb: "POST", Path: custom},
		restapi.Method{Name: "orgpolicy.organizations.customConstraints.get", Verb: "GET", Path: custom + "/*"},
	)
}

// node returns the project, folder or organization of a call, on which the caller has a permission.
func (s *server) node(c *restapi.Call, kind, permission string) (hierarchy.Node, error) {
	name := kind + "/" + c.Arg(0)
	n, ok := s.access.Tree().Node(name)
	if !ok || !s.access.Holds(c.Principal, permission, n.Name) {
		return n, access.Denied(permission, "//orgpolicy.googleapis.com/"+name)
	}
	return n, nil
}

// named returns a policy with the name that clients read, in which a project has its number.
func named(n hierarchy.Node, kind, constraint string, p *policy) *policy {
	shown := *p
	shown.Name = kind + "/" + n.Number + "/policies/" + constraint
	return &shown
}

func (s *server) listConstraints(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		n, err := s.node(c, kind, "orgpolicy.constraints.list")
		if err != nil {
			return nil, err
		}
		part, next, err := restapi.Page(c, constraints(), 1000)
		answer := &api.GoogleCloudOrgpolicyV2ListConstraintsResponse{NextPageToken: next}
		for _, known := range part {
			shown := &api.GoogleCloudOrgpolicyV2Constraint{Name: kind + "/" + n.Number + "/constraints/" + known.name, DisplayName: known.title, ConstraintDefault: "ALLOW"}
			if known.boolean {
				shown.BooleanConstraint = &api.GoogleCloudOrgpolicyV2ConstraintBooleanConstraint{}
			} else {
				shown.ListConstraint = &api.GoogleCloudOrgpolicyV2ConstraintListConstraint{SupportsIn: known.groups != nil, SupportsUnder: known.under}
			}
			answer.Constraints = append(answer.Constraints, shown)
		}
		return answer, err
	}
}

func (s *server) list(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		n, err := s.node(c, kind, "orgpolicy.policies.list")
		if err != nil {
			return nil, err
		}
		part, next, err := restapi.Page(c, s.store.list(n.Name), 1000)
		answer := &api.GoogleCloudOrgpolicyV2ListPoliciesResponse{NextPageToken: next}
		for _, constraint := range part {
			if p, err := s.store.get(n.Name, constraint); err == nil {
				answer.Policies = append(answer.Policies, named(n, kind, constraint, p))
			}
		}
		return answer, err
	}
}

func (s *server) get(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		n, err := s.node(c, kind, "orgpolicy.policy.get")
		if err != nil {
			return nil, err
		}
		p, err := s.store.get(n.Name, c.Arg(1))
		if err != nil {
			return nil, err
		}
		return named(n, kind, c.Arg(1), p), nil
	}
}

// getEffective returns the rules that apply at a node, without an etag.
func (s *server) getEffective(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		n, err := s.node(c, kind, "orgpolicy.policy.get")
		if err != nil {
			return nil, err
		}
		known, ok := find(c.Arg(1))
		if !ok {
			return nil, refuse.NotFound("Constraint constraints/%s was not found.", c.Arg(1))
		}
		return named(n, kind, known.name, &policy{Spec: &spec{Rules: s.store.effective(n.Name, known).rules(known)}}), nil
	}
}

func (s *server) create(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		var asked policy
		if err := c.Decode(&asked); err != nil {
			return nil, err
		}
		n, err := s.node(c, kind, "orgpolicy.policies.create")
		if err != nil {
			return nil, err
		}
		parent, name, _ := strings.Cut(asked.Name, "/policies/")
		if s.access.Tree().Canonical(parent) != n.Name {
			return nil, refuse.InvalidArgument("got name %q, want a policy of %s", asked.Name, n.Name)
		}
		p, err := s.store.create(n.Name, name, &asked)
		if err != nil {
			return nil, err
		}
		return named(n, kind, name, p), nil
	}
}

func (s *server) patch(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		var asked policy
		if err := c.Decode(&asked); err != nil {
			return nil, err
		}
		n, err := s.node(c, kind, "orgpolicy.policies.update")
		if err != nil {
			return nil, err
		}
		p, err := s.store.update(n.Name, c.Arg(1), &asked, c.Query.Get("updateMask"))
		if err != nil {
			return nil, err
		}
		return named(n, kind, c.Arg(1), p), nil
	}
}

func (s *server) delete(kind string) func(*restapi.Call) (any, error) {
	return func(c *restapi.Call) (any, error) {
		n, err := s.node(c, kind, "orgpolicy.policies.delete")
		if err != nil {
			return nil, err
		}
		return struct{}{}, s.store.remove(n.Name, c.Arg(1), c.Query.Get("etag"))
	}
}
