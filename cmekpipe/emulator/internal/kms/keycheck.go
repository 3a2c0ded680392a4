package kms

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The limits of a key's durations. Sources: the comments of kmspb.CryptoKey and
// https://docs.cloud.google.com/kms/docs/destroy-restore.
const (
	day                = 24 * time.Hour
	minRotation        = day
	maxRotation        = 876_000 * time.Hour
	defaultDestruction = 30 * day
	minDestruction     = day
	maxDestruction     = 120 * day
	maxLabels          = 64
)

// setDefaults sets the fields that a client left to Cloud KMS.
func setDefaults(k *kmspb.CryptoKey) {
	if k.VersionTemplate == nil {
		k.VersionTemplate = &kmspb.CryptoKeyVersionTemplate{}
	}
	t := k.VersionTemplate
	if t.ProtectionLevel == kmspb.ProtectionLevel_PROTECTION_LEVEL_UNSPECIFIED {
		t.ProtectionLevel = kmspb.ProtectionLevel_SOFTWARE
	}
	const unspecified = kmspb.CryptoKeyVersion_CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED
	if t.Algorithm == unspecified && k.Purpose == kmspb.CryptoKey_ENCRYPT_DECRYPT {
		t.Algorithm = kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION
		if isExternal(t.ProtectionLevel) {
			t.Algorithm = kmspb.CryptoKeyVersion_EXTERNAL_SYMMETRIC_ENCRYPTION
		}
	}
	if k.DestroyScheduledDuration == nil {
		k.DestroyScheduledDuration = durationpb.New(defaultDestruction)
	}
}

// checkKey checks a requested key, with its defaults set, at a time.
func checkKey(k *kmspb.CryptoKey, now time.Time) error {
	for _, check := range []func(*kmspb.CryptoKey) error{checkTemplate, checkBackend, checkDestruction, checkLabels} {
		if err := check(k); err != nil {
			return err
		}
	}
	return checkRotation(k, now)
}

func isExternal(level kmspb.ProtectionLevel) bool {
	return level == kmspb.ProtectionLevel_EXTERNAL || level == kmspb.ProtectionLevel_EXTERNAL_VPC
}

// checkTemplate refuses an algorithm that does not fit the key's purpose or protection level.
func checkTemplate(k *kmspb.CryptoKey) error {
	algorithm := k.VersionTemplate.Algorithm.String()
	families := algorithmFamilies(k.Purpose)
	if len(families) == 0 {
		return invalid("got purpose %s, want one such as ENCRYPT_DECRYPT", k.Purpose)
	}
	if !slices.ContainsFunc(families, func(family string) bool { return strings.HasPrefix(algorithm, family) }) {
		return invalid("got algorithm %s, want one for purpose %s", algorithm, k.Purpose)
	}
	level := k.VersionTemplate.ProtectionLevel
	if isExternal(level) != (k.VersionTemplate.Algorithm == kmspb.CryptoKeyVersion_EXTERNAL_SYMMETRIC_ENCRYPTION) {
		return invalid("got algorithm %s, want one for protection level %s", algorithm, level)
	}
	return nil
}

// algorithmFamilies returns the prefixes of the algorithms for a purpose; none for an unknown purpose.
func algorithmFamilies(purpose kmspb.CryptoKey_CryptoKeyPurpose) []string {
	switch purpose {
	case kmspb.CryptoKey_ENCRYPT_DECRYPT:
		return []string{"GOOGLE_SYMMETRIC_ENCRYPTION", "EXTERNAL_SYMMETRIC_ENCRYPTION"}
	case kmspb.CryptoKey_RAW_ENCRYPT_DECRYPT:
		return []string{"AES_128_", "AES_256_G", "AES_256_C"}
	case kmspb.CryptoKey_ASYMMETRIC_SIGN:
		return []string{"RSA_SIGN_", "EC_SIGN_", "PQ_SIGN_"}
	case kmspb.CryptoKey_ASYMMETRIC_DECRYPT:
		return []string{"RSA_DECRYPT_"}
	case kmspb.CryptoKey_MAC:
		return []string{"HMAC_"}
	case kmspb.CryptoKey_KEY_ENCAPSULATION:
		return []string{"ML_KEM_", "KEM_"}
	case kmspb.CryptoKey_AES_WRAPPING:
		return []string{"AES_256_KWP"}
	}
	return nil
}

// checkBackend requires a backend for the protection levels that keep key material outside of Cloud KMS's own machines.
func checkBackend(k *kmspb.CryptoKey) error {
	level := k.VersionTemplate.ProtectionLevel
	wanted := level == kmspb.ProtectionLevel_EXTERNAL_VPC || level == kmspb.ProtectionLevel_HSM_SINGLE_TENANT
	if wanted != (k.CryptoKeyBackend != "") {
		return invalid("got crypto_key_backend %q with protection level %s, want one with EXTERNAL_VPC and "+
			"HSM_SINGLE_TENANT only", k.CryptoKeyBackend, level)
	}
	return nil
}

func checkDestruction(k *kmspb.CryptoKey) error {
	least := minDestruction
	if k.ImportOnly {
		least = 0
	}
	if d := k.DestroyScheduledDuration.AsDuration(); d < least || d > maxDestruction {
		return invalid("got destroy_scheduled_duration %s, want %s to %s", d, least, maxDestruction)
	}
	return nil
}

// checkRotation refuses a schedule that could not create a version.
func checkRotation(k *kmspb.CryptoKey, now time.Time) error {
	next, period := k.NextRotationTime, k.GetRotationPeriod()
	switch {
	case next == nil && period == nil:
		return nil
	case k.Purpose != kmspb.CryptoKey_ENCRYPT_DECRYPT || k.ImportOnly || isExternal(k.VersionTemplate.ProtectionLevel):
		return invalid("got a rotation schedule, want none: Cloud KMS can't create versions of this key on a schedule")
	case next == nil:
		return invalid("got rotation_period without next_rotation_time, want both")
	case !next.AsTime().After(now):
		return invalid("got next_rotation_time %s, want a time to come", next.AsTime().Format(time.RFC3339))
	case period != nil && (period.AsDuration() < minRotation || period.AsDuration() > maxRotation):
		return invalid("got rotation_period %s, want %s to %s", period.AsDuration(), minRotation, maxRotation)
	}
	return nil
}

var (
	labelKeyForm   = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	labelValueForm = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
)

// checkLabels applies the rules of https://docs.cloud.google.com/kms/docs/creating-managing-labels.
func checkLabels(k *kmspb.CryptoKey) error {
	if len(k.Labels) > maxLabels {
		return invalid("got %d labels, want at most %d", len(k.Labels), maxLabels)
	}
	for name, value := range k.Labels {
		if !labelKeyForm.MatchString(name) || !labelValueForm.MatchString(value) {
			return invalid("got label %q, want up to 63 lower-case letters, digits, _ and - in key and value", name)
		}
	}
	return nil
}
