package resourcemanager_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	kms "cloud.google.com/go/kms/apiv1"
	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	org, folder, project, keyProject = "organizations/100", "folders/200", "bank-prod", "bank-keys"

	ann = "user:ann@example.com"
)

// world is a cloud with an organization, a folder in it and two projects in that, and Google's clients.
type world struct {
	*cmektest.Cloud

	t    *testing.T
	crm  *cloudresourcemanager.Service
	keys *kms.KeyManagementClient
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	crm, err := cloudresourcemanager.NewService(t.Context(), cloud.ClientOptions(emulator.ResourceManager)...)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := kms.NewKeyManagementClient(t.Context(), cloud.ClientOptions(emulator.KMS)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keys.Close() })
	for _, err := range []error{
		cloud.CreateOrganization(org, "bank.example"), cloud.CreateFolder(folder, org),
		cloud.CreateProject(project, folder), cloud.CreateProject(keyProject, folder),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return &world{cloud, t, crm, keys}
}

// key creates a key that nobody may use.
func (w *world) key() cmekpipe.KeyName {
	w.t.Helper()
	key, err := cmekpipe.ParseKeyName("projects/" + keyProject + "/locations/us-central1/keyRings/r/cryptoKeys/k")
	if err == nil {
		err = w.Cloud.Cloud.CreateKey(w.t.Context(), key)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

// wantError checks that an error of a client over HTTP has a status and a text.
func wantError(t *testing.T, err error, code int, text string) {
	t.Helper()
	var e *googleapi.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, text) {
		t.Errorf("got %v, want status %d %s and %q", err, code, http.StatusText(code), text)
	}
}
