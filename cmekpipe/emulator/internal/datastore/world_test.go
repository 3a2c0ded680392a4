package datastore_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"cloud.google.com/go/datastore"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/firestore/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	project = "projects/" + cmektest.Project
	ledger  = project + "/databases/ledger"

	// inaccessible is Google's text for every problem of a key.
	inaccessible = "The customer-managed encryption key required by the requested resource is not accessible"
)

// world is a loopback cloud with a key, and Google's client of the databases.
type world struct {
	*cmektest.Cloud
	t         *testing.T
	key       cmekpipe.KeyName
	databases *firestore.ProjectsDatabasesService
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	return &world{cloud, t, cloud.CreateKey("us-central1", "records"), cloud.FirestoreAdminClient().Projects.Databases}
}

// spec describes a database in Datastore mode with a key, or without one for "".
func spec(key string) *firestore.GoogleFirestoreAdminV1Database {
	s := &firestore.GoogleFirestoreAdminV1Database{Type: "DATASTORE_MODE", LocationId: "us-central1"}
	if key != "" {
		s.CmekConfig = &firestore.GoogleFirestoreAdminV1CmekConfig{KmsKeyName: key}
	}
	return s
}

func (w *world) create(id string, spec *firestore.GoogleFirestoreAdminV1Database) error {
	_, err := w.databases.Create(project, spec).DatabaseId(id).Do()
	return err
}

// rows returns a client of the entities of a database.
func (w *world) rows(id string) *datastore.Client {
	w.t.Helper()
	client, err := datastore.NewClientWithDatabase(w.t.Context(), cmektest.Project, id, w.ClientOptions(emulator.Datastore)...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { client.Close() })
	return client
}

func (w *world) disableVersion(version cmekpipe.KeyVersionName) {
	w.t.Helper()
	_, err := w.KMSClient().UpdateCryptoKeyVersion(w.t.Context(), &kmspb.UpdateCryptoKeyVersionRequest{
		CryptoKeyVersion: &kmspb.CryptoKeyVersion{Name: version.String(), State: kmspb.CryptoKeyVersion_DISABLED},
		UpdateMask:       &fieldmaskpb.FieldMask{Paths: []string{"state"}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
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

// requireStatus fails unless err has the HTTP status, 200 for none, and the text.
func requireStatus(t *testing.T, err error, want int, text string) {
	t.Helper()
	got, said := http.StatusOK, ""
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		got, said = e.Code, e.Message
	} else if err != nil {
		t.Fatal(err)
	}
	if got != want || !strings.Contains(said, text) {
		t.Errorf("got status %d with %q, want %d with %q", got, said, want, text)
	}
}

// requireCode fails unless err has the gRPC code and the text.
func requireCode(t *testing.T, err error, want codes.Code, text string) {
	t.Helper()
	if got := status.Convert(err); got.Code() != want || !strings.Contains(got.Message(), text) {
		t.Errorf("got %v, want %v with %q", err, want, text)
	}
}
