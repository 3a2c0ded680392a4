package cmektest_test

import (
	"io"
	"strings"
	"testing"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func require(cloud *cmektest.Cloud, keys ...cmekpipe.KeyName) *recorder {
	return record(func(r *recorder) { cloud.RequireEncrypted(r, keys...) })
}

func submit(t *testing.T, cloud *cmektest.Cloud, name, key string) {
	t.Helper()
	jobs, err := api.NewService(t.Context(), cloud.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		t.Fatal(err)
	}
	job := &api.Job{Name: name, Type: "JOB_TYPE_BATCH", Environment: &api.Environment{ServiceKmsKeyName: key}}
	if _, err := jobs.Projects.Locations.Jobs.Create(cmektest.Project, place, job).Context(t.Context()).Do(); err != nil {
		t.Fatal(err)
	}
}

func TestRequireEncryptedPassesWhenAllRestUnderTheKey(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	cloud.RotateKey(key)
	cloud.WriteObject("gs://archive/new", []byte("x"))
	submit(t, cloud, "j", key.String())
	cloud.RequireEncrypted(t, key)
}

func TestRequireEncryptedPrintsWhatDoesNotRestUnderTheKey(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	other := cloud.CreateKey(place, "k2")
	cloud.CreateBucket("bare", place, none)
	cloud.WriteObject("gs://bare/leak", []byte("salary"))
	w := cloud.StorageClient().Bucket("archive").Object("other").NewWriter(t.Context())
	w.KMSKeyName = other.String()
	if _, err := io.WriteString(w, "x"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	submit(t, cloud, "j", "")

	r := require(cloud, key)
	if r.ended || len(r.failed) != 1 {
		t.Fatalf("got %q, ended %v, want one failure and the test to go on", r.failed, r.ended)
	}
	lines := strings.Split(r.failed[0], "\n")
	job := "\tjob projects/" + cmektest.Project + "/locations/us-central1/jobs/"
	want := []string{
		"cmektest.RequireEncrypted: 3 of 4 resources are not encrypted with " + key.String() + ":",
		"\tobject gs://bare/leak (6 bytes) is encrypted with no customer-managed key",
		"\tobject gs://archive/other (1 bytes) is encrypted with " + other.String(),
		job,
	}
	if len(lines) != len(want) || !strings.HasPrefix(lines[3], job) || !strings.HasSuffix(lines[3], "is encrypted with no customer-managed key") {
		t.Fatalf("got\n%s\nwant\n%s", r.failed[0], strings.Join(want, "\n"))
	}
	for i := range 3 {
		if lines[i] != want[i] {
			t.Errorf("line %d: got %q, want %q", i, lines[i], want[i])
		}
	}
	wantFailure(t, require(cloud, key, other), "2 of 4 resources are not encrypted with "+key.String()+" or "+other.String())
}

func TestRequireEncryptedRemembersWhatWasDeleted(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	cloud.CreateBucket("bare", place, none)
	cloud.WriteObject("gs://bare/leak", []byte("salary"))
	if err := cloud.StorageClient().Bucket("bare").Object("leak").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, require(cloud, key), "object gs://bare/leak (6 bytes) (deleted since) is encrypted with no customer-managed key")
}

func TestRequireEncryptedNeedsSomethingToProve(t *testing.T) {
	t.Parallel()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	key := cloud.CreateKey(place, "k")
	wantFailure(t, require(cloud, key), "nothing is proved")
	cloud.CreateBucket("archive", place, key)
	wantFailure(t, require(cloud, key), "nothing is proved")
	cloud.WriteObject("gs://archive/o", []byte("x"))
	wantFailure(t, require(cloud), "want one or more")
	wantFailure(t, require(cloud, key, none), "want one or more")
	cloud.RequireEncrypted(t, key)
}
