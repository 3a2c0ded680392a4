package spanner_test

import (
	"strings"
	"testing"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	project      = "projects/" + cmektest.Project
	mainInstance = project + "/instances/main"
	ledger       = mainInstance + "/databases/ledger"
	entries      = "CREATE TABLE Entries (ID INT64 NOT NULL, Note STRING(8), Made TIMESTAMP OPTIONS (allow_commit_timestamp=true)) PRIMARY KEY (ID)"
	lines        = "CREATE TABLE Lines (ID INT64 NOT NULL, N INT64 NOT NULL) PRIMARY KEY (ID, N), INTERLEAVE IN PARENT Entries"

	// inaccessible is Google's text for every problem of a key.
	inaccessible = "KMS key required by the Spanner resource is not accessible."
)

// world is a loopback cloud with an instance and a key, and Google's clients of Spanner.
type world struct {
	*cmektest.Cloud
	t         *testing.T
	key       cmekpipe.KeyName
	databases *database.DatabaseAdminClient
	instances *instance.InstanceAdminClient
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	w := &world{Cloud: cloud, t: t, key: cloud.CreateKey("us-central1", "records")}
	var err error
	if w.databases, err = database.NewDatabaseAdminClient(t.Context(), cloud.ClientOptions(emulator.Spanner)...); err != nil {
		t.Fatal(err)
	}
	if w.instances, err = instance.NewInstanceAdminClient(t.Context(), cloud.ClientOptions(emulator.Spanner)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.databases.Close(); w.instances.Close() })
	cloud.CreateSpannerInstance(mainInstance, "us-central1")
	return w
}

// withDatabase is newWorld with the database ledger encrypted with the key, and a client of its rows.
func withDatabase(t *testing.T) (*world, *spanner.Client) {
	t.Helper()
	w := newWorld(t)
	w.CreateSpannerDatabase(ledger, "us-central1", w.key, entries, lines)
	return w, w.rows()
}

// rows returns a client of the rows of the database ledger.
func (w *world) rows() *spanner.Client {
	w.t.Helper()
	return w.rowsOf(ledger)
}

func (w *world) rowsOf(database string) *spanner.Client {
	w.t.Helper()
	config := spanner.ClientConfig{DisableNativeMetrics: true}
	client, err := spanner.NewClientWithConfig(w.t.Context(), database, config, w.ClientOptions(emulator.Spanner)...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(client.Close)
	return client
}

// create creates a database and returns it when it is ready.
func (w *world) create(r *databasepb.CreateDatabaseRequest) (*databasepb.Database, error) {
	made, err := w.databases.CreateDatabase(w.t.Context(), r)
	if err != nil {
		return nil, err
	}
	return made.Wait(w.t.Context())
}

// request requests the database ledger with keys.
func request(keys ...string) *databasepb.CreateDatabaseRequest {
	r := &databasepb.CreateDatabaseRequest{Parent: mainInstance, CreateStatement: "CREATE DATABASE ledger"}
	switch len(keys) {
	case 0:
	case 1:
		r.EncryptionConfig = &databasepb.EncryptionConfig{KmsKeyName: keys[0]}
	default:
		r.EncryptionConfig = &databasepb.EncryptionConfig{KmsKeyNames: keys}
	}
	return r
}

func (w *world) getDatabase(name string) (*databasepb.Database, error) {
	return w.databases.GetDatabase(w.t.Context(), &databasepb.GetDatabaseRequest{Name: name})
}

func (w *world) getInstance(name string) (*instancepb.Instance, error) {
	return w.instances.GetInstance(w.t.Context(), &instancepb.GetInstanceRequest{Name: name})
}

// alive returns the entries of a kind in the ledger that are not deleted.
func (w *world) alive(kind string) (list []emulator.Entry) {
	for _, e := range w.Ledger() {
		if string(e.Kind) == kind && e.Deleted.IsZero() {
			list = append(list, e)
		}
	}
	return list
}

// require fails unless err has the code, and the text in its message.
func require(t *testing.T, err error, want codes.Code, text string) {
	t.Helper()
	if got := status.Code(err); got != want && spanner.ErrCode(err) != want {
		t.Errorf("got %v, want %v with %q", err, want, text)
		return
	}
	if err != nil && !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want it to say %q", err, text)
	}
}
