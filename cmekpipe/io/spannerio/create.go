package spannerio

import (
	"context"
	"strings"

	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// create creates the database with its keys and waits until it exists. The caller checks it.
func (f *check) create(ctx context.Context, client *database.DatabaseAdminClient) error {
	parent, id, _ := strings.Cut(f.Database.String(), "/databases/")
	if err := f.checkPlace(ctx, parent); err != nil {
		return err
	}
	making, err := client.CreateDatabase(ctx, &databasepb.CreateDatabaseRequest{Parent: parent,
		CreateStatement: "CREATE DATABASE `" + id + "`", ExtraStatements: f.DDL, EncryptionConfig: f.encryption()})
	if err != nil {
		return err
	}
	_, err = making.Wait(ctx)
	return err
}

// encryption asks for the keys, in the field for one or in that for several.
func (f *check) encryption() *databasepb.EncryptionConfig {
	if len(f.Further) == 0 {
		return &databasepb.EncryptionConfig{KmsKeyName: f.Database.Key().String()}
	}
	asked := &databasepb.EncryptionConfig{}
	for _, key := range f.keys() {
		asked.KmsKeyNames = append(asked.KmsKeyNames, key.String())
	}
	return asked
}

// checkPlace refuses keys that are not in the location of the instance.
func (f *check) checkPlace(ctx context.Context, instance string) error {
	client, err := spannerclient.SharedInstances(ctx)
	if err != nil {
		return err
	}
	found, err := client.GetInstance(ctx, &instancepb.GetInstanceRequest{Name: instance})
	if err != nil {
		return err
	}
	for _, key := range f.keys() {
		answer := location.ForSpanner(key.Location(), found.GetConfig())
		if err := keycheck.Location(opWrite, f.Database.String(), key, answer); err != nil {
			return err
		}
	}
	return nil
}
