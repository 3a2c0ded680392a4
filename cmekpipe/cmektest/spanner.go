package cmektest

import (
	"strings"

	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// SpannerInstance makes a Spanner instance, named "projects/PROJECT/instances/INSTANCE", in a location such as
// "us-central1" or a configuration such as "nam3". One that exists stays as it is.
func (c *Cloud) SpannerInstance(name, where string) {
	c.t.Helper()
	client, err := instance.NewInstanceAdminClient(c.t.Context(), c.ClientOptions(emulator.Spanner)...)
	if err != nil {
		c.t.Fatalf("cmektest: client of Spanner: %v", err)
	}
	defer client.Close()
	if location.IsRegion(where) {
		where = "regional-" + where
	}
	project, id, _ := strings.Cut(name, "/instances/")
	made, err := client.CreateInstance(c.t.Context(), &instancepb.CreateInstanceRequest{Parent: project, InstanceId: id,
		Instance: &instancepb.Instance{Name: name, DisplayName: id, NodeCount: 1, Config: project + "/instanceConfigs/" + where}})
	if err == nil {
		_, err = made.Wait(c.t.Context())
	}
	if err != nil && status.Code(err) != codes.AlreadyExists {
		c.t.Fatalf("cmektest: Spanner instance %s: %v", name, err)
	}
}

// SpannerDatabase makes a Spanner database, named "projects/PROJECT/instances/INSTANCE/databases/DATABASE", under key and
// with the tables of some statements, and its instance if that does not exist. The zero KeyName makes a database without
// a key, which [Cloud.RequireEncrypted] reports.
func (c *Cloud) SpannerDatabase(name, where string, key cmekpipe.KeyName, ddl ...string) {
	c.t.Helper()
	parent, id, _ := strings.Cut(name, "/databases/")
	c.SpannerInstance(parent, where)
	client, err := database.NewDatabaseAdminClient(c.t.Context(), c.ClientOptions(emulator.Spanner)...)
	if err != nil {
		c.t.Fatalf("cmektest: client of Spanner: %v", err)
	}
	defer client.Close()
	request := &databasepb.CreateDatabaseRequest{
		Parent: parent, CreateStatement: "CREATE DATABASE `" + id + "`", ExtraStatements: ddl}
	if key.Valid() {
		request.EncryptionConfig = &databasepb.EncryptionConfig{KmsKeyName: key.String()}
	}
	made, err := client.CreateDatabase(c.t.Context(), request)
	if err == nil {
		_, err = made.Wait(c.t.Context())
	}
	if err != nil {
		c.t.Fatalf("cmektest: Spanner database %s: %v", name, err)
	}
}
