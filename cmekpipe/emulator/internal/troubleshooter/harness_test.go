package troubleshooter_test

import (
	"testing"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/iam/v2"
	api "google.golang.org/api/policytroubleshooter/v3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	org, folder, project = "organizations/100", "folders/200", "bank-keys"

	keyName = "projects/" + project + "/locations/us-central1/keyRings/r/cryptoKeys/k"
	crypter = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
	encrypt = "cloudkms.cryptoKeyVersions.useToEncrypt"
)

// world is a cloud with a key in a project in a folder of an organization.
type world struct {
	*cmektest.Cloud

	t      *testing.T
	troub  *api.Service
	denies *iam.Service
	crm    *cloudresourcemanager.Service
	keys   *kms.KeyManagementClient
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Cloud: cmektest.NewCloud(t, cmektest.WithoutEnv()), t: t}
	key, err := cmekpipe.ParseKeyName(keyName)
	check(t, err)
	w.troub, err = api.NewService(t.Context(), w.ClientOptions(emulator.PolicyTroubleshooter)...)
	check(t, err)
	w.denies, err = iam.NewService(t.Context(), w.ClientOptions(emulator.IAM)...)
	check(t, err)
	w.crm, err = cloudresourcemanager.NewService(t.Context(), w.ClientOptions(emulator.ResourceManager)...)
	check(t, err)
	w.keys, err = kms.NewKeyManagementClient(t.Context(), w.ClientOptions(emulator.KMS)...)
	check(t, err)
	t.Cleanup(func() { w.keys.Close() })
	check(t, w.CreateOrganization(org, "bank.example"))
	check(t, w.CreateFolder(folder, org))
	check(t, w.CreateProject(project, folder))
	check(t, w.Cloud.Cloud.CreateKey(t.Context(), key))
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tuple asks whether a principal may encrypt with the key.
func tuple(principal string) *api.GoogleCloudPolicytroubleshooterIamV3AccessTuple {
	return &api.GoogleCloudPolicytroubleshooterIamV3AccessTuple{Principal: principal, FullResourceName: "//cloudkms.googleapis.com/" + keyName, Permission: encrypt}
}

// ask troubleshoots as a caller; "" is the owner.
func (w *world) ask(caller string, t *api.GoogleCloudPolicytroubleshooterIamV3AccessTuple) *api.GoogleCloudPolicytroubleshooterIamV3TroubleshootIamPolicyResponse {
	w.t.Helper()
	ctx := w.t.Context()
	if caller != "" {
		ctx = emulator.As(ctx, caller)
	}
	answer, err := w.troub.Iam.Troubleshoot(&api.GoogleCloudPolicytroubleshooterIamV3TroubleshootIamPolicyRequest{AccessTuple: t}).Context(ctx).Do()
	check(w.t, err)
	return answer
}

// encrypts reports whether a member may really encrypt with the key.
func (w *world) encrypts(member string) bool {
	_, err := w.keys.Encrypt(emulator.As(w.t.Context(), member), &kmspb.EncryptRequest{Name: keyName, Plaintext: []byte("x")})
	return err == nil
}
