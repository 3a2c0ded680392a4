package kms

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// authorize refuses a caller without a permission on a resource, whether or not the resource exists.
func (s *store) authorize(ctx context.Context, permission, resource string) error {
	return s.access.Authorize(core.Principal(ctx), permission, resource)
}
