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
	if err := s.authorizePolicy(ctx, "getIamPolicy", r.GetResource()); err != nil {
		return nil, err
	}
	return s.access.Policy(r.GetResource(), r.GetOptions().GetRequestedPolicyVersion())
}

// SetIamPolicy replaces the bindings of a key ring or a key.
func (s *policyService) SetIamPolicy(ctx context.Context, r *iampb.SetIamPolicyRequest) (*iampb.Policy, error) {
	if err := s.authorizePolicy(ctx, "setIamPolicy", r.GetResource()); err != nil {
		return nil, err
	}
	return s.access.SetPolicy(r.GetResource(), r.GetPolicy(), r.GetUpdateMask().GetPaths())
}

// TestIamPermissions returns which of the given permissions the caller has. Only [core.Owner] has any on a resource
// that does not exist.
func (s *policyService) TestIamPermissions(
	ctx context.Context, r *iampb.TestIamPermissionsRequest,
) (*iampb.TestIamPermissionsResponse, error) {
	if err := checkPolicyResource(r.GetResource()); err != nil {
		return nil, err
	}
	for _, permission := range r.GetPermissions() {
		if !isPermission(permission) {
			return nil, invalid("got permission %q, want one of Cloud KMS without wildcard", permission)
		}
	}
	held := s.access.Held(core.Principal(ctx), r.GetResource(), r.GetPermissions())
	return &iampb.TestIamPermissionsResponse{Permissions: held}, nil
}

// authorizePolicy refuses a caller without the permission for an action on the policy of a resource, and a resource that
// doesn't exist.
func (s *store) authorizePolicy(ctx context.Context, action, resource string) error {
	if err := checkPolicyResource(resource); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if checkRing(resource) == nil {
		if err := s.authorize(ctx, "cloudkms.keyRings."+action, resource); err != nil {
			return err
		}
		_, err := s.ring(resource)
		return err
	}
	name, err := parseKey(resource)
	if err != nil {
		return err
	}
	_, err = s.authorizedKey(ctx, "cloudkms.cryptoKeys."+action, name)
	return err
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
