package orgpolicy

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	api "google.golang.org/api/orgpolicy/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The messages of the API.
type (
	policy = api.GoogleCloudOrgpolicyV2Policy
	spec   = api.GoogleCloudOrgpolicyV2PolicySpec
	rule   = api.GoogleCloudOrgpolicyV2PolicySpecPolicyRule
	values = api.GoogleCloudOrgpolicyV2PolicySpecPolicyRuleStringValues
)

// Store holds the policies of organizations, folders and projects. Use [NewStore]. It is safe for concurrent use.
type Store struct {
	now  func() time.Time
	tree *hierarchy.Tree

	mu       sync.Mutex
	policies map[string]*policy // by node and constraint: "folders/1/policies/gcp.resourceLocations"
	serial   uint64
}

var _ core.Constraints = (*Store)(nil)

// NewStore returns a store without policies.
func NewStore(now func() time.Time, tree *hierarchy.Tree) *Store {
	return &Store{now: now, tree: tree, policies: map[string]*policy{}}
}

// path returns the name of a policy in the store.
func path(node, constraint string) string { return node + "/policies/" + constraint }

// set checks and stores a policy.
func (s *Store) set(node, name string, asked *policy) (*policy, error) {
	c, ok := find(name)
	if !ok {
		return nil, refuse.InvalidArgument("got constraint %q, want one that the loopback cloud has: %s", name, strings.Join(names(), ", "))
	}
	if asked.Spec == nil && asked.DryRunSpec == nil {
		return nil, refuse.InvalidArgument("got a policy without spec, want one")
	}
	if asked.Alternate != nil {
		return nil, refuse.Unimplemented("Organization Policy", "alternate specifications")
	}
	for _, sp := range []*spec{asked.Spec, asked.DryRunSpec} {
		if err := c.checkSpec(sp); err != nil {
			return nil, err
		}
	}
	s.serial++
	made := &policy{Spec: asked.Spec, DryRunSpec: asked.DryRunSpec, Etag: "CM" + strconv.FormatUint(s.serial, 36)}
	for _, sp := range []*spec{made.Spec, made.DryRunSpec} {
		if sp != nil {
			sp.Etag, sp.UpdateTime = made.Etag, s.now().UTC().Format(time.RFC3339Nano)
		}
	}
	s.policies[path(node, name)] = made
	return made, nil
}

func names() []string {
	var all []string
	for _, c := range constraints() {
		all = append(all, c.name)
	}
	return all
}

func (c constraint) checkSpec(sp *spec) error {
	if sp == nil {
		return nil
	}
	if sp.Reset && (len(sp.Rules) > 0 || sp.InheritFromParent) || c.boolean && sp.InheritFromParent {
		return refuse.InvalidArgument("got reset with rules, or inheritFromParent of a boolean constraint, want either alone")
	}
	for _, r := range sp.Rules {
		switch list := r.AllowAll || r.DenyAll || r.Values != nil; {
		case r.Condition != nil:
			return refuse.Unimplemented("Organization Policy", "evaluation of conditions, which are about tags: %q", r.Condition.Expression)
		case len(r.Parameters) > 0:
			return refuse.Unimplemented("Organization Policy", "parameters of managed constraints")
		case c.boolean && list, !c.boolean && (r.Enforce || !list):
			return refuse.InvalidArgument("got another kind of rule, want enforce for a boolean constraint, and values, allowAll or denyAll for a list constraint")
		case c.denyOnly && (r.DenyAll || r.Values != nil && len(r.Values.AllowedValues) > 0):
			return refuse.InvalidArgument("got allowed values or denyAll of %s, want denied values", c.name)
		case r.Values == nil:
			continue
		}
		for _, v := range slices.Concat(r.Values.AllowedValues, r.Values.DeniedValues) {
			if problem := c.check(v); problem != "" {
				return refuse.InvalidArgument("got value %q, %s", v, problem)
			}
		}
	}
	return nil
}

// effective is what all policies of a constraint together say in one place.
type effective struct {
	allowAll, denyAll, enforce bool
	allowed, denied            []string
}

// effective merges the policies of a constraint from the organization down to a node.
func (s *Store) effective(node string, c constraint) effective {
	s.mu.Lock()
	defer s.mu.Unlock()
	var merged effective
	for _, n := range slices.Backward(s.tree.Above(node)) {
		p := s.policies[path(n, c.name)]
		if p == nil || p.Spec == nil {
			continue
		}
		if !p.Spec.InheritFromParent {
			merged = effective{}
		}
		for _, r := range p.Spec.Rules {
			merged.add(c, r)
		}
	}
	return merged
}

func (e *effective) add(c constraint, r *rule) {
	e.enforce = e.enforce || r.Enforce
	e.denyAll = e.denyAll || r.DenyAll
	e.allowAll = e.allowAll || r.AllowAll
	if r.Values != nil {
		e.allowed = append(e.allowed, c.expand(r.Values.AllowedValues)...)
		e.denied = append(e.denied, c.expand(r.Values.DeniedValues)...)
	}
}

// rules returns the rules of an effective policy.
func (e effective) rules(c constraint) []*rule {
	switch {
	case c.boolean:
		return []*rule{{Enforce: e.enforce, ForceSendFields: []string{"Enforce"}}}
	case e.denyAll:
		return []*rule{{DenyAll: true}}
	case len(e.denied) == 0 && (e.allowAll || len(e.allowed) == 0):
		return []*rule{{AllowAll: true}}
	case e.allowAll:
		return []*rule{{Values: &values{DeniedValues: sorted(e.denied)}}}
	}
	return []*rule{{Values: &values{AllowedValues: sorted(e.allowed), DeniedValues: sorted(e.denied)}}}
}

func sorted(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// Allows implements [core.Constraints].
func (s *Store) Allows(project, name, value string) bool {
	c, ok := find(name)
	if !ok {
		return true
	}
	e := s.effective("projects/"+project, c)
	above := []string{value}
	if c.under {
		above = s.tree.Above(value)
	}
	lists := func(list []string) bool {
		return slices.ContainsFunc(list, func(v string) bool {
			if node, ok := strings.CutPrefix(v, "under:"); ok {
				return slices.Contains(above, s.tree.Canonical(node))
			}
			return strings.EqualFold(s.tree.Canonical(v), above[0])
		})
	}
	return !e.denyAll && !lists(e.denied) && (e.allowAll || len(e.allowed) == 0 || lists(e.allowed))
}

// Enforced implements [core.Constraints].
func (s *Store) Enforced(project, name string) bool {
	c, ok := find(name)
	return ok && s.effective("projects/"+project, c).enforce
}

// list returns the constraints that have a policy at a node, sorted.
func (s *Store) list(node string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []string
	for _, name := range slices.Sorted(maps.Keys(s.policies)) {
		if constraint, ok := strings.CutPrefix(name, node+"/policies/"); ok {
			found = append(found, constraint)
		}
	}
	return found
}
