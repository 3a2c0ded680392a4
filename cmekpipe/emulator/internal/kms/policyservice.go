package kms

import (
	"context"
	"strings"

	"cloud.google.com/go/iam/apiv1/iampb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// GetIamPolicy returns the policy of a key ring or a key.
func (s *policyService) GetIamPolicy(ctx context.Context, r *iampb.GetIamPolicyRequest) (*iampb.Policy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(ctx, "getIamPolicy", r.GetResource())
	if err != nil {
		return nil, err
	}
	return p.view(), nil
}

// SetIamPolicy replaces the bindings of a key ring or a key.
func (s *policyService) SetIamPolicy(ctx context.Context, r *iampb.SetIamPolicyRequest) (*iampb.Policy, error) {
	if r.GetPolicy() == nil {
		return nil, invalid("got no policy, want one")
	}
	for _, path := range r.GetUpdateMask().GetPaths() {
		if path != "bindings" && path != "etag" && path != "version" {
			return nil, invalid("got %q in update_mask, want bindings and etag", path)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(ctx, "setIamPolicy", r.GetResource())
	if err != nil {
		return nil, err
	}
	if err := p.replace(r.GetPolicy(), s.env.Now().Add(s.policyDelay)); err != nil {
		return nil, err
	}
	return p.view(), nil
}

// TestIamPermissions returns which of the given permissions the caller has. Only [core.Owner] has any on a resource
// that does not exist.
func (s *policyService) TestIamPermissions(
	ctx context.Context, r *iampb.TestIamPermissionsRequest,
) (*iampb.TestIamPermissionsResponse, error) {
	if err := checkPolicyResource(r.GetResource()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := &iampb.TestIamPermissionsResponse{}
	for _, permission := range r.GetPermissions() {
		if !isPermission(permission) {
			return nil, invalid("got permission %q, want one of Cloud KMS without wildcard", permission)
		}
		if s.holds(core.Principal(ctx), permission, r.GetResource()) {
			answer.Permissions = append(answer.Permissions, permission)
		}
	}
	return answer, nil
}

// policy returns the policy of an existing resource on which the caller has the permission for an action.
func (s *store) policy(ctx context.Context, action, resource string) (*policy, error) {
	if err := checkPolicyResource(resource); err != nil {
		return nil, err
	}
	if err := checkRing(resource); err == nil {
		if err := s.authorize(ctx, "cloudkms.keyRings."+action, resource); err != nil {
			return nil, err
		}
		r, err := s.ring(resource)
		if err != nil {
			return nil, err
		}
		return &r.policy, nil
	}
	name, err := parseKey(resource)
	if err != nil {
		return nil, err
	}
	k, err := s.authorizedKey(ctx, "cloudkms.cryptoKeys."+action, name)
	if err != nil {
		return nil, err
	}
	return &k.policy, nil
}

func checkPolicyResource(resource string) error {
	if _, err := cmekpipe.ParseKeyName(resource); err != nil && checkRing(resource) != nil {
		return invalid("got resource %q, want the name of a key ring or a CryptoKey", resource)
	}
	return nil
}

func isPermission(permission string) bool {
	return strings.HasPrefix(permission, "cloudkms.") && !strings.Contains(permission, "*")
}
