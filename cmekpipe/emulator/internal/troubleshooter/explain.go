package troubleshooter

import (
	"encoding/base64"

	"cloud.google.com/go/iam/apiv1/iampb"
	api "google.golang.org/api/policytroubleshooter/v3"
	"google.golang.org/genproto/googleapis/type/expr"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
)

// The messages of explanations.
type (
	allowExplanation   = api.GoogleCloudPolicytroubleshooterIamV3AllowPolicyExplanation
	explainedAllow     = api.GoogleCloudPolicytroubleshooterIamV3ExplainedAllowPolicy
	bindingExplanation = api.GoogleCloudPolicytroubleshooterIamV3AllowBindingExplanation
	allowMembership    = api.GoogleCloudPolicytroubleshooterIamV3AllowBindingExplanationAnnotatedAllowMembership
	denyExplanation    = api.GoogleCloudPolicytroubleshooterIamV3DenyPolicyExplanation
	deniedResource     = api.GoogleCloudPolicytroubleshooterIamV3ExplainedDenyResource
	explainedDeny      = api.GoogleCloudPolicytroubleshooterIamV3ExplainedDenyPolicy
	ruleExplanation    = api.GoogleCloudPolicytroubleshooterIamV3DenyRuleExplanation
)

// state returns the name of a verdict: "ALLOW_ACCESS_STATE_GRANTED".
func state(prefix, positive string, v access.Verdict) string {
	switch v {
	case access.Yes:
		return prefix + positive
	case access.Depends:
		return prefix + "UNKNOWN_CONDITIONAL"
	case access.Unknown:
		return prefix + "UNKNOWN_INFO"
	}
	return prefix + "NOT_" + positive
}

func allowState(v access.Verdict) string { return state("ALLOW_ACCESS_STATE_", "GRANTED", v) }

func denyState(v access.Verdict) string { return state("DENY_ACCESS_STATE_", "DENIED", v) }

// relevance returns how much a verdict mattered for the one that it is a part of.
func relevance(part, whole access.Verdict) string {
	if part == whole && part != access.No {
		return "HEURISTIC_RELEVANCE_HIGH"
	}
	return "HEURISTIC_RELEVANCE_NORMAL"
}

func explainAllow(e access.Explanation) *allowExplanation {
	explained := &allowExplanation{AllowAccessState: allowState(e.Allow), Relevance: relevance(e.Allow, e.Allow)}
	for _, p := range e.Policies {
		ep := &explainedAllow{AllowAccessState: allowState(p.Grants), Relevance: relevance(p.Grants, e.Allow)}
		if !p.Hidden {
			ep.FullResourceName, ep.Policy = access.FullName(p.Resource), policyOf(p.Policy)
		}
		for _, b := range p.Bindings {
			ep.BindingExplanations = append(ep.BindingExplanations, explainBinding(b, p.Grants))
		}
		explained.ExplainedPolicies = append(explained.ExplainedPolicies, ep)
	}
	return explained
}

func explainBinding(b access.ExplainedBinding, whole access.Verdict) *bindingExplanation {
	eb := &bindingExplanation{AllowAccessState: allowState(b.Grants), Role: b.GetRole(), RolePermission: "ROLE_PERMISSION_NOT_INCLUDED",
		Relevance: relevance(b.Grants, whole), Memberships: map[string]allowMembership{}, Condition: exprOf(b.GetCondition())}
	if b.Includes {
		eb.RolePermission = "ROLE_PERMISSION_INCLUDED"
	}
	combined := access.NotMember
	for i, m := range b.Members {
		eb.Memberships[b.GetMembers()[i]] = allowMembership{Membership: membership(m)}
		if combined != access.Member && m != access.NotMember {
			combined = m
		}
	}
	eb.CombinedMembership = &allowMembership{Membership: membership(combined)}
	if b.GetCondition() != nil && b.Condition != access.Depends {
		eb.ConditionExplanation = &api.GoogleCloudPolicytroubleshooterIamV3ConditionExplanation{Value: b.Condition == access.Yes}
	}
	return eb
}

func membership(m access.Membership) string {
	switch m {
	case access.Member:
		return "MEMBERSHIP_MATCHED"
	case access.UnknownMember:
		return "MEMBERSHIP_UNKNOWN_INFO"
	}
	return "MEMBERSHIP_NOT_MATCHED"
}

func policyOf(p *iampb.Policy) *api.GoogleIamV1Policy {
	shown := &api.GoogleIamV1Policy{Version: int64(p.GetVersion()), Etag: base64.StdEncoding.EncodeToString(p.GetEtag())}
	for _, b := range p.GetBindings() {
		shown.Bindings = append(shown.Bindings, &api.GoogleIamV1Binding{Role: b.GetRole(), Members: b.GetMembers(), Condition: exprOf(b.GetCondition())})
	}
	return shown
}

func exprOf(e *expr.Expr) *api.GoogleTypeExpr {
	if e == nil {
		return nil
	}
	return &api.GoogleTypeExpr{Expression: e.GetExpression(), Title: e.GetTitle(), Description: e.GetDescription()}
}

func explainDeny(q access.Question, e access.Explanation) *denyExplanation {
	explained := &denyExplanation{DenyAccessState: denyState(e.Deny), PermissionDeniable: access.Deniable(q.Permission), Relevance: relevance(e.Deny, e.Deny)}
	for _, d := range e.Denials {
		resource := &deniedResource{DenyAccessState: denyState(d.Denies), Relevance: relevance(d.Denies, e.Deny)}
		if !d.Hidden {
			resource.FullResourceName = access.FullName(d.Resource)
			resource.ExplainedPolicies = []*explainedDeny{explainDenial(d, resource)}
		}
		explained.ExplainedResources = append(explained.ExplainedResources, resource)
	}
	return explained
}

func explainDenial(d access.ExplainedDenial, resource *deniedResource) *explainedDeny {
	ed := &explainedDeny{DenyAccessState: resource.DenyAccessState, Relevance: resource.Relevance,
		Policy: &api.GoogleIamV2Policy{Name: d.Policy.Name, Kind: d.Policy.Kind, DisplayName: d.Policy.DisplayName, Etag: d.Policy.Etag}}
	for i, r := range d.Policy.Rules {
		ed.Policy.Rules = append(ed.Policy.Rules, &api.GoogleIamV2PolicyRule{Description: r.Description, DenyRule: &api.GoogleIamV2DenyRule{
			DeniedPrincipals: r.DenyRule.DeniedPrincipals, ExceptionPrincipals: r.DenyRule.ExceptionPrincipals,
			DeniedPermissions: r.DenyRule.DeniedPermissions, ExceptionPermissions: r.DenyRule.ExceptionPermissions,
		}})
		ed.RuleExplanations = append(ed.RuleExplanations, &ruleExplanation{DenyAccessState: denyState(d.Rules[i]), Relevance: relevance(d.Rules[i], d.Denies)})
	}
	return ed
}
