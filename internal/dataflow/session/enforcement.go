package session

import (
	"cmp"
	"context"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// CheckEnforcement finds each bucket of some places, gs:// URLs, that may accept objects without a customer-managed key. A strict
// launch refuses such a bucket, unless that is waived.
func (s *Services) CheckEnforcement(ctx context.Context, strict bool, places ...string) error {
	return s.each(places, func(bucket string) error {
		attrs, err := s.bucket(ctx, bucket)
		if err != nil {
			return err
		}
		f, found := Enforcement(bucket, attrs)
		if !found {
			return nil
		}
		switch reason := s.Waived(f.Rule); {
		case reason != "":
			f.Detail += "; waived: " + reason
		case strict:
			return Refuse(s.Jobs.Op, cmekpipe.KeyMissing, f.Resource, f.Detail, f.Remedy)
		}
		s.addFinding(ctx, f)
		return nil
	})
}

// Enforcement returns the finding on a bucket that does not refuse objects under Google's own encryption. Workers name no key for
// what they write to the temp location: the bucket's default key is all that encrypts it, as long as nobody removes that key.
func Enforcement(bucket string, attrs *storage.BucketAttrs) (f rule.Finding, found bool) {
	mode := storage.NotRestricted
	if c := attrs.GoogleManagedEncryptionEnforcementConfig; c != nil {
		mode = cmp.Or(c.RestrictionMode, mode)
	}
	if mode == storage.FullyRestricted {
		return rule.Finding{}, false
	}
	return rule.Finding{Rule: rule.BucketEnforcement, Resource: "gs://" + bucket,
		Detail: "got " + string(mode) + " for googleManagedEncryptionEnforcementConfig, want " + string(storage.FullyRestricted) +
			": only its default key keeps the bucket from storing objects under Google's own encryption",
		Remedy: EnforceKeys(bucket)}, true
}

// EnforceKeys is the command that makes a bucket refuse objects under Google's own encryption.
// Source: https://docs.cloud.google.com/storage/docs/encryption/enforce-encryption-types.
func EnforceKeys(bucket string) string {
	return `echo '{"gmekEnforcement":{"restrictionMode":"FullyRestricted"}}' > gmek.json && ` +
		"gcloud storage buckets update gs://" + bucket + " --encryption-enforcement-file=gmek.json"
}
