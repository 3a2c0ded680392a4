package emulator

import (
	"context"
	"errors"
	"fmt"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/storage"
)

// clients are the clients that most helpers of the cloud use. They are created on first use and closed with the cloud.
type clients struct {
	kms     *kms.KeyManagementClient
	storage *storage.Client
}

func (c *clients) close() error {
	var errs []error
	if c.kms != nil {
		errs = append(errs, c.kms.Close())
	}
	if c.storage != nil {
		errs = append(errs, c.storage.Close())
	}
	return errors.Join(errs...)
}

func (c *Cloud) kmsClient() (*kms.KeyManagementClient, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clients.kms != nil {
		return c.clients.kms, nil
	}
	client, err := kms.NewKeyManagementClient(context.Background(), c.ClientOptions(KMS)...)
	if err != nil {
		return nil, fmt.Errorf("emulator: client of Cloud KMS: %w", err)
	}
	c.clients.kms = client
	return client, nil
}

func (c *Cloud) storageClient() (*storage.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clients.storage != nil {
		return c.clients.storage, nil
	}
	client, err := storage.NewClient(context.Background(), c.ClientOptions(Storage)...)
	if err != nil {
		return nil, fmt.Errorf("emulator: client of Cloud Storage: %w", err)
	}
	c.clients.storage = client
	return client, nil
}
