package compute_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const project = cmektest.Project

func wantError(t *testing.T, err error, code int, text string) {
	t.Helper()
	var e *googleapi.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, text) {
		t.Errorf("got %v, want status %d and %q", err, code, text)
	}
}

func TestReads(t *testing.T) {
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	client, err := compute.NewService(t.Context(), cloud.ClientOptions(emulator.Compute)...)
	if err != nil {
		t.Fatal(err)
	}
	const key = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/k"
	for name, value := range map[string]any{
		"projects/" + project + "/regions/us-central1/subnetworks/workers": &compute.Subnetwork{PrivateIpGoogleAccess: true},
		"projects/" + project + "/zones/us-central1-a/instances/launcher": &compute.Instance{Disks: []*compute.AttachedDisk{
			{Boot: true, DiskEncryptionKey: &compute.CustomerEncryptionKey{KmsKeyName: key}}}},
		"projects/" + project + "/global/images/old":    &compute.Image{Family: "base", CreationTimestamp: "2026-01-01T00:00:00Z"},
		"projects/" + project + "/global/images/new":    &compute.Image{Family: "base", CreationTimestamp: "2026-06-01T00:00:00Z"},
		"projects/" + project + "/global/images/newest": &compute.Image{Family: "base", CreationTimestamp: "2026-09-01T00:00:00Z", Deprecated: &compute.DeprecationStatus{State: "DEPRECATED"}},
	} {
		if err := cloud.PutCompute(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := client.Subnetworks.Get(project, "us-central1", "workers").Do(); err != nil || !s.PrivateIpGoogleAccess || s.Name != "workers" {
		t.Errorf("subnetwork: got %+v, %v", s, err)
	}
	if i, err := client.Instances.Get(project, "us-central1-a", "launcher").Do(); err != nil || i.Disks[0].DiskEncryptionKey.KmsKeyName != key {
		t.Errorf("instance: got %+v, %v", i, err)
	}
	if i, err := client.Images.GetFromFamily(project, "base").Do(); err != nil || i.Name != "new" {
		t.Errorf("family: got %+v, %v, want the newest image that is not deprecated", i, err)
	}
	if list, err := client.Images.List(project).Do(); err != nil || len(list.Items) != 3 {
		t.Errorf("list: got %+v, %v, want three images", list, err)
	}
	page, err := client.Images.List(project).MaxResults(2).Do()
	if err != nil || len(page.Items) != 2 || page.NextPageToken == "" {
		t.Fatalf("page: got %+v, %v, want two images and a token", page, err)
	}
	if page, err = client.Images.List(project).PageToken(page.NextPageToken).Do(); err != nil || len(page.Items) != 1 || page.NextPageToken != "" {
		t.Errorf("last page: got %+v, %v, want one image", page, err)
	}
	_, err = client.Disks.Get(project, "us-central1-a", "none").Do()
	wantError(t, err, http.StatusNotFound, "The resource 'projects/"+project+"/zones/us-central1-a/disks/none' was not found")
	_, err = client.Images.Get(project, "new").Context(emulator.As(t.Context(), "user:ann@example.com")).Do()
	wantError(t, err, http.StatusForbidden, "compute.images.get")
	_, err = client.Zones.List(project).Do()
	wantError(t, err, http.StatusNotImplemented, "/zones")
	if err := cloud.DisableService(project, "compute.googleapis.com"); err != nil {
		t.Fatal(err)
	}
	_, err = client.Images.Get(project, "new").Do()
	wantError(t, err, http.StatusForbidden, "Compute Engine API has not been used in project "+emulator.ProjectNumber(project))
	if err := cloud.PutCompute("projects/p/zones/z/networks/n", nil); err == nil {
		t.Error("got a resource of another kind stored")
	}
}
