package bigtableio

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck/diagnose"
)

// fault returns an error of Bigtable as a *cmekpipe.Error, without its text, which may quote row keys.
func (v keyVerifier) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*unrepeatable](err); ok {
		err = u.error
	}
	name, key := v.Table.String(), v.Table.Key()
	if errors.Is(err, context.DeadlineExceeded) {
		return gcperr.WrapCall(ctx, v.Op, name, key, err)
	}
	wrapped := gcperr.Redact(gcperr.Wrap(v.Op, name, key, err), err)
	e, ok := errors.AsType[*cmekpipe.Error](wrapped)
	if !ok {
		return wrapped
	}
	if gcperr.BigtableKeyMayBe(err) {
		if cause := v.keyFault(ctx, e.Err); cause != nil {
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

// keyFault finds out whether a failure comes from a key. It returns nil if nothing shows that.
func (v keyVerifier) keyFault(ctx context.Context, err error) error {
	if found, failed := v.describe(ctx); failed == nil {
		for _, state := range found.GetClusterStates() {
			for _, info := range state.GetEncryptionInfo() {
				if key, bad := cmekpipe.ParseKeyOrVersion(info.GetKmsKeyVersion()); bad == nil && info.GetEncryptionStatus().GetCode() != int32(codes.OK) {
					return v.unusable(ctx, key, err)
				}
			}
		}
		return nil
	}
	for _, key := range v.keys() {
		if code := diagnose.Key(ctx, key); code != "" && code != cmekpipe.KeyDenied {
			return gcperr.New(code, v.Op, v.Table.String(), key, err)
		}
	}
	return nil
}

// unusable is the error of a key that Bigtable cannot use, with the code of what is wrong with it. The code is KeyDisabled if
// the caller may not see the key.
func (v keyVerifier) unusable(ctx context.Context, key cmekpipe.KeyName, err error) error {
	code := diagnose.Key(ctx, key)
	if code == "" {
		code = cmekpipe.KeyDisabled
	}
	return gcperr.New(code, v.Op, v.Table.String(), key, err)
}
