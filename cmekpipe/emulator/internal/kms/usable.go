package kms

import (
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// The permissions to encrypt and decrypt, which administrators of keys do not have.
const (
	useToEncrypt = "cloudkms.cryptoKeyVersions.useToEncrypt"
	useToDecrypt = "cloudkms.cryptoKeyVersions.useToDecrypt"
)

// usableKey returns a key that a member may use, or a *refusal. Resource is the name in the request: a key or a
// version.
func (s *store) usableKey(member, permission string, name cmekpipe.KeyName, resource string) (*key, error) {
	if err := s.env.CheckService("cloudkms.googleapis.com", name.Project()); err != nil {
		return nil, refuse(codes.PermissionDenied, core.KeyDenied, resource, status.Convert(err).Message())
	}
	k, err := s.key(name)
	switch allowed := s.access.Holds(member, permission, name.String()); {
	case err != nil && allowed:
		return nil, refuse(codes.NotFound, core.KeyNotFound, resource, "CryptoKey "+name.String()+" not found.")
	case err != nil:
		return nil, refuse(codes.PermissionDenied, core.KeyNotFound, resource, denial(permission, resource))
	case !allowed:
		return nil, refuse(codes.PermissionDenied, core.KeyDenied, resource, denial(permission, resource))
	case k.Purpose != kmspb.CryptoKey_ENCRYPT_DECRYPT:
		return nil, refuse(codes.InvalidArgument, core.KeyWrongPurpose, resource,
			name.String()+" has purpose "+k.Purpose.String()+", want ENCRYPT_DECRYPT.")
	}
	return k, nil
}

// toEncrypt returns the key's primary version if it is enabled.
func (k *key) toEncrypt() (*version, error) {
	if k.primary == nil {
		return nil, refuse(codes.FailedPrecondition, core.KeyWrongPurpose, k.Name, k.Name+" has no primary version.")
	}
	return k.enabled(k.primary)
}

// byNumber returns a version if it is enabled. Resource is the name in the request.
func (k *key) byNumber(number int64) (*version, error) {
	v := k.version(number)
	if v == nil {
		name := k.name.Version(number).String()
		return nil, refuse(codes.NotFound, core.KeyNotFound, name, "CryptoKeyVersion "+name+" not found.")
	}
	return k.enabled(v)
}

func (k *key) enabled(v *version) (*version, error) {
	if v.State != kmspb.CryptoKeyVersion_ENABLED {
		return nil, refuseState(v.Name, v.State.String())
	}
	return v, nil
}
