package emulator_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"cloud.google.com/go/storage"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/dataflowclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/kmsclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
)

const (
	project  = "bank-prod"
	ringName = "projects/bank-prod/locations/us-central1/keyRings/r"
	keyName  = ringName + "/cryptoKeys/k"
)

func start(t testing.TB, opts ...emulator.Option) *emulator.Cloud {
	t.Helper()
	c, err := emulator.Start(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

// clients are Google's clients of all services.
type clients struct {
	kms      *kms.KeyManagementClient
	storage  *storage.Client
	dataflow *api.Service
}

// clientsOf creates clients with the cloud's options.
func clientsOf(t *testing.T, c *emulator.Cloud) clients {
	t.Helper()
	keys, err := kms.NewKeyManagementClient(t.Context(), c.ClientOptions(emulator.KMS)...)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := storage.NewClient(t.Context(), c.ClientOptions(emulator.Storage)...)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := api.NewService(t.Context(), c.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		t.Fatal(err)
	}
	return closed(t, clients{keys, objects, jobs})
}

// clientsByVariable creates clients without options, as programs do.
func clientsByVariable(t *testing.T, c *emulator.Cloud) clients {
	t.Helper()
	for _, pair := range c.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	keys, err := kmsclient.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	objects, err := storageclient.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := dataflowclient.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return closed(t, clients{keys, objects, jobs})
}

func closed(t *testing.T, c clients) clients {
	t.Cleanup(func() {
		c.kms.Close()
		c.storage.Close()
	})
	return c
}

// createKey creates the key and lets the agents of some services use it.
func createKey(t *testing.T, c clients, services ...emulator.Service) {
	t.Helper()
	_, err := c.kms.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: "projects/bank-prod/locations/us-central1", KeyRingId: "r"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.kms.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: ringName, CryptoKeyId: "k", CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	if err != nil {
		t.Fatal(err)
	}
	grant(t, c, services...)
}

func grant(t *testing.T, c clients, services ...emulator.Service) {
	t.Helper()
	handle := c.kms.ResourceIAM(keyName)
	policy, err := handle.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		policy.Add("serviceAccount:"+emulator.Agent(s, project), "roles/cloudkms.cryptoKeyEncrypterDecrypter")
	}
	if err := handle.SetPolicy(t.Context(), policy); err != nil {
		t.Fatal(err)
	}
}

func createBucket(ctx context.Context, c clients, name string) error {
	return c.storage.Bucket(name).Create(ctx, project, &storage.BucketAttrs{
		Location: "us-central1", Encryption: &storage.BucketEncryption{DefaultKMSKeyName: keyName},
	})
}

func want403(t *testing.T, err error) {
	t.Helper()
	if e, ok := errors.AsType[*googleapi.Error](err); !ok || e.Code != http.StatusForbidden {
		t.Errorf("got %v, want status 403", err)
	}
}

// testServices calls all services and checks that the key encrypts what they create.
func testServices(t *testing.T, c *emulator.Cloud, by clients) {
	createKey(t, by, emulator.Dataflow)
	want403(t, createBucket(t.Context(), by, "archive"))
	grant(t, by, emulator.Storage, emulator.Compute)
	if err := createBucket(t.Context(), by, "archive"); err != nil {
		t.Fatal(err)
	}
	w := by.storage.Bucket("archive").Object("o").NewWriter(t.Context())
	if _, err := w.Write([]byte("salary")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := by.storage.Bucket("archive").Object("o").NewReader(t.Context())
	if err != nil || r.Attrs.Size != 6 {
		t.Fatalf("got %v, %v, want 6 bytes", r, err)
	}
	r.Close()
	job := &api.Job{Name: "j", Type: "JOB_TYPE_BATCH", Environment: &api.Environment{ServiceKmsKeyName: keyName}}
	if _, err := by.dataflow.Projects.Locations.Jobs.Create(project, "us-central1", job).Context(t.Context()).Do(); err != nil {
		t.Fatal(err)
	}
	var rest []string
	for _, e := range c.Ledger() {
		if e.Service != "kms" {
			rest = append(rest, string(e.Kind)+" with "+e.ProtectedBy().ID())
		}
	}
	if got, want := strings.Join(rest, ", "), "bucket with k, object with k, job with k"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestClientsReachEveryServiceByOptions(t *testing.T) {
	t.Parallel()
	c := start(t)
	testServices(t, c, clientsOf(t, c))
}

func TestClientsReachEveryServiceByVariables(t *testing.T) {
	c := start(t)
	testServices(t, c, clientsByVariable(t, c))
}

func TestCloudsAreIndependent(t *testing.T) {
	t.Parallel()
	one, two := start(t), start(t)
	createKey(t, clientsOf(t, one))
	createKey(t, clientsOf(t, two))
	if got, want := len(one.Ledger()), len(two.Ledger()); got != want || got != 3 {
		t.Errorf("got ledgers of %d and %d lines, want 3 each", got, want)
	}
}

func TestCloseEndsEveryService(t *testing.T) {
	t.Parallel()
	c := start(t)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	for _, s := range []emulator.Service{emulator.KMS, emulator.Storage, emulator.Dataflow} {
		if conn, err := net.Dial("tcp", c.Endpoint(s)); err == nil {
			conn.Close()
			t.Errorf("%s still answers", s)
		}
	}
}

func TestEnvironAndEndpointsAgree(t *testing.T) {
	t.Parallel()
	c := start(t)
	want := []string{
		"CLOUD_KMS_EMULATOR_HOST=" + c.Endpoint(emulator.KMS),
		"STORAGE_EMULATOR_HOST=http://" + c.Endpoint(emulator.Storage),
		"DATAFLOW_EMULATOR_HOST=" + c.Endpoint(emulator.Dataflow),
		"BIGQUERY_EMULATOR_HOST=http://" + c.Endpoint(emulator.BigQuery),
	}
	for _, pair := range want {
		if got := c.Environ(); !slices.Contains(got, pair) {
			t.Errorf("got %q, want %q in it", got, pair)
		}
	}
	for _, pair := range c.Environ() {
		if !strings.Contains(strings.Replace(pair, "http://", "", 1), "=127.0.0.1:") {
			t.Errorf("got %s, want it on the loopback interface", pair)
		}
	}
	if got := c.Endpoint("nothing"); got != "" {
		t.Errorf("got endpoint %s for an unknown service, want none", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("got options for a client of an unknown service, want a panic")
		}
	}()
	c.ClientOptions("nothing")
}

func TestClockAdvances(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	c := start(t, emulator.WithClock(func() time.Time { return at }))
	by := clientsOf(t, c)
	createKey(t, by)
	if got := c.Ledger()[0].Time; !got.Equal(at) {
		t.Errorf("got created at %v, want %v", got, at)
	}
	name := keyName + "/cryptoKeyVersions/1"
	if _, err := by.kms.DestroyCryptoKeyVersion(t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: name}); err != nil {
		t.Fatal(err)
	}
	c.Advance(30 * 24 * time.Hour)
	v, err := by.kms.GetCryptoKeyVersion(t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: name})
	if err != nil || v.GetState() != kmspb.CryptoKeyVersion_DESTROYED {
		t.Errorf("got %v, %v, want it destroyed 30 days later", v, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("time went backwards, want a panic")
		}
	}()
	c.Advance(-1)
}

func TestInjectedFaultsCanBeRemoved(t *testing.T) {
	t.Parallel()
	c := start(t)
	by := clientsOf(t, c)
	createKey(t, by, emulator.Storage)
	remove := c.Inject(emulator.Fault{Method: "storage.buckets.insert", Status: 403})
	want403(t, createBucket(t.Context(), by, "archive"))
	remove()
	if err := createBucket(t.Context(), by, "archive"); err != nil {
		t.Error(err)
	}
}

func TestAsCallsAsTheMember(t *testing.T) {
	t.Parallel()
	c := start(t)
	by := clientsOf(t, c)
	createKey(t, by, emulator.Storage)
	encrypt := &kmspb.EncryptRequest{Name: keyName, Plaintext: []byte("x")}
	for member, want := range map[string]codes.Code{
		"serviceAccount:" + emulator.Agent(emulator.Storage, project):  codes.OK,
		"serviceAccount:" + emulator.Agent(emulator.Dataflow, project): codes.PermissionDenied,
	} {
		if _, err := by.kms.Encrypt(emulator.As(t.Context(), member), encrypt); status.Code(err) != want {
			t.Errorf("%s: got %v, want %s", member, err, want)
		}
	}
	if _, err := by.kms.Encrypt(t.Context(), encrypt); status.Code(err) != codes.PermissionDenied {
		t.Errorf("owner: got %v, want PermissionDenied", err)
	}
}

func TestTamperChangesTheStoredJob(t *testing.T) {
	t.Parallel()
	c := start(t)
	by := clientsOf(t, c)
	c.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" })
	job := &api.Job{Name: "j", Type: "JOB_TYPE_BATCH", Environment: &api.Environment{ServiceKmsKeyName: keyName}}
	made, err := by.dataflow.Projects.Locations.Jobs.Create(project, "us-central1", job).Context(t.Context()).Do()
	if err != nil {
		t.Fatal(err)
	}
	got, err := by.dataflow.Projects.Locations.Jobs.Get(project, "us-central1", made.Id).View("JOB_VIEW_ALL").Context(t.Context()).Do()
	if err != nil || got.Environment.ServiceKmsKeyName != "" {
		t.Errorf("got %v, %v, want a job without the key", got, err)
	}
}

func TestAgentsHaveGooglesAddresses(t *testing.T) {
	t.Parallel()
	for s, domain := range map[emulator.Service]string{
		emulator.Storage:  "@gs-project-accounts.iam.gserviceaccount.com",
		emulator.Dataflow: "@dataflow-service-producer-prod.iam.gserviceaccount.com",
		emulator.Compute:  "@compute-system.iam.gserviceaccount.com",
	} {
		got := emulator.Agent(s, project)
		if !strings.HasPrefix(got, "service-") || !strings.HasSuffix(got, domain) || got == emulator.Agent(s, "other") {
			t.Errorf("%s: got %s, want service-NUMBER%s of the project", s, got, domain)
		}
	}
	if got := emulator.Agent(emulator.KMS, project); got != "" {
		t.Errorf("got agent %s for Cloud KMS, want none", got)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		c, err := emulator.Start()
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
