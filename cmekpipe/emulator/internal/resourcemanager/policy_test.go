package resourcemanager_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const crypter = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// encrypts reports whether a member may encrypt with the key.
func (w *world) encrypts(member string) bool {
	w.t.Helper()
	request := &kmspb.EncryptRequest{Name: "projects/" + keyProject + "/locations/us-central1/keyRings/r/cryptoKeys/k", Plaintext: []byte("x")}
	_, err := w.keys.Encrypt(emulator.As(w.t.Context(), member), request)
	if err != nil && status.Code(err) != codes.PermissionDenied {
		w.t.Fatal(err)
	}
	return err == nil
}

func (w *world) policy(version int64) *cloudresourcemanager.Policy {
	w.t.Helper()
	p, err := w.crm.Projects.GetIamPolicy("projects/"+keyProject, &cloudresourcemanager.GetIamPolicyRequest{
		Options: &cloudresourcemanager.GetPolicyOptions{RequestedPolicyVersion: version},
	}).Do()
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) setPolicy(p *cloudresourcemanager.Policy, mask string) error {
	_, err := w.crm.Projects.SetIamPolicy("projects/"+keyProject, &cloudresourcemanager.SetIamPolicyRequest{Policy: p, UpdateMask: mask}).Do()
	return err
}

func TestKeysInheritGrants(t *testing.T) {
	for _, resource := range []string{"projects/" + keyProject, folder, org} {
		w := newWorld(t)
		w.key()
		if w.encrypts(ann) {
			t.Errorf("%s: got the key usable before the grant", resource)
		}
		if err := w.Grant(t.Context(), resource, crypter, ann); err != nil {
			t.Fatal(err)
		}
		if !w.encrypts(ann) || w.encrypts("user:bob@example.com") {
			t.Errorf("%s: got the key usable by Ann %v, Bob %v, want Ann only", resource, w.encrypts(ann), w.encrypts("user:bob@example.com"))
		}
	}
	w := newWorld(t)
	w.key()
	if err := w.Grant(t.Context(), "projects/"+project, crypter, ann); err != nil {
		t.Fatal(err)
	}
	if w.encrypts(ann) {
		t.Error("got the key usable by a grant in another project")
	}
}

func TestServicesUseKeysByInheritedGrants(t *testing.T) {
	w := newWorld(t)
	key := w.key()
	if err := w.Grant(t.Context(), folder, crypter, "serviceAccount:"+emulator.Agent(emulator.Storage, project)); err != nil {
		t.Fatal(err)
	}
	if err := w.Cloud.Cloud.CreateBucket(t.Context(), project, "archive", "us-central1", key); err != nil {
		t.Error(err)
	}
	if err := w.Cloud.Cloud.CreateBucket(t.Context(), "other-project", "other", "us-central1", key); err == nil {
		t.Error("got a bucket of a project whose agent has no grant")
	}
}

func TestInheritedGrantsWaitForTheirDelay(t *testing.T) {
	w := newWorld(t)
	w.key()
	w.DelayGrants(7 * time.Minute)
	if err := w.Grant(t.Context(), org, crypter, ann); err != nil {
		t.Fatal(err)
	}
	if w.encrypts(ann) {
		t.Error("got the grant effective at once")
	}
	w.Advance(7 * time.Minute)
	if !w.encrypts(ann) {
		t.Error("got the grant not effective after the delay")
	}
}

func TestPrincipalsOfGrants(t *testing.T) {
	worker, stranger := "serviceAccount:worker@"+project+".iam.gserviceaccount.com", "serviceAccount:worker@elsewhere.iam.gserviceaccount.com"
	agent := "serviceAccount:" + emulator.Agent(emulator.Dataflow, project)
	for member, want := range map[string][3]bool{
		worker:                  {true, false, false},
		"allAuthenticatedUsers": {true, true, true},
		"principalSet://cloudresourcemanager.googleapis.com/" + folder + "/type/ServiceAccount": {true, false, false},
		"principalSet://cloudresourcemanager.googleapis.com/" + folder + "/type/ServiceAgent":   {false, false, true},
		"domain:example.com":     {false, false, false},
		"group:team@example.com": {false, false, false},
	} {
		w := newWorld(t)
		w.key()
		if err := w.Grant(t.Context(), "projects/"+keyProject, crypter, member); err != nil {
			t.Fatal(err)
		}
		if got := [3]bool{w.encrypts(worker), w.encrypts(stranger), w.encrypts(agent)}; got != want {
			t.Errorf("%s: got worker, stranger and agent %v, want %v", member, got, want)
		}
		if got, want := w.encrypts(ann), strings.HasPrefix(member, "domain") || member == "allAuthenticatedUsers"; got != want {
			t.Errorf("%s: got Ann %v, want %v", member, got, want)
		}
	}
}

func TestConditionsDecideAndAreHiddenFromOldClients(t *testing.T) {
	w := newWorld(t)
	w.key()
	expires := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	bindings := []*cloudresourcemanager.Binding{{Role: crypter, Members: []string{ann}, Condition: &cloudresourcemanager.Expr{
		Title: "for an hour", Expression: `resource.type == "cloudkms.googleapis.com/CryptoKey" && resource.name.endsWith("/k") && request.time < timestamp("` + expires + `")`,
	}}}
	wantError(t, w.setPolicy(&cloudresourcemanager.Policy{Bindings: bindings, Version: 1}, ""), http.StatusBadRequest, "want version 3")
	if err := w.setPolicy(&cloudresourcemanager.Policy{Bindings: bindings, Version: 3}, ""); err != nil {
		t.Fatal(err)
	}
	if !w.encrypts(ann) {
		t.Error("got the grant not effective while its condition holds")
	}
	if p := w.policy(3); p.Version != 3 || p.Bindings[0].Condition == nil || p.Bindings[0].Role != crypter {
		t.Errorf("version 3: got %+v", p)
	}
	old := w.policy(1)
	if old.Version != 1 || old.Bindings[0].Condition != nil || !strings.HasPrefix(old.Bindings[0].Role, crypter+"_withcond_") {
		t.Errorf("version 1: got %+v, %+v, want the condition hidden", old, old.Bindings[0])
	}
	old.Bindings = append(old.Bindings, &cloudresourcemanager.Binding{Role: "roles/viewer", Members: []string{ann}})
	if err := w.setPolicy(old, ""); err != nil {
		t.Fatal(err)
	}
	if p := w.policy(3); len(p.Bindings) != 2 || p.Bindings[0].Condition == nil {
		t.Errorf("got %+v, want the condition kept by an old client that adds a binding", p)
	}
	wantError(t, w.setPolicy(&cloudresourcemanager.Policy{Etag: w.policy(1).Etag, Version: 1}, ""), http.StatusBadRequest, "want version 3")
	w.Advance(time.Hour)
	if w.encrypts(ann) {
		t.Error("got the grant effective after its end")
	}
	bindings[0].Condition.Expression = `resource.matchTag("1/env", "prod")`
	wantError(t, w.setPolicy(&cloudresourcemanager.Policy{Bindings: bindings, Version: 3}, ""), http.StatusNotImplemented, "resource.matchTag")
}

func TestEtagsAndAuditConfigs(t *testing.T) {
	w := newWorld(t)
	first := w.policy(1)
	first.AuditConfigs = []*cloudresourcemanager.AuditConfig{{Service: "cloudkms.googleapis.com", AuditLogConfigs: []*cloudresourcemanager.AuditLogConfig{
		{LogType: "DATA_READ", ExemptedMembers: []string{ann}},
	}}}
	stale := *first
	if err := w.setPolicy(first, "auditConfigs,etag"); err != nil {
		t.Fatal(err)
	}
	wantError(t, w.setPolicy(&stale, ""), http.StatusConflict, "concurrent policy changes")
	if err := w.Grant(t.Context(), "projects/"+keyProject, "roles/viewer", ann); err != nil {
		t.Fatal(err)
	}
	want := []*cloudresourcemanager.AuditConfig{{Service: "cloudkms.googleapis.com", AuditLogConfigs: []*cloudresourcemanager.AuditLogConfig{
		{LogType: "DATA_READ", ExemptedMembers: []string{ann}},
	}}}
	if diff := cmp.Diff(want, w.policy(1).AuditConfigs); diff != "" {
		t.Errorf("audit configs after a grant (-want +got):\n%s", diff)
	}
	wantError(t, w.setPolicy(first, "owner"), http.StatusBadRequest, "update_mask")
}

func TestPermissionsOfTheCaller(t *testing.T) {
	w := newWorld(t)
	if err := w.Grant(t.Context(), org, "roles/iam.securityReviewer", ann); err != nil {
		t.Fatal(err)
	}
	asked := []string{"resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy", "cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeyVersions.useToEncrypt"}
	answer, err := w.crm.Projects.TestIamPermissions("projects/"+keyProject, &cloudresourcemanager.TestIamPermissionsRequest{Permissions: asked}).
		Context(emulator.As(t.Context(), ann)).Do()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asked[1:3], answer.Permissions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = w.crm.Projects.Get("projects/" + keyProject).Context(emulator.As(t.Context(), ann)).Do()
	wantError(t, err, http.StatusForbidden, "resourcemanager.projects.get")
	_, err = w.crm.Projects.SetIamPolicy("projects/"+keyProject, &cloudresourcemanager.SetIamPolicyRequest{Policy: &cloudresourcemanager.Policy{}}).Context(emulator.As(t.Context(), ann)).Do()
	wantError(t, err, http.StatusForbidden, "resourcemanager.projects.setIamPolicy")
}
