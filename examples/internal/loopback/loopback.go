// Package loopback sets the stage for an example: a loopback Google Cloud in this process with a key, buckets and a
// text in it, all made through Google's own clients as on the real one.
package loopback

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"cloud.google.com/go/iam"
	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Cloud is a running stage.
type Cloud struct {
	// Cloud is the loopback Google Cloud.
	*emulator.Cloud
	// Storage is a client of its Cloud Storage.
	Storage *storage.Client

	project string
}

// Start starts a loopback cloud and points the emulator variables of this process at it, so that the pipeline's
// workers find it. The key exists, and the service agents of the project may use it.
func Start(ctx context.Context, project string, key cmekpipe.KeyName) (*Cloud, error) {
	cloud, err := emulator.Start()
	if err != nil {
		return nil, err
	}
	c := &Cloud{Cloud: cloud, project: project}
	for _, pair := range cloud.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	if err := c.createKey(ctx, key); err != nil {
		return nil, fmt.Errorf("key %s: %w", key, err)
	}
	c.Storage, err = storage.NewClient(ctx, cloud.ClientOptions(emulator.Storage)...)
	return c, err
}

// CreateBucket makes a bucket in a location. It has no default key, so that only a sink's own key protects what a
// pipeline writes.
func (c *Cloud) CreateBucket(ctx context.Context, name, location string) error {
	return c.Storage.Bucket(name).Create(ctx, c.project, &storage.BucketAttrs{
		Location:         location,
		SoftDeletePolicy: &storage.SoftDeletePolicy{},
	})
}

// Put stores a text under a key.
func (c *Cloud) Put(ctx context.Context, o cmekpipe.Object, text string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := c.Storage.Bucket(o.Bucket()).Object(o.Name()).NewWriter(ctx)
	w.KMSKeyName = o.Key().String()
	if _, err := io.WriteString(w, text); err != nil {
		return err // the deferred cancel abandons the upload; closing would commit half of it
	}
	return w.Close()
}

// createKey makes the key ring and the key, and lets the project's service agents use it.
func (c *Cloud) createKey(ctx context.Context, key cmekpipe.KeyName) error {
	client, err := kms.NewKeyManagementClient(ctx, c.ClientOptions(emulator.KMS)...)
	if err != nil {
		return err
	}
	defer client.Close()
	parent := "projects/" + key.Project() + "/locations/" + key.Location()
	ring, err := client.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: parent, KeyRingId: key.KeyRing()})
	if err != nil {
		return err
	}
	_, err = client.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{
		Parent: ring.GetName(), CryptoKeyId: key.ID(), CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	if err != nil {
		return err
	}
	return grant(ctx, client.ResourceIAM(key.String()), c.project)
}

func grant(ctx context.Context, handle *iam.Handle, project string) error {
	policy, err := handle.Policy(ctx)
	if err != nil {
		return err
	}
	for _, s := range []emulator.Service{emulator.Storage, emulator.Dataflow, emulator.Compute} {
		policy.Add("serviceAccount:"+emulator.Agent(s, project), "roles/cloudkms.cryptoKeyEncrypterDecrypter")
	}
	return handle.SetPolicy(ctx, policy)
}
