// Package diagnose finds out why a service cannot use a key, by asking Cloud KMS, for services that do not say. Spanner and
// Firestore answer with one text whether the key is disabled, destroyed or denied to them; Bigtable, Pub/Sub and the
// Healthcare API may answer with a status code alone.
//
// # Permissions
//
// The caller needs cloudkms.cryptoKeys.get and cloudkms.cryptoKeyVersions.list on the key. Without them the service's own
// answer stands.
package diagnose

import (
	"context"
	"errors"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/kmsclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// timeLimit is how long a failed call waits for the diagnosis of its key.
const timeLimit = 10 * time.Second

// Wrap is [gcperr.WrapCall] that finds out why a service cannot use the key.
//
// An error that says that the service cannot use a key, but not why, gets the code of [Key]. An error with the code
// PreconditionFailed, which may come from a key or from something else, gets the code KeyNotFound, KeyUnusable or KeyDisabled
// if that is what is wrong with the key, and is otherwise left as it is.
func Wrap(ctx context.Context, op, resource string, key cmekpipe.KeyName, err error) error {
	wrapped := gcperr.WrapCall(ctx, op, resource, key, err)
	e, ok := wrapped.(*cmekpipe.Error) //nolint:errorlint // just what WrapCall made of err
	if !ok || e.Err != err || !key.Valid() {
		return wrapped
	}
	vague := gcperr.KeyInaccessible(err)
	if !vague && e.Code != cmekpipe.PreconditionFailed {
		return wrapped
	}
	code := Key(ctx, key)
	if code == "" || !vague && code == cmekpipe.KeyDenied {
		return wrapped
	}
	return gcperr.New(code, op, resource, key, err)
}

// Key returns what keeps a service from using a key: KeyNotFound, KeyUnusable for a key that is not for encryption, or
// KeyDisabled if not every version is enabled. KeyDenied means that nothing is wrong with the key itself, so only a grant can
// be missing. It returns "" if the caller may not see the key.
func Key(ctx context.Context, key cmekpipe.KeyName) cmekpipe.Code {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	client, err := kmsclient.Shared(ctx)
	if err != nil {
		return ""
	}
	return read(ctx, client, key)
}

func read(ctx context.Context, client *kms.KeyManagementClient, key cmekpipe.KeyName) cmekpipe.Code {
	found, err := client.GetCryptoKey(ctx, &kmspb.GetCryptoKeyRequest{Name: key.String()})
	switch {
	case gcperr.IsNotFound(err):
		return cmekpipe.KeyNotFound
	case err != nil:
		return ""
	case found.GetPurpose() != kmspb.CryptoKey_ENCRYPT_DECRYPT:
		return cmekpipe.KeyUnusable
	}
	for it := client.ListCryptoKeyVersions(ctx, &kmspb.ListCryptoKeyVersionsRequest{Parent: key.String()}); ; {
		version, err := it.Next()
		switch {
		case errors.Is(err, iterator.Done):
			return cmekpipe.KeyDenied
		case err != nil:
			return ""
		case version.GetState() != kmspb.CryptoKeyVersion_ENABLED:
			return cmekpipe.KeyDisabled
		}
	}
}
