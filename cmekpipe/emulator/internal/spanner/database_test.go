package spanner_test

import (
	"strings"
	"testing"

	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func TestInstanceIsCreatedAsByGoogle(t *testing.T) {
	w := newWorld(t)
	good := func() *instancepb.CreateInstanceRequest {
		return &instancepb.CreateInstanceRequest{Parent: project, InstanceId: "second", Instance: &instancepb.Instance{
			Name: project + "/instances/second", DisplayName: "second", NodeCount: 1, Config: project + "/instanceConfigs/regional-us-east1"}}
	}
	for _, tt := range []struct {
		name   string
		change func(*instancepb.CreateInstanceRequest)
		want   codes.Code
		text   string
	}{
		{"parent", func(r *instancepb.CreateInstanceRequest) {
			r.Parent = "bank"
			r.Instance.Name = "bank/instances/second"
		}, codes.InvalidArgument, `got parent "bank"`},
		{"id", func(r *instancepb.CreateInstanceRequest) {
			r.InstanceId = "-"
			r.Instance.Name = project + "/instances/-"
		}, codes.InvalidArgument, `got instance_id "-"`},
		{"name", func(r *instancepb.CreateInstanceRequest) { r.Instance.Name = project + "/instances/third" }, codes.InvalidArgument, "got name"},
		{"display name", func(r *instancepb.CreateInstanceRequest) { r.Instance.DisplayName = "" }, codes.InvalidArgument, "got no display_name"},
		{"config", func(r *instancepb.CreateInstanceRequest) {
			r.Instance.Config = project + "/instanceConfigs/regional-mars1"
		}, codes.InvalidArgument, "Instance config not found"},
		{"another's config", func(r *instancepb.CreateInstanceRequest) { r.Instance.Config = "instanceConfigs/regional-us-east1" }, codes.InvalidArgument, "Instance config not found"},
		{"taken", func(r *instancepb.CreateInstanceRequest) { r.InstanceId = "main"; r.Instance.Name = mainInstance }, codes.AlreadyExists, "Instance already exists: " + mainInstance},
		{"no name", func(r *instancepb.CreateInstanceRequest) { r.Instance.Name = "" }, codes.OK, ""},
		{"again", func(*instancepb.CreateInstanceRequest) {}, codes.AlreadyExists, "Instance already exists: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := good()
			tt.change(r)
			_, err := w.instances.CreateInstance(t.Context(), r)
			require(t, err, tt.want, tt.text)
		})
	}
	if got := len(w.alive("instance")); got != 2 {
		t.Errorf("got %d instances in the ledger, want 2", got)
	}
	found, err := w.getInstance(project + "/instances/second")
	if err != nil || found.GetConfig() != good().Instance.Config || found.GetName() != good().Instance.Name {
		t.Errorf("got %v and %v, want it with its config", found, err)
	}
	_, err = w.getInstance(project + "/instances/third")
	require(t, err, codes.NotFound, "Instance not found: "+project+"/instances/third")
}

func TestDatabaseIsCreatedWithKeysThatFit(t *testing.T) {
	w := newWorld(t)
	w.CreateSpannerInstance(project+"/instances/wide", "nam3")
	far, disabled, denied := w.CreateKey("europe-west3", "far"), w.CreateKey("us-central1", "disabled"), w.CreateKey("us-central1", "denied")
	east, east4 := w.CreateKey("us-east1", "east"), w.CreateKey("us-east4", "east4")
	w.DisableKey(disabled)
	w.DenyKey(denied, emulator.Spanner)
	key := w.key.String()
	for _, tt := range []struct {
		name   string
		keys   []string
		change func(*databasepb.CreateDatabaseRequest)
		want   codes.Code
		text   string
	}{
		{"elsewhere", []string{far.String()}, nil, codes.InvalidArgument, "KMS key " + far.String() + " is not in a location that instance config"},
		{"disabled", []string{disabled.String()}, nil, codes.FailedPrecondition, inaccessible},
		{"denied", []string{denied.String()}, nil, codes.FailedPrecondition, inaccessible},
		{"missing", []string{key + "-none"}, nil, codes.FailedPrecondition, inaccessible},
		{"version", []string{key + "/cryptoKeyVersions/1"}, nil, codes.InvalidArgument, "want a CryptoKey's name"},
		{"no key's name", []string{"records"}, nil, codes.InvalidArgument, `got KMS key "records"`},
		{"one of several elsewhere", []string{key, far.String()}, nil, codes.InvalidArgument, far.String()},
		{"one of several disabled", []string{key, disabled.String()}, nil, codes.FailedPrecondition, inaccessible},
		{"both fields", []string{key}, func(r *databasepb.CreateDatabaseRequest) { r.EncryptionConfig.KmsKeyNames = []string{denied.String()} },
			codes.InvalidArgument, "got both kms_key_name and kms_key_names"},
		{"neither field", []string{key}, func(r *databasepb.CreateDatabaseRequest) { r.EncryptionConfig.KmsKeyName = "" },
			codes.InvalidArgument, "got an encryption_config without a key"},
		{"no instance", []string{key}, func(r *databasepb.CreateDatabaseRequest) { r.Parent += "2" }, codes.NotFound, "Instance not found: " + mainInstance + "2"},
		{"bad id", []string{key}, func(r *databasepb.CreateDatabaseRequest) { r.CreateStatement = "CREATE DATABASE a-b" }, codes.InvalidArgument, "Invalid create statement"},
		{"long id", []string{key}, func(r *databasepb.CreateDatabaseRequest) {
			r.CreateStatement = "CREATE DATABASE " + strings.Repeat("n", 31)
		}, codes.InvalidArgument, "Invalid create statement"},
		{"capital id", []string{key}, func(r *databasepb.CreateDatabaseRequest) { r.CreateStatement = "CREATE DATABASE Ledger" }, codes.InvalidArgument, "Invalid create statement"},
		{"other dialect", []string{key}, func(r *databasepb.CreateDatabaseRequest) {
			r.DatabaseDialect = databasepb.DatabaseDialect_POSTGRESQL
		}, codes.InvalidArgument, "Invalid create statement"},
		{"bad statement", []string{key}, func(r *databasepb.CreateDatabaseRequest) { r.ExtraStatements = []string{entries, "CREATE TABEL x"} },
			codes.InvalidArgument, "Error parsing Spanner DDL statement"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request(tt.keys...)
			if tt.change != nil {
				tt.change(r)
			}
			_, err := w.create(r)
			require(t, err, tt.want, tt.text)
			if got := w.alive("database"); len(got) > 0 {
				t.Errorf("got %s, want no database", got[0].Name)
			}
		})
	}
	wide := request(w.key.String(), east.String(), east4.String())
	wide.Parent = project + "/instances/wide"
	for _, r := range []*databasepb.CreateDatabaseRequest{request(key), wide} {
		made, err := w.create(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(made.GetEncryptionInfo()), max(1, len(r.GetEncryptionConfig().GetKmsKeyNames())); got != want {
			t.Errorf("%s: got %d keys in encryption_info, want %d", made.GetName(), got, want)
		}
	}
	_, err := w.create(request(key))
	require(t, err, codes.AlreadyExists, "Database already exists: "+ledger)
	got := map[string]int{}
	for _, e := range w.alive("database") {
		if !e.KeyAsked || !e.ProtectedBy().Valid() || e.Method != "spanner.databases.create" {
			t.Errorf("got %+v, want it with a requested key", e)
		}
		got[e.Name]++
	}
	if got[ledger] != 1 || got[project+"/instances/wide/databases/ledger"] != 3 {
		t.Errorf("got entries %v, want 1 and 3", got)
	}
}

func TestDatabaseReportsItsKeyAndVersion(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name string
		keys []string
		kind databasepb.EncryptionInfo_Type
	}{
		{"no key", nil, databasepb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION},
		{"a key", []string{w.key.String()}, databasepb.EncryptionInfo_CUSTOMER_MANAGED_ENCRYPTION},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := w.create(request(tt.keys...)); err != nil {
				t.Fatal(err)
			}
			got, err := w.getDatabase(ledger)
			if err != nil {
				t.Fatal(err)
			}
			key, version := strings.Join(tt.keys, ""), ""
			if key != "" {
				version = key + "/cryptoKeyVersions/1"
			}
			info := got.GetEncryptionInfo()
			if got.GetEncryptionConfig().GetKmsKeyName() != key || len(info) != 1 || info[0].GetKmsKeyVersion() != version || info[0].GetEncryptionType() != tt.kind {
				t.Errorf("got %v and %v, want key %q, version %q and %v", got.GetEncryptionConfig(), info, key, version, tt.kind)
			}
			if err := w.databases.DropDatabase(t.Context(), &databasepb.DropDatabaseRequest{Database: ledger}); err != nil {
				t.Fatal(err)
			}
			if left := w.alive("database"); len(left) > 0 {
				t.Errorf("got %s alive in the ledger, want it marked as deleted", left[0].Name)
			}
			_, err = w.getDatabase(ledger)
			require(t, err, codes.NotFound, "Database not found: "+ledger)
		})
	}
	require(t, w.databases.DropDatabase(t.Context(), &databasepb.DropDatabaseRequest{Database: ledger}), codes.NotFound, "Database not found: "+ledger)
}

func TestDatabaseIsCreatingUntilPolled(t *testing.T) {
	w := newWorld(t)
	if _, err := w.databases.CreateDatabase(t.Context(), request(w.key.String())); err != nil {
		t.Fatal(err)
	}
	for _, want := range []databasepb.Database_State{databasepb.Database_CREATING, databasepb.Database_READY} {
		if got, err := w.getDatabase(ledger); err != nil || got.GetState() != want {
			t.Errorf("got %v and %v, want %v", got.GetState(), err, want)
		}
	}
}

func TestSchemaChangesAreAtomic(t *testing.T) {
	w, _ := withDatabase(t)
	change := func(statements ...string) error {
		op, err := w.databases.UpdateDatabaseDdl(t.Context(), &databasepb.UpdateDatabaseDdlRequest{Database: ledger, Statements: statements})
		if err != nil {
			return err
		}
		return op.Wait(t.Context())
	}
	const good = "CREATE TABLE More (ID INT64) PRIMARY KEY (ID)"
	for _, tt := range []struct {
		name, statement string
		want            codes.Code
		text            string
	}{
		{"syntax", "CREATE TABEL x", codes.InvalidArgument, "Error parsing Spanner DDL statement"},
		{"twice", "CREATE TABLE entries (ID INT64) PRIMARY KEY (ID)", codes.FailedPrecondition, "Duplicate name in schema: entries."},
		{"key of an unknown column", "CREATE TABLE x (ID INT64) PRIMARY KEY (N)", codes.FailedPrecondition, "Table x has key column N"},
		{"key of a type without order", "CREATE TABLE x (ID JSON) PRIMARY KEY (ID)", codes.FailedPrecondition, "Table x has key column ID"},
		{"no parent", "CREATE TABLE x (ID INT64, N INT64) PRIMARY KEY (ID, N), INTERLEAVE IN PARENT None", codes.NotFound, "Table not found: None"},
		{"parent's key", "CREATE TABLE x (ID INT64) PRIMARY KEY (ID), INTERLEAVE IN PARENT Entries", codes.FailedPrecondition, "key columns of its parent"},
		{"index of an unknown table", "CREATE INDEX i ON None (ID)", codes.NotFound, "Table not found: None"},
		{"unique index", "CREATE UNIQUE INDEX i ON Entries (Note)", codes.Unimplemented, "the loopback Spanner has no unique indexes"},
		{"drop", "DROP TABLE Lines", codes.Unimplemented, "the loopback Spanner has no such schema change"},
		{"constraint", "CREATE TABLE x (ID INT64, CONSTRAINT c CHECK (ID > 0)) PRIMARY KEY (ID)", codes.Unimplemented, "constraints"},
		{"default", "CREATE TABLE x (ID INT64 DEFAULT (1)) PRIMARY KEY (ID)", codes.Unimplemented, "defaults"},
	} {
		t.Run(tt.name, func(t *testing.T) { require(t, change(good, tt.statement), tt.want, tt.text) })
	}
	statements := func() int {
		got, err := w.databases.GetDatabaseDdl(t.Context(), &databasepb.GetDatabaseDdlRequest{Database: ledger})
		if err != nil {
			t.Fatal(err)
		}
		return len(got.GetStatements())
	}
	if got := statements(); got != 2 {
		t.Errorf("got %d statements after refusals, want 2", got)
	}
	require(t, change(good), codes.OK, "")
	if got := statements(); got != 3 {
		t.Errorf("got %d statements, want 3", got)
	}
	w.DisableKey(w.key)
	require(t, change("CREATE INDEX i ON Entries (Note)"), codes.FailedPrecondition, inaccessible)
}
