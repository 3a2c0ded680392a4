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

func TestRequireEncryptedPassesIfTheKeyEncryptsEverything(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	cloud.RotateKey(key)
	cloud.WriteObject("gs://archive/new", []byte("x"))
	submit(t, cloud, "j", key.String())
	cloud.RequireEncrypted(t, key)
}

func TestRequireEncryptedPrintsOtherResources(t *testing.T) {
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

func TestRequireEncryptedIncludesDeletedObjects(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	cloud.CreateBucket("bare", place, none)
	cloud.WriteObject("gs://bare/leak", []byte("salary"))
	if err := cloud.StorageClient().Bucket("bare").Object("leak").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, require(cloud, key), "object gs://bare/leak (6 bytes) (deleted since) is encrypted with no customer-managed key")
}

func TestRequireEncryptedNeedsData(t *testing.T) {
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

func byName(cloud *cmektest.Cloud, keys map[string]cmekpipe.KeyName) *recorder {
	return record(func(r *recorder) { cloud.RequireEncryptedByName(r, keys) })
}

func TestRequireEncryptedByNameFindsSwappedKeys(t *testing.T) {
	t.Parallel()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	one, two := cloud.CreateKey(place, "one"), cloud.CreateKey(place, "two")
	cloud.CreateBucket("archive", place, one)
	cloud.CreateDataset(cmektest.Project+".ledger", place, two)
	cloud.WriteObject("gs://archive/o", []byte("x"))
	cloud.CreateTable(cmektest.Project+".ledger.t", none, []struct{ N int }{{1}})
	cloud.RequireEncrypted(t, one, two)
	cloud.RequireEncryptedByName(t, map[string]cmekpipe.KeyName{"gs://archive/": one, cmektest.Project + ".": two})
	cloud.RequireEncryptedByName(t, map[string]cmekpipe.KeyName{"": two, "gs://arch": one}) // the longest prefix applies

	r := byName(cloud, map[string]cmekpipe.KeyName{"gs://archive/": two, cmektest.Project + ".": one})
	wantFailure(t, r, "2 of 2 resources are not encrypted with the key of their name:\n\t"+
		"object gs://archive/o (1 bytes) is encrypted with "+one.String()+", want "+two.String()+"\n\t"+
		"table "+cmektest.Project+".ledger.t is encrypted with "+two.String()+", want "+one.String())
	wantFailure(t, byName(cloud, map[string]cmekpipe.KeyName{"gs://archive/": one}),
		"1 of 2 resources are not encrypted with the key of their name:\n\ttable "+cmektest.Project+".ledger.t is encrypted with "+
			two.String()+", and no prefix matches its name")
	wantFailure(t, byName(cloud, map[string]cmekpipe.KeyName{"gs://": one, cmektest.Project: two, "gs://archiv3": one}),
		`got no data whose name begins with "gs://archiv3"`)
}

func TestRequireEncryptedByNameNeedsValidKeys(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	for _, keys := range []map[string]cmekpipe.KeyName{nil, {}, {"gs://": none}, {"gs://archive/": key, "gs://": none}} {
		wantFailure(t, byName(cloud, keys), "want one or more prefixes, each with a valid key name")
	}
	empty := cmektest.NewCloud(t, cmektest.WithoutEnv())
	wantFailure(t, byName(empty, map[string]cmekpipe.KeyName{"gs://": key}), "nothing is proved")
}
