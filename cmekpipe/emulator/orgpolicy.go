package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/orgpolicy/v2"
)

// OrgPolicy is what an organization policy says about a constraint, for [Cloud.SetOrgPolicy]. A list constraint needs
// Allowed, Denied, AllowAll or DenyAll; a boolean constraint is enforced or not.
type OrgPolicy struct {
	// Allowed and Denied are values of a list constraint: "storage.googleapis.com", "in:eu-locations", "under:folders/200".
	Allowed, Denied []string
	// AllowAll and DenyAll allow and deny all values.
	AllowAll, DenyAll bool
	// Enforce enforces a boolean constraint.
	Enforce bool
	// Inherit merges the policy with that of the parent. Otherwise it replaces the parent's policy.
	Inherit bool
}

// SetOrgPolicy sets the policy of a constraint, such as "gcp.restrictNonCmekServices", on an organization, a folder or a
// project, such as "projects/bank-prod". What is below inherits it. The services refuse to create what the policy forbids;
// what exists stays. The package documentation of the service lists the constraints that are enforced.
func (c *Cloud) SetOrgPolicy(ctx context.Context, resource, constraint string, p OrgPolicy) error {
	client, err := orgpolicy.NewService(ctx, c.ClientOptions(OrganizationPolicy)...)
	if err != nil {
		return failure("set policy "+constraint+" of", resource, err)
	}
	rule := &orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule{AllowAll: p.AllowAll, DenyAll: p.DenyAll, Enforce: p.Enforce}
	if p.Allowed != nil || p.Denied != nil {
		rule.Values = &orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRuleStringValues{AllowedValues: p.Allowed, DeniedValues: p.Denied}
	}
	policy := &orgpolicy.GoogleCloudOrgpolicyV2Policy{Name: resource + "/policies/" + constraint, Spec: &orgpolicy.GoogleCloudOrgpolicyV2PolicySpec{
		InheritFromParent: p.Inherit, Rules: []*orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule{rule},
	}}
	create, patch := orgPolicyCalls(ctx, client, resource, policy)
	if create == nil {
		return fmt.Errorf("emulator: set policy %s: got resource %q, want projects/ID, folders/NUMBER or organizations/NUMBER", constraint, resource)
	}
	_, err = create()
	if isConflict(err) {
		_, err = patch()
	}
	return failure("set policy "+constraint+" of", resource, err)
}

type orgPolicyCall func(...googleapi.CallOption) (*orgpolicy.GoogleCloudOrgpolicyV2Policy, error)

// orgPolicyCalls returns the calls that create and replace a policy; nil for a resource that can't have one.
func orgPolicyCalls(ctx context.Context, client *orgpolicy.Service, resource string, p *orgpolicy.GoogleCloudOrgpolicyV2Policy) (create, patch orgPolicyCall) {
	switch kind, _, _ := strings.Cut(resource, "/"); kind {
	case "projects":
		return client.Projects.Policies.Create(resource, p).Context(ctx).Do, client.Projects.Policies.Patch(p.Name, p).Context(ctx).Do
	case "folders":
		return client.Folders.Policies.Create(resource, p).Context(ctx).Do, client.Folders.Policies.Patch(p.Name, p).Context(ctx).Do
	case "organizations":
		return client.Organizations.Policies.Create(resource, p).Context(ctx).Do, client.Organizations.Policies.Patch(p.Name, p).Context(ctx).Do
	}
	return nil, nil
}

// isConflict reports whether a call failed because its resource exists.
func isConflict(err error) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return ok && e.Code == http.StatusConflict
}
