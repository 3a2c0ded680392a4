package kms

import (
	"context"
	"hash/crc32"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// The limits of one call, in bytes. For a hardware module the limit applies to the sum of data and additional data.
const (
	maxData    = 64 << 10
	maxHSMData = 8 << 10
)

// Encrypt encrypts data with the primary version of a key, or with the version that the request names.
func (s *keyService) Encrypt(ctx context.Context, r *kmspb.EncryptRequest) (*kmspb.EncryptResponse, error) {
	name, err := cmekpipe.ParseKeyOrVersion(r.GetName())
	if err != nil {
		return nil, invalid("got name %q, want a CryptoKey's or a CryptoKeyVersion's", r.GetName())
	}
	if err := checkSums(
		sum{"plaintext", r.GetPlaintext(), r.GetPlaintextCrc32C()},
		sum{"additional_authenticated_data", r.GetAdditionalAuthenticatedData(), r.GetAdditionalAuthenticatedDataCrc32C()},
	); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.encrypting(core.Principal(ctx), name, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := checkLength(v, "plaintext", len(r.GetPlaintext()), len(r.GetAdditionalAuthenticatedData())); err != nil {
		return nil, err
	}
	ciphertext := v.cipher.seal(r.GetPlaintext(), r.GetAdditionalAuthenticatedData())
	return &kmspb.EncryptResponse{
		Name: v.Name, Ciphertext: ciphertext, CiphertextCrc32C: checksum(ciphertext),
		VerifiedPlaintextCrc32C:                   r.GetPlaintextCrc32C() != nil,
		VerifiedAdditionalAuthenticatedDataCrc32C: r.GetAdditionalAuthenticatedDataCrc32C() != nil,
		ProtectionLevel:                           v.ProtectionLevel,
	}, nil
}

// encrypting returns the version that member may encrypt with if the request names a key or one of its versions.
func (s *store) encrypting(member string, name cmekpipe.KeyName, resource string) (*version, error) {
	k, err := s.usableKey(member, useToEncrypt, name, resource)
	if err != nil {
		return nil, err
	}
	if v, err := cmekpipe.ParseKeyVersionName(resource); err == nil {
		return k.byNumber(v.Number())
	}
	return k.toEncrypt()
}

// Decrypt decrypts what Encrypt returned for any enabled version of the key.
func (s *keyService) Decrypt(ctx context.Context, r *kmspb.DecryptRequest) (*kmspb.DecryptResponse, error) {
	name, err := parseKey(r.GetName())
	if err != nil {
		return nil, err
	}
	if err := checkSums(
		sum{"ciphertext", r.GetCiphertext(), r.GetCiphertextCrc32C()},
		sum{"additional_authenticated_data", r.GetAdditionalAuthenticatedData(), r.GetAdditionalAuthenticatedDataCrc32C()},
	); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usableKey(core.Principal(ctx), useToDecrypt, name, r.GetName())
	if err != nil {
		return nil, err
	}
	number, ok := versionNumber(r.GetCiphertext())
	if !ok || k.version(number) == nil {
		return nil, undecryptable(name)
	}
	v, err := k.byNumber(number)
	if err != nil {
		return nil, err
	}
	plaintext, err := v.cipher.open(r.GetCiphertext(), r.GetAdditionalAuthenticatedData())
	if err != nil {
		return nil, undecryptable(name)
	}
	return &kmspb.DecryptResponse{
		Plaintext: plaintext, PlaintextCrc32C: checksum(plaintext),
		UsedPrimary: v == k.primary, ProtectionLevel: v.ProtectionLevel,
	}, nil
}

func undecryptable(name cmekpipe.KeyName) error {
	return invalid("got a ciphertext that %s does not decrypt, want one that it made with the same additional data", name)
}

func checkLength(v *version, field string, data, additional int) error {
	if v.ProtectionLevel == kmspb.ProtectionLevel_HSM {
		if sum := data + additional; sum > maxHSMData {
			return invalid("got %d bytes of %s and additional_authenticated_data, want at most %d", sum, field, maxHSMData)
		}
		return nil
	}
	if data > maxData {
		return invalid("got %d bytes of %s, want at most %d", data, field, maxData)
	}
	if additional > maxData {
		return invalid("got %d bytes of additional_authenticated_data, want at most %d", additional, maxData)
	}
	return nil
}

// sum is a field of a request with its optional checksum.
type sum struct {
	field string
	data  []byte
	crc   *wrapperspb.Int64Value
}

// checkSums refuses data that differs from what the client sent.
func checkSums(sums ...sum) error {
	for _, s := range sums {
		if s.crc != nil && s.crc.Value != checksum(s.data).Value {
			return invalid("The checksum in field %s_crc32c did not match the data in field %s.", s.field, s.field)
		}
	}
	return nil
}

func checksum(data []byte) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))))
}
