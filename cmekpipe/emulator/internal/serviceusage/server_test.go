package serviceusage_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/pubsub/v2/apiv1"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/storage"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/bigquery/v2"
	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/serviceusage/v1"
	beta "google.golang.org/api/serviceusage/v1beta1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	project = cmektest.Project
	parent  = "projects/" + project
)

func start(t *testing.T) (*cmektest.Cloud, *serviceusage.Service) {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	service, err := serviceusage.NewService(t.Context(), cloud.ClientOptions(emulator.ServiceUsage)...)
	check(t, err)
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

func disabled(title, service string) string {
	number := emulator.ProjectNumber(project)
	return title + " has not been used in project " + number + " before or it is disabled. Enable it by visiting " +
		"https://console.developers.google.com/apis/api/" + service + "/overview?project=" + number + " then retry."
}

func TestServicesAreOnUntilTheyAreSwitchedOff(t *testing.T) {
	cloud, service := start(t)
	state := func(name string) string {
		got, err := service.Services.Get(parent + "/services/" + name).Do()
		check(t, err)
		if want := "projects/" + emulator.ProjectNumber(project) + "/services/" + name; got.Name != want {
			t.Errorf("got name %s, want %s", got.Name, want)
		}
		return got.State
	}
	if got := state("cloudkms.googleapis.com"); got != "ENABLED" {
		t.Errorf("got %s, want ENABLED", got)
	}
	op, err := service.Services.Disable(parent+"/services/cloudkms.googleapis.com", &serviceusage.DisableServiceRequest{}).Do()
	check(t, err)
	if got := state("cloudkms.googleapis.com"); got != "DISABLED" || !op.Done {
		t.Errorf("got %s, %+v, want DISABLED", got, op)
	}
	check(t, cloud.DisableService(project, "dataflow.googleapis.com"))
	batch, err := service.Services.BatchGet(parent).Names(parent+"/services/dataflow.googleapis.com", parent+"/services/pubsub.googleapis.com").Do()
	if err != nil || len(batch.Services) != 2 || batch.Services[0].State != "DISABLED" || batch.Services[1].State != "ENABLED" {
		t.Errorf("got %+v, %v", batch, err)
	}
	list, err := service.Services.List(parent).Filter("state:DISABLED").Do()
	check(t, err)
	var off []string
	for _, s := range list.Services {
		off = append(off, s.Config.Name)
	}
	if want := []string{"cloudkms.googleapis.com", "dataflow.googleapis.com"}; !slices.Equal(off, want) {
		t.Errorf("got %q disabled, want %q", off, want)
	}
	_, err = service.Services.BatchEnable(parent, &serviceusage.BatchEnableServicesRequest{ServiceIds: off}).Do()
	check(t, err)
	if got := state("dataflow.googleapis.com"); got != "ENABLED" {
		t.Errorf("got %s, want ENABLED", got)
	}
	_, err = service.Services.Get(parent + "/services/nothing.googleapis.com").Do()
	wantError(t, err, http.StatusForbidden, "Not found or permission denied for service(s): nothing.googleapis.com.")
	_, err = service.Services.Get(parent + "/services/iam.googleapis.com").Context(emulator.As(t.Context(), "user:ann@example.com")).Do()
	wantError(t, err, http.StatusForbidden, "serviceusage.services.get")
	_, err = service.Services.BatchGet(parent).Names(slices.Repeat([]string{parent + "/services/iam.googleapis.com"}, 31)...).Do()
	wantError(t, err, http.StatusBadRequest, "31 names")
	_, err = service.Operations.List().Do()
	wantError(t, err, http.StatusNotImplemented, "serviceusage.operations.list")
	if err := cloud.DisableService(project, "kms"); err == nil {
		t.Error("got an unknown service disabled")
	}
}

func TestCallsToServicesThatAreOffAreRefused(t *testing.T) {
	cloud, _ := start(t)
	key := cloud.CreateKey("us-central1", "k")
	cloud.CreateBucket("archive", "us-central1", key)
	cloud.WriteObject("gs://archive/o", []byte("x"))
	objects, err := storage.NewClient(t.Context(), cloud.ClientOptions(emulator.Storage)...)
	check(t, err)
	defer objects.Close()
	topics, err := pubsub.NewTopicAdminClient(t.Context(), cloud.ClientOptions(emulator.PubSub)...)
	check(t, err)
	defer topics.Close()
	tables, err := bigquery.NewService(t.Context(), cloud.ClientOptions(emulator.BigQuery)...)
	check(t, err)
	for _, tt := range []struct {
		title, service string
		call           func() error
	}{
		{"Cloud Storage API", "storage.googleapis.com", func() error { _, err := objects.Bucket("archive").Attrs(t.Context()); return err }},
		{"Cloud Storage API", "storage.googleapis.com", func() error { return objects.Bucket("other").Create(t.Context(), project, nil) }},
		{"Cloud Storage API", "storage.googleapis.com", func() error {
			w := objects.Bucket("archive").Object("new").NewWriter(t.Context())
			_, _ = w.Write([]byte("x")) // Close returns the error
			return w.Close()
		}},
		{"Cloud Pub/Sub API", "pubsub.googleapis.com", func() error {
			_, err := topics.CreateTopic(t.Context(), &pubsubpb.Topic{Name: parent + "/topics/events"})
			return err
		}},
		{"BigQuery API", "bigquery.googleapis.com", func() error { _, err := tables.Datasets.Get(project, "d").Do(); return err }},
		{"BigQuery API", "bigquery.googleapis.com", func() error { _, err := tables.Jobs.List(project).Do(); return err }},
	} {
		check(t, cloud.DisableService(project, tt.service))
		if err := tt.call(); err == nil || !strings.Contains(err.Error(), disabled(tt.title, tt.service)) {
			t.Errorf("%s off: got %v, want %q", tt.service, err, disabled(tt.title, tt.service))
		}
		check(t, cloud.EnableService(project, tt.service))
	}
	if _, err := objects.Bucket("archive").Object("new").Attrs(t.Context()); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("got %v, want no object of a refused upload", err)
	}
	check(t, cloud.DisableService("elsewhere", "storage.googleapis.com"))
	if _, err := objects.Bucket("archive").Attrs(t.Context()); err != nil {
		t.Errorf("got %v for a service that is off in another project", err)
	}
}

func TestKeysNeedCloudKMSInTheirProject(t *testing.T) {
	cloud, _ := start(t)
	key := cloud.CreateKey("us-central1", "k")
	cloud.CreateBucket("archive", "us-central1", key)
	check(t, cloud.DisableService(key.Project(), "cloudkms.googleapis.com"))
	keys, err := kms.NewKeyManagementClient(t.Context(), cloud.ClientOptions(emulator.KMS)...)
	check(t, err)
	defer keys.Close()
	_, err = keys.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: key.String()})
	s := status.Convert(err)
	if s.Code() != codes.PermissionDenied || !strings.Contains(s.Message(), disabled("Cloud Key Management Service (KMS) API", "cloudkms.googleapis.com")) {
		t.Fatalf("got %v", err)
	}
	info, ok := s.Details()[0].(*errdetails.ErrorInfo)
	if !ok || info.GetReason() != "SERVICE_DISABLED" || info.GetMetadata()["service"] != "cloudkms.googleapis.com" ||
		info.GetMetadata()["consumer"] != "projects/"+emulator.ProjectNumber(project) {
		t.Errorf("got details %v", s.Details())
	}
	if err := cloud.Cloud.WriteObject(t.Context(), "gs://archive/o", []byte("x")); err == nil {
		t.Error("got an object encrypted with a key whose API is off")
	}
	check(t, cloud.EnableService(key.Project(), "cloudkms.googleapis.com"))
	cloud.WriteObject("gs://archive/o", []byte("x"))
}

func TestTheCallersProjectCounts(t *testing.T) {
	cloud, _ := start(t)
	check(t, cloud.DisableService(project, "cloudresourcemanager.googleapis.com"))
	crm, err := cloudresourcemanager.NewService(t.Context(), cloud.ClientOptions(emulator.ResourceManager)...)
	check(t, err)
	if _, err := crm.Projects.Get(parent).Do(); err != nil {
		t.Errorf("got %v for the resource's project, want the caller's project to count", err)
	}
	get := crm.Projects.Get("projects/elsewhere")
	get.Header().Set("X-Goog-User-Project", project)
	_, err = get.Do()
	wantError(t, err, http.StatusForbidden, disabled("Cloud Resource Manager API", "cloudresourcemanager.googleapis.com"))
	var e *googleapi.Error
	if !errors.As(err, &e) || e.Errors[0].Reason != "accessNotConfigured" || !strings.Contains(e.Body, `"reason":"SERVICE_DISABLED"`) {
		t.Errorf("got %+v, want Google's reasons", e)
	}
}

func TestQuotasOfBothFamilies(t *testing.T) {
	cloud, _ := start(t)
	service, err := beta.NewService(t.Context(), cloud.ClientOptions(emulator.ServiceUsage)...)
	check(t, err)
	check(t, cloud.SetKMSQuota(project, "hsm_usage", "us-central1", 7))
	metrics := service.Services.ConsumerQuotaMetrics
	limits := func(view, metric, region string) (found int64) {
		list, err := metrics.List(parent + "/services/cloudkms.googleapis.com").View(view).Do()
		check(t, err)
		for _, m := range list.Metrics {
			for _, b := range m.ConsumerQuotaLimits[0].QuotaBuckets {
				if m.Metric == "cloudkms.googleapis.com/"+metric && b.Dimensions["region"] == region {
					found = b.EffectiveLimit
				}
			}
		}
		return found
	}
	got := map[string]int64{
		"set":              limits("FULL", "hsm_usage", "us-central1"),
		"set, basic view":  limits("BASIC", "hsm_usage", "us-central1"),
		"full view":        limits("FULL", "hsm_usage", "us-east1"),
		"basic view":       limits("BASIC", "hsm_usage", "us-east1"),
		"older family":     limits("BASIC", "crypto_requests", ""),
		"older family HSM": limits("FULL", "hsm_symmetric_requests", "europe-west3"),
	}
	want := map[string]int64{"set": 7, "set, basic view": 7, "full view": 30_000, "basic view": 0, "older family": 60_000, "older family HSM": 30_000}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	list, err := metrics.List(parent + "/services/cloudkms.googleapis.com").Do()
	check(t, err)
	if m, err := metrics.Get(list.Metrics[0].Name).Do(); err != nil || m.Metric != list.Metrics[0].Metric {
		t.Errorf("get: got %+v, %v", m, err)
	}
	_, err = metrics.List(parent + "/services/cloudkms.googleapis.com").Context(emulator.As(t.Context(), "user:ann@example.com")).Do()
	wantError(t, err, http.StatusForbidden, "serviceusage.quotas.get")
	_, err = metrics.List(parent + "/services/cloudkms.googleapis.com").View("ALL").Do()
	wantError(t, err, http.StatusBadRequest, `"ALL"`)
	if err := cloud.SetKMSQuota(project, "crypto_requests", "us-central1", 1); err == nil {
		t.Error("got a region for a metric that has none")
	}
}

func TestServiceIdentities(t *testing.T) {
	cloud, _ := start(t)
	service, err := beta.NewService(t.Context(), cloud.ClientOptions(emulator.ServiceUsage)...)
	check(t, err)
	for name, want := range map[string]string{
		"dataflow.googleapis.com": emulator.Agent(emulator.Dataflow, project), "pubsub.googleapis.com": emulator.Agent(emulator.PubSub, project),
		"cloudkms.googleapis.com": "gcp-sa-ekms", "compute.googleapis.com": "",
	} {
		op, err := service.Services.GenerateServiceIdentity(parent + "/services/" + name).Do()
		if err != nil || !op.Done || !strings.Contains(string(op.Response), want) || strings.Contains(string(op.Response), "email") != (want != "") {
			t.Errorf("%s: got %+v, %s, %v, want %q", name, op, op.Response, err, want)
		}
	}
}
