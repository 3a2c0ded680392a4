package kms

import (
	"path"

	"cloud.google.com/go/kms/apiv1/kmspb"
)

// nameCall names a call for the faults by method, such as "kms.CreateCryptoKey", and resource.
func nameCall(fullMethod string, request any) (method, resource string) {
	return "kms." + path.Base(fullMethod), requestResource(request)
}

// methods lists the calls that the server serves.
func methods() []string {
	return []string{
		"kms.CreateKeyRing", "kms.GetKeyRing", "kms.ListKeyRings", "kms.CreateCryptoKey", "kms.GetCryptoKey",
		"kms.ListCryptoKeys", "kms.UpdateCryptoKey", "kms.UpdateCryptoKeyPrimaryVersion",
		"kms.CreateCryptoKeyVersion", "kms.GetCryptoKeyVersion", "kms.ListCryptoKeyVersions",
		"kms.UpdateCryptoKeyVersion", "kms.DestroyCryptoKeyVersion", "kms.RestoreCryptoKeyVersion", "kms.Encrypt",
		"kms.Decrypt", "kms.GetIamPolicy", "kms.SetIamPolicy", "kms.TestIamPermissions", "kms.GetLocation",
	}
}

// requestResource returns the name of a request's resource. For a creation it is the resource to be created.
func requestResource(request any) string {
	switch r := request.(type) {
	case *kmspb.UpdateCryptoKeyRequest:
		return r.GetCryptoKey().GetName()
	case *kmspb.UpdateCryptoKeyVersionRequest:
		return r.GetCryptoKeyVersion().GetName()
	case interface {
		GetParent() string
		GetKeyRingId() string
	}:
		return r.GetParent() + "/keyRings/" + r.GetKeyRingId()
	case interface {
		GetParent() string
		GetCryptoKeyId() string
	}:
		return r.GetParent() + "/cryptoKeys/" + r.GetCryptoKeyId()
	case interface{ GetParent() string }:
		return r.GetParent()
	case interface{ GetName() string }:
		return r.GetName()
	case interface{ GetResource() string }:
		return r.GetResource()
	}
	return ""
}
