package bigtableio

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycause"
)

// fault returns an error of Bigtable as a *cmekpipe.Error, without its text, which may quote row keys.
func (l lookout) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*unrepeatable](err); ok {
		err = u.error
	}
	name, key := l.Table.String(), l.Table.Key()
	if errors.Is(err, context.DeadlineExceeded) {
		return gcperr.WrapCall(ctx, l.Op, name, key, err)
	}
	wrapped := gcperr.WrapQuiet(l.Op, name, key, err)
	e, ok := errors.AsType[*cmekpipe.Error](wrapped)
	if !ok {
		return wrapped
	}
	if gcperr.BigtableKeyMayBe(err) {
		if cause := l.keyFault(ctx, e.Err); cause != nil {
			return cause
		}
	}
	switch e.Code {
	case cmekpipe.NotFound:
		e.Hint = "create the instance, the table and its column families first; the option bigtableio.WithCreateIfMissing creates the table"
	case cmekpipe.InvalidOptions:
		e.Hint = "compare the rows with Bigtable's limits and the table's column families"
	}
	return e
}

// keyFault finds out whether a failure comes from a key. It returns nil if nothing says so.
func (l lookout) keyFault(ctx context.Context, err error) error {
	if found, failed := l.describe(ctx); failed == nil {
		for _, state := range found.GetClusterStates() {
			for _, info := range state.GetEncryptionInfo() {
				if key, bad := cmekpipe.ParseKeyOrVersion(info.GetKmsKeyVersion()); bad == nil && info.GetEncryptionStatus().GetCode() != int32(codes.OK) {
					return l.unusable(ctx, key, err)
				}
			}
		}
		return nil
	}
	for _, key := range l.keys() {
		if code := keycause.Look(ctx, key); code != "" && code != cmekpipe.KeyDenied {
			return gcperr.Typed(code, l.Op, l.Table.String(), key, err)
		}
	}
	return nil
}

// unusable types a failure to use a key by what is wrong with it. KeyDisabled stands for what nobody may see.
func (l lookout) unusable(ctx context.Context, key cmekpipe.KeyName, err error) error {
	code := keycause.Look(ctx, key)
	if code == "" {
		code = cmekpipe.KeyDisabled
	}
	return gcperr.Typed(code, l.Op, l.Table.String(), key, err)
}
