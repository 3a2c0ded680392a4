package loopback

import (
	"context"
	"fmt"

	"cloud.google.com/go/iam"
	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// CreateKey makes the key and its key ring, and lets the project's service agents use it.
func (c *Cloud) CreateKey(ctx context.Context, key cmekpipe.KeyName) error {
	client, err := kms.NewKeyManagementClient(ctx, c.ClientOptions(emulator.KMS)...)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := create(ctx, client, key); err != nil {
		return fmt.Errorf("key %s: %w", key, err)
	}
	return grant(ctx, client.ResourceIAM(key.String()), c.project)
}

func create(ctx context.Context, client *kms.KeyManagementClient, key cmekpipe.KeyName) error {
	parent := "projects/" + key.Project() + "/locations/" + key.Location()
	_, err := client.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: parent, KeyRingId: key.KeyRing()})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return err
	}
	_, err = client.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{
		Parent: parent + "/keyRings/" + key.KeyRing(), CryptoKeyId: key.ID(),
		CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	return err
}

// grant lets the agent of every service that encrypts use the key.
func grant(ctx context.Context, handle *iam.Handle, project string) error {
	policy, err := handle.Policy(ctx)
	if err != nil {
		return err
	}
	for _, s := range []emulator.Service{
		emulator.Storage, emulator.Dataflow, emulator.Compute, emulator.BigQuery, emulator.PubSub, emulator.Spanner,
		emulator.Bigtable, emulator.Datastore, emulator.Healthcare,
	} {
		policy.Add("serviceAccount:"+emulator.Agent(s, project), "roles/cloudkms.cryptoKeyEncrypterDecrypter")
	}
	return handle.SetPolicy(ctx, policy)
}
