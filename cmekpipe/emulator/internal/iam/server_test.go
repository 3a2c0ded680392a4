package iam_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iam/v1"
	iam2 "google.golang.org/api/iam/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	org, project = "organizations/100", "bank-keys"

	keyName = "projects/" + project + "/locations/us-central1/keyRings/r/cryptoKeys/k"
	ann     = "user:ann@example.com"
)

func start(t *testing.T) (*cmektest.Cloud, *iam.Service) {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	service, err := iam.NewService(t.Context(), cloud.ClientOptions(emulator.IAM)...)
	check(t, errors.Join(err, cloud.CreateOrganization(org, "bank.example"), cloud.CreateProject(project, org)))
	return cloud, service
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, code int, text string) {
	t.Helper()
	var e *googleapi.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, text) {
		t.Errorf("got %v, want status %d and %q", err, code, text)
	}
}

func TestPredefinedRolesHaveGooglesPermissions(t *testing.T) {
	_, service := start(t)
	r, err := service.Roles.Get("roles/cloudkms.cryptoKeyEncrypterDecrypter").Do()
	check(t, err)
	want := []string{"cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.locations.get", "cloudkms.locations.list", "resourcemanager.projects.get"}
	if diff := cmp.Diff(want, r.IncludedPermissions); diff != "" || r.Stage != "GA" {
		t.Errorf("stage %s (-want +got):\n%s", r.Stage, diff)
	}
	const encrypt, policy, get = "cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.get"
	for name, want := range map[string][3]bool{ // encrypt, read the policy, read the key
		"roles/owner": {true, true, true}, "roles/editor": {false, true, true}, "roles/viewer": {false, true, true},
		"roles/cloudkms.admin": {false, true, true}, "roles/cloudkms.viewer": {false, false, true}, "roles/cloudkms.cryptoOperator": {true, false, false},
		"roles/iam.securityReviewer": {false, true, false}, "roles/iam.securityAuditor": {false, true, true}, "roles/dataflow.viewer": {},
		"roles/cloudkms.cryptoKeyEncrypterDecrypterViaDelegation": {},
	} {
		r, err := service.Roles.Get(name).Do()
		check(t, err)
		has := func(p string) bool { return slices.Contains(r.IncludedPermissions, p) }
		if got := [3]bool{has(encrypt), has(policy), has(get)}; got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	_, err = service.Roles.Get("roles/cloudkms.nobody").Do()
	wantError(t, err, http.StatusNotFound, "The role named roles/cloudkms.nobody was not found.")
	list, err := service.Roles.List().PageSize(5).View("FULL").Do()
	if err != nil || len(list.Roles) != 5 || list.NextPageToken == "" || len(list.Roles[0].IncludedPermissions) == 0 {
		t.Errorf("got %+v, %v, want a page of five roles", list, err)
	}
}

func TestCustomRolesGrantUntilDisabledOrDeleted(t *testing.T) {
	cloud, service := start(t)
	key, err := cmekpipe.ParseKeyName(keyName)
	check(t, errors.Join(err, cloud.Cloud.CreateKey(t.Context(), key)))
	keys, err := kms.NewKeyManagementClient(t.Context(), cloud.ClientOptions(emulator.KMS)...)
	check(t, err)
	defer keys.Close()
	encrypts := func() bool {
		_, err := keys.Encrypt(emulator.As(t.Context(), ann), &kmspb.EncryptRequest{Name: keyName, Plaintext: []byte("x")})
		return err == nil
	}
	role := &iam.Role{Title: "Encrypter", Stage: "GA", IncludedPermissions: []string{"cloudkms.cryptoKeyVersions.useToEncrypt"}}
	made, err := service.Organizations.Roles.Create(org, &iam.CreateRoleRequest{RoleId: "encrypter", Role: role}).Do()
	check(t, err)
	if made.Name != org+"/roles/encrypter" || encrypts() {
		t.Fatalf("got %+v, encrypting %v", made, encrypts())
	}
	check(t, cloud.Grant(t.Context(), "projects/"+project, made.Name, ann))
	for _, tt := range []struct {
		change func() error
		want   bool
	}{
		{func() error { return nil }, true},
		{func() error {
			_, err := service.Organizations.Roles.Patch(made.Name, &iam.Role{Stage: "DISABLED"}).UpdateMask("stage").Do()
			return err
		}, false},
		{func() error {
			_, err := service.Organizations.Roles.Patch(made.Name, &iam.Role{Stage: "GA"}).UpdateMask("stage").Do()
			return err
		}, true},
		{func() error { _, err := service.Organizations.Roles.Delete(made.Name).Do(); return err }, false},
		{func() error {
			_, err := service.Organizations.Roles.Undelete(made.Name, &iam.UndeleteRoleRequest{}).Do()
			return err
		}, true},
		{func() error {
			_, err := service.Organizations.Roles.Patch(made.Name, &iam.Role{}).UpdateMask("includedPermissions").Do()
			return err
		}, false},
	} {
		check(t, tt.change())
		r, err := service.Organizations.Roles.Get(made.Name).Do()
		if got := encrypts(); got != tt.want {
			t.Errorf("role %+v, %v: got encrypting %v, want %v", r, err, got, tt.want)
		}
	}
	_, err = service.Organizations.Roles.Patch(made.Name, &iam.Role{Title: "x", Etag: made.Etag}).UpdateMask("title").Do()
	wantError(t, err, http.StatusConflict, "concurrent changes")
	_, err = service.Organizations.Roles.Create(org, &iam.CreateRoleRequest{RoleId: "encrypter", Role: role}).Do()
	wantError(t, err, http.StatusConflict, "already exists")
	local, err := service.Projects.Roles.Create("projects/"+project, &iam.CreateRoleRequest{RoleId: "local", Role: role}).Do()
	check(t, err)
	if err := cloud.Grant(t.Context(), "projects/elsewhere", local.Name, ann); err == nil || !strings.Contains(err.Error(), "its own project") {
		t.Errorf("got %v, want another project's role refused", err)
	}
	_, err = service.Projects.Roles.Get(local.Name).Context(emulator.As(t.Context(), ann)).Do()
	wantError(t, err, http.StatusForbidden, "iam.roles.get")
}

func TestServiceAccounts(t *testing.T) {
	cloud, service := start(t)
	accounts := service.Projects.ServiceAccounts
	made, err := accounts.Create("projects/"+project, &iam.CreateServiceAccountRequest{AccountId: "worker", ServiceAccount: &iam.ServiceAccount{DisplayName: "Worker"}}).Do()
	check(t, err)
	if made.Email != "worker@bank-keys.iam.gserviceaccount.com" {
		t.Fatalf("got %+v", made)
	}
	_, err = accounts.Disable(made.Name, &iam.DisableServiceAccountRequest{}).Do()
	check(t, err)
	for _, name := range []string{made.Name, "projects/-/serviceAccounts/" + made.Email, "projects/" + project + "/serviceAccounts/" + made.UniqueId} {
		if got, err := accounts.Get(name).Do(); err != nil || !got.Disabled || got.DisplayName != "Worker" || got.ProjectId != project {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	byDefault := emulator.ProjectNumber(project) + "-compute@developer.gserviceaccount.com"
	if got, err := accounts.Get("projects/" + project + "/serviceAccounts/" + byDefault).Do(); err != nil || got.Email != byDefault {
		t.Errorf("got %+v, %v, want the default account of Compute Engine", got, err)
	}
	list, err := accounts.List("projects/" + project).Do()
	if err != nil || len(list.Accounts) != 2 {
		t.Errorf("got %+v, %v, want two accounts", list, err)
	}
	policy, err := accounts.GetIamPolicy(made.Name).Do()
	check(t, err)
	policy.Bindings = []*iam.Binding{{Role: "roles/iam.serviceAccountUser", Members: []string{ann}}}
	_, err = accounts.SetIamPolicy(made.Name, &iam.SetIamPolicyRequest{Policy: policy}).Do()
	check(t, err)
	asked := &iam.TestIamPermissionsRequest{Permissions: []string{"iam.serviceAccounts.actAs", "iam.serviceAccounts.delete"}}
	held, err := accounts.TestIamPermissions(made.Name, asked).Context(emulator.As(t.Context(), ann)).Do()
	if err != nil || !slices.Equal(held.Permissions, asked.Permissions[:1]) {
		t.Errorf("got %+v, %v, want actAs only", held, err)
	}
	_, err = accounts.Delete(made.Name).Do()
	check(t, err)
	_, err = accounts.Get(made.Name).Do()
	wantError(t, err, http.StatusNotFound, "Unknown service account")
	_, err = accounts.Get(made.Name).Context(emulator.As(t.Context(), ann)).Do()
	wantError(t, err, http.StatusForbidden, "(or it may not exist)")
	_, err = accounts.Keys.List(made.Name).Do()
	wantError(t, err, http.StatusNotImplemented, "iam.projects.serviceAccounts.keys.list")
	cloud.Inject(emulator.Fault{Method: emulator.IAMRolesGet, Status: http.StatusServiceUnavailable})
	_, err = service.Roles.Get("roles/viewer").Do()
	wantError(t, err, http.StatusServiceUnavailable, "injected")
}

func TestDenyPoliciesAreReadOneByOne(t *testing.T) {
	cloud, _ := start(t)
	service, err := iam2.NewService(t.Context(), cloud.ClientOptions(emulator.IAM)...)
	check(t, err)
	const point = "policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fbank-keys/denypolicies"
	rules := []*iam2.GoogleIamV2PolicyRule{{Description: "nobody", DenyRule: &iam2.GoogleIamV2DenyRule{
		DeniedPrincipals: []string{"principal://goog/subject/ann@example.com"}, DeniedPermissions: []string{"cloudkms.googleapis.com/cryptoKeys.get"}}}}
	_, err = service.Policies.CreatePolicy(point, &iam2.GoogleIamV2Policy{DisplayName: "No keys", Rules: rules}).PolicyId("no-keys").Do()
	check(t, err)
	list, err := service.Policies.ListPolicies(point).Do()
	if err != nil || len(list.Policies) != 1 || list.Policies[0].Rules != nil || list.Policies[0].DisplayName != "No keys" {
		t.Fatalf("got %+v, %v, want the policy without its rules", list, err)
	}
	name := list.Policies[0].Name
	if want := "policies/cloudresourcemanager.googleapis.com%2Fprojects%2F" + emulator.ProjectNumber(project) + "/denypolicies/no-keys"; name != want {
		t.Errorf("got name %s, want %s", name, want)
	}
	got, err := service.Policies.Get(name).Do()
	check(t, err)
	if diff := cmp.Diff(rules, got.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	_, err = service.Policies.Get(name).Context(emulator.As(t.Context(), ann)).Do()
	wantError(t, err, http.StatusForbidden, "iam.denypolicies.get")
	stale := *got
	got.DisplayName = "Fewer keys"
	_, err = service.Policies.Update(name, got).Do()
	check(t, err)
	_, err = service.Policies.Update(name, &stale).Do()
	wantError(t, err, http.StatusConflict, "concurrent policy changes")
	for text, bad := range map[string]*iam2.GoogleIamV2DenyRule{
		"deniedPrincipals":   {DeniedPermissions: rules[0].DenyRule.DeniedPermissions},
		"user:ann":           {DeniedPermissions: rules[0].DenyRule.DeniedPermissions, DeniedPrincipals: []string{"user:ann@example.com"}},
		"cloudkms.cryptoKey": {DeniedPermissions: []string{"cloudkms.cryptoKeys.get"}, DeniedPrincipals: rules[0].DenyRule.DeniedPrincipals},
	} {
		_, err := service.Policies.CreatePolicy(point, &iam2.GoogleIamV2Policy{Rules: []*iam2.GoogleIamV2PolicyRule{{DenyRule: bad}}}).PolicyId("bad").Do()
		wantError(t, err, http.StatusBadRequest, text)
	}
	conditional := *rules[0].DenyRule
	conditional.DenialCondition = &iam2.GoogleTypeExpr{Expression: `resource.matchTag("1/env", "prod")`}
	_, err = service.Policies.CreatePolicy(point, &iam2.GoogleIamV2Policy{Rules: []*iam2.GoogleIamV2PolicyRule{{DenyRule: &conditional}}}).PolicyId("bad").Do()
	wantError(t, err, http.StatusNotImplemented, "matchTag")
}
