package emulator_test

import (
	"context"
	"fmt"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// A key protects a bucket only after the service agent of Cloud Storage was granted the key, as on Google Cloud.
func Example() {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	defer cloud.Close()
	keys, err := kms.NewKeyManagementClient(ctx, cloud.ClientOptions(emulator.KMS)...)
	if err != nil {
		panic(err)
	}
	defer keys.Close()
	buckets, err := storage.NewClient(ctx, cloud.ClientOptions(emulator.Storage)...)
	if err != nil {
		panic(err)
	}
	defer buckets.Close()

	ring, err := keys.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{
		Parent: "projects/bank-prod/locations/us-central1", KeyRingId: "pipelines",
	})
	if err != nil {
		panic(err)
	}
	key, err := keys.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{
		Parent: ring.GetName(), CryptoKeyId: "archive", CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	if err != nil {
		panic(err)
	}

	create := func() error {
		return buckets.Bucket("archive").Create(ctx, "bank-prod", &storage.BucketAttrs{
			Location: "us-central1", Encryption: &storage.BucketEncryption{DefaultKMSKeyName: key.GetName()},
		})
	}
	fmt.Println("denied:", create() != nil)

	policy, err := keys.ResourceIAM(key.GetName()).Policy(ctx)
	if err != nil {
		panic(err)
	}
	policy.Add("serviceAccount:"+emulator.Agent(emulator.Storage, "bank-prod"), "roles/cloudkms.cryptoKeyEncrypterDecrypter")
	if err := keys.ResourceIAM(key.GetName()).SetPolicy(ctx, policy); err != nil {
		panic(err)
	}
	fmt.Println("granted:", create() == nil)

	for _, entry := range cloud.Ledger() {
		if entry.Kind == "bucket" {
			fmt.Println(entry.Name, "rests under", entry.ProtectedBy())
		}
	}
	// Output:
	// denied: true
	// granted: true
	// gs://archive rests under projects/bank-prod/locations/us-central1/keyRings/pipelines/cryptoKeys/archive
}
