package access

import (
	"errors"
	"time"

	"cloud.google.com/go/iam/apiv1/iampb"
	"google.golang.org/api/iam/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access/condition"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Denied returns Google's error for a missing permission. It hides whether the resource exists.
func Denied(permission, resource string) error {
	return status.Error(codes.PermissionDenied, "Permission '"+permission+"' denied on resource '"+resource+"' (or it may not exist).")
}

// Authorize refuses a caller without a permission on a resource, whether or not the resource exists.
func (s *Store) Authorize(member, permission, resource string) error {
	if !s.Holds(member, permission, resource) {
		return Denied(permission, resource)
	}
	return nil
}

// Holds reports whether a member has a permission on a resource now.
func (s *Store) Holds(member, permission, resource string) bool {
	q := Question{Member: member, Permission: permission, Resource: resource, Attributes: s.attributes(resource)}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.explain(q)
	return e.Deny != Yes && (e.Allow == Yes || member == core.Owner && s.ownerHolds(permission))
}

// Held returns those of some permissions that a member has on a resource, as testIamPermissions answers.
func (s *Store) Held(member, resource string, permissions []string) []string {
	var held []string
	for _, p := range permissions {
		if s.Holds(member, p, resource) {
			held = append(held, p)
		}
	}
	return held
}

// Verdict is the answer to the question whether something applies.
type Verdict int

// The values of Verdict, the ones that win over others last.
const (
	No      Verdict = iota
	Unknown         // because a policy is not visible or the members of a group are not known
	Depends         // on a condition with attributes that are not known
	Yes
)

// Question is what [Store.Explain] answers.
type Question struct {
	Member, Permission, Resource string
	// Attributes are those of the request that conditions are evaluated for.
	Attributes condition.Attributes
	// SeesAllow and SeesDeny report whether the asking caller may read the policies of a resource; nil means yes. They
	// must not call the store.
	SeesAllow, SeesDeny func(resource string) bool
}

// Explanation says whether a member has a permission, and why.
type Explanation struct {
	Allow, Deny Verdict
	Policies    []ExplainedPolicy // the nearest resource first
	Denials     []ExplainedDenial
}

// ExplainedPolicy is the allow policy of a resource.
type ExplainedPolicy struct {
	Resource string
	Grants   Verdict
	Hidden   bool // from the caller, as are the fields below
	Policy   *iampb.Policy
	Bindings []ExplainedBinding
}

// ExplainedBinding is a binding of a policy, as it decides now.
type ExplainedBinding struct {
	*iampb.Binding

	Grants    Verdict
	Includes  bool // the role has the permission
	Members   []Membership
	Condition Verdict // Yes without a condition
}

// ExplainedDenial is a deny policy.
type ExplainedDenial struct {
	Resource string
	Denies   Verdict
	Hidden   bool // from the caller, as are the fields below
	Policy   *DenyPolicy
	Rules    []Verdict
}

// Explain answers a question from all policies that decide now.
func (s *Store) Explain(q Question) Explanation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.explain(q)
}

func (s *Store) explain(q Question) Explanation {
	var e Explanation
	now := s.now()
	for _, resource := range s.Chain(q.Resource) {
		p := s.policies[resource]
		_, node := s.tree.Node(resource)
		if p != nil || node {
			e.addPolicy(s.explainPolicy(q, resource, p, now))
		}
		switch d := s.denials[resource]; {
		case node && q.SeesDeny != nil && !q.SeesDeny(resource):
			e.addDenial(ExplainedDenial{Resource: resource, Hidden: true, Denies: Unknown})
		case d != nil:
			for _, policy := range d.deciding.at(now) {
				e.addDenial(s.explainDenial(q, resource, policy))
			}
		}
	}
	return e
}

func (e *Explanation) addPolicy(p ExplainedPolicy) {
	e.Policies = append(e.Policies, p)
	e.Allow = max(e.Allow, p.Grants)
}

func (e *Explanation) addDenial(d ExplainedDenial) {
	e.Denials = append(e.Denials, d)
	e.Deny = max(e.Deny, d.Denies)
}

func (s *Store) explainPolicy(q Question, resource string, p *policy, now time.Time) ExplainedPolicy {
	explained := ExplainedPolicy{Resource: resource}
	if q.SeesAllow != nil && !q.SeesAllow(resource) {
		explained.Hidden, explained.Grants = true, Unknown
		return explained
	}
	if p == nil {
		explained.Policy = &iampb.Policy{}
		return explained
	}
	explained.Policy = p.view(conditional)
	for _, b := range p.deciding.at(now) {
		eb := s.explainBinding(q, b)
		explained.Bindings = append(explained.Bindings, eb)
		explained.Grants = max(explained.Grants, eb.Grants)
	}
	return explained
}

func (s *Store) explainBinding(q Question, b *iampb.Binding) ExplainedBinding {
	eb := ExplainedBinding{Binding: b, Includes: s.includes(b.GetRole(), ShortPermission(q.Permission)), Condition: Yes}
	member := No
	for _, m := range b.GetMembers() {
		membership := s.membership(q.Member, m)
		eb.Members = append(eb.Members, membership)
		member = max(member, verdictOf(membership))
	}
	if c := b.GetCondition(); c != nil {
		eb.Condition = evaluate(c.GetExpression(), q.Attributes)
	}
	if eb.Includes {
		eb.Grants = both(member, eb.Condition)
	}
	return eb
}

func verdictOf(m Membership) Verdict {
	switch m {
	case Member:
		return Yes
	case UnknownMember:
		return Unknown
	}
	return No
}

// both returns whether two things apply together.
func both(x, y Verdict) Verdict { return min(x, y) }

// evaluate returns whether a condition, which was checked when its policy was set, holds.
func evaluate(expression string, a condition.Attributes) Verdict {
	c, err := condition.Parse(expression)
	if err != nil {
		return No
	}
	holds, err := c.Holds(a)
	switch {
	case errors.Is(err, condition.ErrUnknown):
		return Depends
	case holds && err == nil:
		return Yes
	}
	return No
}

func (s *Store) explainDenial(q Question, resource string, p *DenyPolicy) ExplainedDenial {
	explained := ExplainedDenial{Resource: resource, Policy: p}
	for _, r := range p.Rules {
		v := s.explainRule(q, r.DenyRule)
		explained.Rules = append(explained.Rules, v)
		explained.Denies = max(explained.Denies, v)
	}
	return explained
}

// explainRule returns whether a rule denies. Unknown means that a group decides.
func (s *Store) explainRule(q Question, r *iam.GoogleIamV2DenyRule) Verdict {
	if !listsPermission(r.DeniedPermissions, q.Permission) || listsPermission(r.ExceptionPermissions, q.Permission) {
		return No
	}
	in := func(list []string) Verdict {
		v := No
		for _, p := range list {
			v = max(v, verdictOf(s.membership(q.Member, p)))
		}
		return v
	}
	switch in(r.ExceptionPrincipals) {
	case Yes:
		return No
	case Unknown:
		return both(in(r.DeniedPrincipals), Unknown)
	}
	return in(r.DeniedPrincipals)
}
