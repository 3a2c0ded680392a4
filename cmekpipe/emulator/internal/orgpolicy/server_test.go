package orgpolicy_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/orgpolicy/v2"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	org, folder, project = "organizations/100", "folders/200", "projects/" + cmektest.Project

	nonCMEK     = "gcp.restrictNonCmekServices"
	keyProjects = "gcp.restrictCmekCryptoKeyProjects"
	locations   = "gcp.resourceLocations"
)

// none is the zero key, which means no key.
var none cmekpipe.KeyName

type world struct {
	*cmektest.Cloud

	t        *testing.T
	policies *orgpolicy.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	service, err := orgpolicy.NewService(t.Context(), cloud.ClientOptions(emulator.OrganizationPolicy)...)
	check(t, errors.Join(err, cloud.CreateOrganization(org, "bank.example"), cloud.CreateFolder(folder, org), cloud.CreateProject(cmektest.Project, folder)))
	return &world{cloud, t, service}
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

func (w *world) set(resource, constraint string, p emulator.OrgPolicy) {
	w.t.Helper()
	check(w.t, w.SetOrgPolicy(w.t.Context(), resource, constraint, p))
}

// rules returns the effective rules of a constraint in the project.
func (w *world) rules(constraint string) []*orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule {
	w.t.Helper()
	p, err := w.policies.Projects.Policies.GetEffectivePolicy(project + "/policies/" + constraint).Do()
	check(w.t, err)
	if want := "projects/" + emulator.ProjectNumber(cmektest.Project) + "/policies/" + constraint; p.Name != want || p.Etag != "" {
		w.t.Errorf("got name %s and etag %q, want %s and none", p.Name, p.Etag, want)
	}
	return p.Spec.Rules
}

func list(allowed, denied []string) []*orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule {
	return []*orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule{{Values: &orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRuleStringValues{AllowedValues: allowed, DeniedValues: denied}}}
}

func TestPoliciesAreInheritedReplacedAndMerged(t *testing.T) {
	w := newWorld(t)
	if got := w.rules(locations); len(got) != 1 || !got[0].AllowAll {
		t.Errorf("without a policy: got %+v, want all values allowed", got)
	}
	w.set(org, locations, emulator.OrgPolicy{Allowed: []string{"is:us-central1", "us"}})
	if diff := cmp.Diff(list([]string{"us", "us-central1"}, nil), w.rules(locations)); diff != "" {
		t.Errorf("inherited (-want +got):\n%s", diff)
	}
	w.set(folder, locations, emulator.OrgPolicy{Allowed: []string{"europe-west3"}, Denied: []string{"us"}, Inherit: true})
	if diff := cmp.Diff(list([]string{"europe-west3", "us", "us-central1"}, []string{"us"}), w.rules(locations)); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	w.set(project, locations, emulator.OrgPolicy{Allowed: []string{"in:europe-west4-locations"}})
	if got := w.rules(locations)[0].Values.AllowedValues; len(got) == 0 || got[0] != "europe-west4" {
		t.Errorf("replaced: got %q, want the group's locations", got)
	}
	w.set(project, locations, emulator.OrgPolicy{DenyAll: true})
	if got := w.rules(locations); !got[0].DenyAll {
		t.Errorf("got %+v, want all denied", got[0])
	}
	_, err := w.policies.Projects.Policies.Patch(project+"/policies/"+locations, &orgpolicy.GoogleCloudOrgpolicyV2Policy{
		Spec: &orgpolicy.GoogleCloudOrgpolicyV2PolicySpec{Reset: true}}).Do()
	check(t, err)
	if got := w.rules(locations); !got[0].AllowAll {
		t.Errorf("reset: got %+v, want all values allowed", got[0])
	}
	w.set(org, "cloudkms.minimumDestroyScheduledDuration", emulator.OrgPolicy{Allowed: []string{"in:60d"}})
	if diff := cmp.Diff(list([]string{"120d", "60d", "90d"}, nil), w.rules("cloudkms.minimumDestroyScheduledDuration")); diff != "" {
		t.Errorf("group (-want +got):\n%s", diff)
	}
}

func TestPoliciesAreReadAtTheirNode(t *testing.T) {
	w := newWorld(t)
	_, err := w.policies.Projects.Policies.Get(project + "/policies/" + nonCMEK).Do()
	wantError(t, err, http.StatusNotFound, "Requested entity was not found")
	w.set(folder, nonCMEK, emulator.OrgPolicy{Denied: []string{"storage.googleapis.com"}})
	p, err := w.policies.Folders.Policies.Get(folder + "/policies/" + nonCMEK).Do()
	if err != nil || p.Etag == "" || p.Name != folder+"/policies/"+nonCMEK {
		t.Errorf("got %+v, %v", p, err)
	}
	all, err := w.policies.Folders.Policies.List(folder).Do()
	if err != nil || len(all.Policies) != 1 {
		t.Errorf("got %+v, %v, want one policy", all, err)
	}
	reader := emulator.As(t.Context(), "user:ann@example.com")
	_, err = w.policies.Folders.Policies.Get(folder + "/policies/" + nonCMEK).Context(reader).Do()
	wantError(t, err, http.StatusForbidden, "orgpolicy.policy.get")
	check(t, w.Grant(t.Context(), org, "roles/orgpolicy.policyViewer", "user:ann@example.com"))
	_, err = w.policies.Projects.Policies.GetEffectivePolicy(project + "/policies/" + nonCMEK).Context(reader).Do()
	check(t, err)
	stale := *p
	w.set(folder, nonCMEK, emulator.OrgPolicy{Denied: []string{"bigquery.googleapis.com"}})
	_, err = w.policies.Folders.Policies.Patch(p.Name, &stale).Do()
	wantError(t, err, http.StatusConflict, "concurrent policy changes")
	_, err = w.policies.Folders.Policies.Delete(p.Name).Do()
	check(t, err)
	_, err = w.policies.Folders.Policies.Get(p.Name).Do()
	wantError(t, err, http.StatusNotFound, "")
	known, err := w.policies.Projects.Constraints.List(project).Do()
	if err != nil || len(known.Constraints) < 6 {
		t.Errorf("got %+v, %v, want the constraints", known, err)
	}
	_, err = w.policies.Organizations.CustomConstraints.List(org).Do()
	wantError(t, err, http.StatusNotImplemented, "customConstraints.list")
}

func TestSettingsThatNothingEvaluatesAreRefused(t *testing.T) {
	w := newWorld(t)
	type rule = orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRule
	values := func(allowed ...string) *orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRuleStringValues {
		return &orgpolicy.GoogleCloudOrgpolicyV2PolicySpecPolicyRuleStringValues{AllowedValues: allowed}
	}
	for _, tt := range []struct {
		constraint string
		rule       rule
		code       int
		text       string
	}{
		{"gcp.unknown", rule{AllowAll: true}, http.StatusBadRequest, "gcp.unknown"},
		{locations, rule{Enforce: true}, http.StatusBadRequest, "kind of rule"},
		{"cloudkms.disableBeforeDestroy", rule{AllowAll: true}, http.StatusBadRequest, "kind of rule"},
		{locations, rule{Values: values("in:mars-locations")}, http.StatusBadRequest, "in:mars-locations"},
		{locations, rule{Values: values("under:folders/1")}, http.StatusBadRequest, "under:"},
		{nonCMEK, rule{Values: values("storage.googleapis.com")}, http.StatusBadRequest, "denied values"},
		{keyProjects, rule{Values: values("bank-keys")}, http.StatusBadRequest, "bank-keys"},
		{locations, rule{AllowAll: true, Condition: &orgpolicy.GoogleTypeExpr{Expression: "resource.matchTag('1/env', 'prod')"}}, http.StatusNotImplemented, "matchTag"},
		{locations, rule{AllowAll: true, Parameters: googleapi.RawMessage(`{"x":1}`)}, http.StatusNotImplemented, "parameters"},
	} {
		r := tt.rule
		_, err := w.policies.Projects.Policies.Create(project, &orgpolicy.GoogleCloudOrgpolicyV2Policy{Name: project + "/policies/" + tt.constraint,
			Spec: &orgpolicy.GoogleCloudOrgpolicyV2PolicySpec{Rules: []*rule{&r}}}).Do()
		wantError(t, err, tt.code, tt.text)
	}
}

func TestServicesRefuseResourcesWithoutAKey(t *testing.T) {
	w := newWorld(t)
	key := w.CreateKey("us-central1", "k")
	c := w.Cloud.Cloud
	w.CreateBucket("old", "us-central1", none)
	w.CreateDataset(cmektest.Project+".d", "us-central1", none)
	w.set(org, nonCMEK, emulator.OrgPolicy{Denied: []string{
		"storage.googleapis.com", "bigquery.googleapis.com", "pubsub.googleapis.com", "spanner.googleapis.com", "bigtable.googleapis.com",
		"firestore.googleapis.com", "healthcare.googleapis.com", "dataflow.googleapis.com",
	}})
	rows := []struct{ Name string }{{"Ann"}}
	const violated = "Constraint constraints/gcp.restrictNonCmekServices violated for projects/"
	for name, tt := range map[string]struct {
		create func(context.Context, cmekpipe.KeyName) error
		want   string
	}{
		"bucket": {func(ctx context.Context, k cmekpipe.KeyName) error {
			return c.CreateBucket(ctx, cmektest.Project, "new", "us-central1", k)
		},
			"Request violates constraint 'constraints/gcp.restrictNonCmekServices'"},
		"table": {func(ctx context.Context, k cmekpipe.KeyName) error {
			return c.CreateTable(ctx, cmektest.Project+".d.t", k, rows)
		}, violated},
		"topic": {func(ctx context.Context, k cmekpipe.KeyName) error {
			return c.CreateTopic(ctx, project+"/topics/events", k)
		}, violated},
		"database": {func(ctx context.Context, k cmekpipe.KeyName) error {
			return c.CreateSpannerDatabase(ctx, project+"/instances/bank/databases/bank", "us-central1", k)
		}, violated},
		"store": {func(ctx context.Context, k cmekpipe.KeyName) error {
			return c.CreateFHIRStore(ctx, project+"/locations/us-central1/datasets/d/fhirStores/s", k)
		}, violated},
		"Datastore": {func(ctx context.Context, k cmekpipe.KeyName) error {
			return c.CreateDatastoreDatabase(ctx, project+"/databases/bank", "us-central1", k)
		}, violated},
		"Bigtable": {func(ctx context.Context, k cmekpipe.KeyName) error {
			return c.CreateBigtableInstance(ctx, project+"/instances/ledger", "us-central1-a", k)
		}, violated},
	} {
		if err := tt.create(t.Context(), none); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s without a key: got %v, want %q", name, err, tt.want)
		}
		if err := tt.create(t.Context(), key); err != nil {
			t.Errorf("%s with a key: %v", name, err)
		}
	}
	if err := c.WriteObject(t.Context(), "gs://old/o", []byte("x")); err == nil || !strings.Contains(err.Error(), "412") {
		t.Errorf("object without a key: got %v, want status 412", err)
	}
	jobs, err := dataflow.NewService(t.Context(), w.ClientOptions(emulator.Dataflow)...)
	check(t, err)
	_, err = jobs.Projects.Locations.Jobs.Create(cmektest.Project, "us-central1", &dataflow.Job{Name: "nightly", Type: "JOB_TYPE_BATCH", Environment: &dataflow.Environment{}}).Do()
	wantError(t, err, http.StatusBadRequest, violated)
}

func TestKeysMustBelongToAllowedProjects(t *testing.T) {
	w := newWorld(t)
	key := w.CreateKey("us-central1", "k")
	for _, tt := range []struct {
		allowed string
		want    bool
	}{
		{"under:" + folder, true}, {"under:" + org, true}, {"under:folders/201", false},
		{project, true}, {"projects/elsewhere", false}, {"projects/" + emulator.ProjectNumber(cmektest.Project), true},
	} {
		w.set(org, keyProjects, emulator.OrgPolicy{Allowed: []string{tt.allowed}})
		err := w.Cloud.Cloud.CreateBucket(t.Context(), cmektest.Project, "b-"+strings.NewReplacer(":", "-", "/", "-").Replace(tt.allowed), "us-central1", key)
		if (err == nil) != tt.want || err != nil && !strings.Contains(err.Error(), "'constraints/gcp.restrictCmekCryptoKeyProjects'") {
			t.Errorf("%s: got %v, want the key allowed: %v", tt.allowed, err, tt.want)
		}
	}
}

func TestLocationsOfNewResources(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("old", "us-east1", none)
	w.set(org, locations, emulator.OrgPolicy{Allowed: []string{"in:eu-locations"}})
	c := w.Cloud.Cloud
	if err := c.CreateBucket(t.Context(), cmektest.Project, "new", "us", none); err == nil || !strings.Contains(err.Error(), "'us' violates constraint 'constraints/gcp.resourceLocations'") {
		t.Errorf("bucket: got %v", err)
	}
	if err := c.CreateDataset(t.Context(), cmektest.Project+".d", "US", none); err == nil || !strings.Contains(err.Error(), "constraints/gcp.resourceLocations") {
		t.Errorf("dataset: got %v", err)
	}
	for _, place := range []string{"us-central1", "europe"} { // Google's group for the EU lacks the multi-region of Cloud KMS
		key, err := cmekpipe.ParseKeyName(project + "/locations/" + place + "/keyRings/r/cryptoKeys/k")
		check(t, err)
		if err := c.CreateKey(t.Context(), key); err == nil || !strings.Contains(err.Error(), "["+place+"]") {
			t.Errorf("key in %s: got %v", place, err)
		}
	}
	w.CreateBucket("archive-eu", "europe-west3", none)
	w.CreateDataset(cmektest.Project+".eu", "EU", none)
	w.WriteObject("gs://old/o", []byte("x"))
}

func TestPoliciesOfKeys(t *testing.T) {
	w := newWorld(t)
	keys, err := kms.NewKeyManagementClient(t.Context(), w.ClientOptions(emulator.KMS)...)
	check(t, err)
	defer keys.Close()
	old := w.CreateKey("us-central1", "old")
	ring := project + "/locations/us-central1/keyRings/" + old.KeyRing()
	create := func(id string, days int, level kmspb.ProtectionLevel) error {
		_, err := keys.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{Parent: ring, CryptoKeyId: id, CryptoKey: &kmspb.CryptoKey{
			Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT, DestroyScheduledDuration: durationpb.New(time.Duration(days) * 24 * time.Hour),
			VersionTemplate: &kmspb.CryptoKeyVersionTemplate{ProtectionLevel: level, Algorithm: kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION},
		}})
		return err
	}
	w.set(org, "cloudkms.minimumDestroyScheduledDuration", emulator.OrgPolicy{Allowed: []string{"in:30d"}})
	w.set(org, "cloudkms.allowedProtectionLevels", emulator.OrgPolicy{Allowed: []string{"is:HSM"}})
	w.set(org, "cloudkms.disableBeforeDestroy", emulator.OrgPolicy{Enforce: true})
	for id, tt := range map[string]struct {
		days  int
		level kmspb.ProtectionLevel
		want  string
	}{
		"short": {29, kmspb.ProtectionLevel_HSM, "minimumDestroyScheduledDuration"}, "least": {30, kmspb.ProtectionLevel_HSM, ""},
		"between": {45, kmspb.ProtectionLevel_HSM, ""}, "software": {30, kmspb.ProtectionLevel_SOFTWARE, "allowedProtectionLevels"},
	} {
		if err := create(id, tt.days, tt.level); (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", id, err, tt.want)
		}
	}
	destroy := &kmspb.DestroyCryptoKeyVersionRequest{Name: old.String() + "/cryptoKeyVersions/1"}
	if _, err := keys.DestroyCryptoKeyVersion(t.Context(), destroy); err == nil || !strings.Contains(err.Error(), "disableBeforeDestroy") {
		t.Errorf("enabled version: got %v", err)
	}
	check(t, w.Cloud.Cloud.DisableKey(t.Context(), old))
	_, err = keys.DestroyCryptoKeyVersion(t.Context(), destroy)
	check(t, err)
	if got := w.rules("cloudkms.disableBeforeDestroy"); !got[0].Enforce {
		t.Errorf("got %+v, want it enforced", got[0])
	}
}
