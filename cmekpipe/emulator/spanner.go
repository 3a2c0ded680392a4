package emulator

import (
	"context"
	"strings"

	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// CreateSpannerInstance creates a Spanner instance, named "projects/PROJECT/instances/INSTANCE", in a location such as
// "us-central1" or a configuration such as "nam3". It does not change an instance that exists.
func (c *Cloud) CreateSpannerInstance(ctx context.Context, name, where string) error {
	client, err := instance.NewInstanceAdminClient(ctx, c.ClientOptions(Spanner)...)
	if err != nil {
		return failure("create Spanner instance", name, err)
	}
	defer client.Close()
	if location.IsRegion(where) {
		where = "regional-" + where
	}
	project, id, _ := strings.Cut(name, "/instances/")
	creation, err := client.CreateInstance(ctx, &instancepb.CreateInstanceRequest{Parent: project, InstanceId: id,
		Instance: &instancepb.Instance{Name: name, DisplayName: id, NodeCount: 1, Config: project + "/instanceConfigs/" + where}})
	if err == nil {
		_, err = creation.Wait(ctx)
	}
	if status.Code(err) == codes.AlreadyExists {
		return nil
	}
	return failure("create Spanner instance", name, err)
}

// CreateSpannerDatabase creates a Spanner database, named "projects/PROJECT/instances/INSTANCE/databases/DATABASE",
// that key encrypts, with the tables that the DDL statements create. It also creates the instance unless it exists. The
// zero KeyName creates a database without a key.
func (c *Cloud) CreateSpannerDatabase(ctx context.Context, name, where string, key cmekpipe.KeyName, ddl ...string) error {
	parent, id, _ := strings.Cut(name, "/databases/")
	if err := c.CreateSpannerInstance(ctx, parent, where); err != nil {
		return err
	}
	client, err := database.NewDatabaseAdminClient(ctx, c.ClientOptions(Spanner)...)
	if err != nil {
		return failure("create Spanner database", name, err)
	}
	defer client.Close()
	request := &databasepb.CreateDatabaseRequest{
		Parent: parent, CreateStatement: "CREATE DATABASE `" + id + "`", ExtraStatements: ddl}
	if key.Valid() {
		request.EncryptionConfig = &databasepb.EncryptionConfig{KmsKeyName: key.String()}
	}
	creation, err := client.CreateDatabase(ctx, request)
	if err == nil {
		_, err = creation.Wait(ctx)
	}
	return failure("create Spanner database", name, err)
}
