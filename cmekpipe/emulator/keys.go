package emulator

import (
	"context"
	"fmt"
	"path"
	"time"

	"cloud.google.com/go/iam"
	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// encrypterDecrypter is the role that a service agent needs on a key.
const encrypterDecrypter iam.RoleName = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// CreateKey creates a symmetric key, and its key ring unless that exists. No service may use the key until
// [Cloud.GrantKey] grants it.
func (c *Cloud) CreateKey(ctx context.Context, key cmekpipe.KeyName) error {
	client, err := c.kmsClient()
	if err != nil {
		return err
	}
	parent := "projects/" + key.Project() + "/locations/" + key.Location()
	_, err = client.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: parent, KeyRingId: key.KeyRing()})
	if err == nil || status.Code(err) == codes.AlreadyExists {
		_, err = client.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{
			Parent: parent + "/keyRings/" + key.KeyRing(), CryptoKeyId: key.ID(),
			CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
		})
	}
	return failure("create key", key.String(), err)
}

// GrantKey lets the service agents of the given services in a project encrypt and decrypt with the key. Without
// services it grants the key to every service that encrypts.
func (c *Cloud) GrantKey(ctx context.Context, key cmekpipe.KeyName, project string, services ...Service) error {
	return c.changePolicy(ctx, key, project, services, (*iam.Policy).Add)
}

// DenyKey revokes what [Cloud.GrantKey] granted to the same services. The change takes effect at once unless
// [Cloud.DelayGrants] delays it.
func (c *Cloud) DenyKey(ctx context.Context, key cmekpipe.KeyName, project string, services ...Service) error {
	return c.changePolicy(ctx, key, project, services, (*iam.Policy).Remove)
}

// DelayGrants makes grants and denials from now on take effect only after d by the cloud's clock, however they are made:
// Google Cloud needs up to several minutes. Clients read a changed policy at once. [Cloud.Advance] ends the delay.
func (c *Cloud) DelayGrants(d time.Duration) { c.access.Delay(d) }

func (c *Cloud) changePolicy(ctx context.Context, key cmekpipe.KeyName, project string, services []Service,
	change func(*iam.Policy, string, iam.RoleName)) error {
	client, err := c.kmsClient()
	if err != nil {
		return err
	}
	if len(services) == 0 {
		services = encrypting()
	}
	handle := client.ResourceIAM(key.String())
	policy, err := handle.Policy(ctx)
	if err != nil {
		return failure("read policy of key", key.String(), err)
	}
	for _, s := range services {
		agent := Agent(s, project)
		if agent == "" {
			return fmt.Errorf("emulator: policy of key %s: got service %q, want one whose agent encrypts", key, s)
		}
		change(policy, "serviceAccount:"+agent, encrypterDecrypter)
	}
	return failure("set policy of key", key.String(), handle.SetPolicy(ctx, policy))
}

// RotateKey creates a version of the key and makes it the primary one. New data is encrypted with it; older data keeps
// its version.
func (c *Cloud) RotateKey(ctx context.Context, key cmekpipe.KeyName) error {
	client, err := c.kmsClient()
	if err != nil {
		return err
	}
	version, err := client.CreateCryptoKeyVersion(ctx, &kmspb.CreateCryptoKeyVersionRequest{Parent: key.String()})
	if err == nil {
		_, err = client.UpdateCryptoKeyPrimaryVersion(ctx, &kmspb.UpdateCryptoKeyPrimaryVersionRequest{
			Name: key.String(), CryptoKeyVersionId: path.Base(version.GetName()),
		})
	}
	return failure("rotate key", key.String(), err)
}

// DisableKey disables every version of the key. The key then encrypts no new data, and data encrypted with it can't be
// read.
func (c *Cloud) DisableKey(ctx context.Context, key cmekpipe.KeyName) error {
	return c.eachVersion(ctx, "disable key", key, func(client *kms.KeyManagementClient, v *kmspb.CryptoKeyVersion) error {
		if v.GetState() != kmspb.CryptoKeyVersion_ENABLED {
			return nil
		}
		return setVersionState(ctx, client, v, kmspb.CryptoKeyVersion_DISABLED)
	})
}

// EnableKey enables every version of the key, including those that are scheduled for destruction. Destroyed versions
// stay destroyed.
func (c *Cloud) EnableKey(ctx context.Context, key cmekpipe.KeyName) error {
	return c.eachVersion(ctx, "enable key", key, func(client *kms.KeyManagementClient, v *kmspb.CryptoKeyVersion) error {
		switch v.GetState() {
		case kmspb.CryptoKeyVersion_DESTROY_SCHEDULED:
			restore := &kmspb.RestoreCryptoKeyVersionRequest{Name: v.GetName()}
			if _, err := client.RestoreCryptoKeyVersion(ctx, restore); err != nil {
				return err
			}
		case kmspb.CryptoKeyVersion_DISABLED:
		default:
			return nil
		}
		return setVersionState(ctx, client, v, kmspb.CryptoKeyVersion_ENABLED)
	})
}

// DestroyKey schedules every version of the key for destruction in 30 days by the cloud's clock. The versions can't be
// used from now on. [Cloud.EnableKey] restores them until [Cloud.Advance] reaches that day.
func (c *Cloud) DestroyKey(ctx context.Context, key cmekpipe.KeyName) error {
	return c.eachVersion(ctx, "destroy key", key, func(client *kms.KeyManagementClient, v *kmspb.CryptoKeyVersion) error {
		if v.GetState() != kmspb.CryptoKeyVersion_ENABLED && v.GetState() != kmspb.CryptoKeyVersion_DISABLED {
			return nil
		}
		_, err := client.DestroyCryptoKeyVersion(ctx, &kmspb.DestroyCryptoKeyVersionRequest{Name: v.GetName()})
		return err
	})
}

// versionCall is a method of the Cloud KMS client that changes a key version.
type versionCall func(*kms.KeyManagementClient, *kmspb.CryptoKeyVersion) error

// eachVersion calls do for each version of the key and stops at the first error.
func (c *Cloud) eachVersion(ctx context.Context, op string, key cmekpipe.KeyName, do versionCall) error {
	client, err := c.kmsClient()
	if err != nil {
		return err
	}
	it := client.ListCryptoKeyVersions(ctx, &kmspb.ListCryptoKeyVersionsRequest{Parent: key.String()})
	for {
		v, err := it.Next()
		if err == iterator.Done {
			return nil
		}
		if err == nil {
			err = do(client, v)
		}
		if err != nil {
			return failure(op, key.String(), err)
		}
	}
}

func setVersionState(ctx context.Context, client *kms.KeyManagementClient, v *kmspb.CryptoKeyVersion,
	state kmspb.CryptoKeyVersion_CryptoKeyVersionState) error {
	_, err := client.UpdateCryptoKeyVersion(ctx, &kmspb.UpdateCryptoKeyVersionRequest{
		CryptoKeyVersion: &kmspb.CryptoKeyVersion{Name: v.GetName(), State: state},
		UpdateMask:       &fieldmaskpb.FieldMask{Paths: []string{"state"}},
	})
	return err
}

// failure wraps an error of a helper with the helper's action and resource. It returns nil if err is nil.
func failure(op, resource string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("emulator: %s %s: %w", op, resource, err)
}
