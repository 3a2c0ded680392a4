// Package keycause finds out why a service can't use a key, for services that don't say. Spanner and Firestore answer
// with one text whether the key is disabled, destroyed or denied to them, so this package looks at the key itself. Where
// the caller may not look, the service's answer stands.
package keycause

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

// patience is how long a failure waits for the look at its key.
const patience = 10 * time.Second

// Wrap is [gcperr.WrapCall] that gives an error about a key that can't be used the code of the reason: KeyDenied if every
// version of the key is enabled, so that only a missing grant is left, KeyNotFound or KeyUnusable if Cloud KMS says so,
// and KeyDisabled otherwise. It needs cloudkms.cryptoKeys.get and cloudkms.cryptoKeyVersions.list to tell these apart.
func Wrap(ctx context.Context, op, resource string, key cmekpipe.KeyName, err error) error {
	wrapped := gcperr.WrapCall(ctx, op, resource, key, err)
	if err == nil || !gcperr.KeyInaccessible(err) || !key.Valid() {
		return wrapped
	}
	code := Look(ctx, key)
	if code == "" {
		return wrapped
	}
	return gcperr.Typed(code, op, resource, key, err)
}

// Look returns what keeps a service from using a key that it can't use, with the codes of [Wrap], or "" if the key can't
// be seen. KeyDenied means that nothing is wrong with the key itself.
func Look(ctx context.Context, key cmekpipe.KeyName) cmekpipe.Code {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client, err := kmsclient.New(ctx)
	if err != nil {
		return ""
	}
	defer client.Close()
	return look(ctx, client, key)
}

// look returns what is wrong with a key, or "" if it can't be seen.
func look(ctx context.Context, client *kms.KeyManagementClient, key cmekpipe.KeyName) cmekpipe.Code {
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
