package kms

import (
	"context"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// authorize refuses a caller without a permission on a resource, whether or not the resource exists.
func (s *store) authorize(ctx context.Context, permission, resource string) error {
	if !s.holds(core.Principal(ctx), permission, resource) {
		return denied(permission, resource)
	}
	return nil
}

// holds reports whether the policies of a resource, its key or its key ring grant a permission to a member.
func (s *store) holds(member, permission, resource string) bool {
	if member == core.Owner && slices.Contains(permissionsOf(roleAdmin), permission) {
		return true
	}
	if r := s.rings[ancestor(resource, ringParts)]; r != nil && r.policy.grants(member, permission, s.env.Now()) {
		return true
	}
	name, err := cmekpipe.ParseKeyName(ancestor(resource, keyParts))
	if err != nil {
		return false
	}
	k := s.keys[name]
	return k != nil && k.policy.grants(member, permission, s.env.Now())
}
