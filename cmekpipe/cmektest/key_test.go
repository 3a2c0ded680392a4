package cmektest_test

import (
	"io"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// write creates an object in the bucket of [prepared].
func write(t *testing.T, cloud *cmektest.Cloud, object string) error {
	t.Helper()
	w := cloud.StorageClient().Bucket("archive").Object(object).Retryer(storage.WithPolicy(storage.RetryNever)).NewWriter(t.Context())
	if _, err := io.WriteString(w, "salary"); err != nil {
		t.Fatal(err)
	}
	return w.Close()
}

func read(t *testing.T, cloud *cmektest.Cloud, object string) error {
	t.Helper()
	r, err := cloud.StorageClient().Bucket("archive").Object(object).NewReader(t.Context())
	if err == nil {
		r.Close()
	}
	return err
}

// prepared returns a cloud with a key, a bucket and an object "old" that the key encrypts.
func prepared(t *testing.T) (*cmektest.Cloud, cmekpipe.KeyName) {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	key := cloud.CreateKey(place, "k")
	cloud.CreateBucket("archive", place, key)
	cloud.WriteObject("gs://archive/old", []byte("salary"))
	return cloud, key
}

func TestKeyStopsAndStartsWorking(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	want := func(when string, works bool) {
		t.Helper()
		if err := write(t, cloud, "new"); (err == nil) != works {
			t.Errorf("%s: write: got %v, want it to work: %v", when, err, works)
		}
		if err := read(t, cloud, "old"); (err == nil) != works {
			t.Errorf("%s: read: got %v, want it to work: %v", when, err, works)
		}
	}
	want("granted", true)
	cloud.DenyKey(key)
	want("denied", false)
	cloud.GrantKey(key)
	want("granted again", true)
	cloud.DisableKey(key)
	want("disabled", false)
	cloud.EnableKey(key)
	want("enabled", true)
	cloud.DestroyKey(key)
	want("destruction scheduled", false)
	cloud.EnableKey(key)
	want("restored", true)
	cloud.DestroyKey(key)
	cloud.Advance(30 * 24 * time.Hour)
	cloud.EnableKey(key)
	want("destroyed", false)
}

func TestDisableAndDestroyReachEveryVersion(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	cloud.RotateKey(key)
	if err := write(t, cloud, "new"); err != nil {
		t.Fatal(err)
	}
	attrs, err := cloud.StorageClient().Bucket("archive").Object("new").Attrs(t.Context())
	if err != nil || attrs.KMSKeyName != key.Version(2).String() {
		t.Errorf("got %v, %v, want it with version 2", attrs, err)
	}
	for _, stop := range []func(cmekpipe.KeyName){cloud.DisableKey, cloud.DestroyKey} {
		stop(key)
		for _, object := range []string{"old", "new"} {
			if read(t, cloud, object) == nil {
				t.Errorf("got %s read, want its version unusable", object)
			}
		}
		cloud.EnableKey(key)
		for _, object := range []string{"old", "new"} {
			if err := read(t, cloud, object); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestDenyKeyOfOneServiceLeavesOthers(t *testing.T) {
	t.Parallel()
	cloud, key := prepared(t)
	cloud.DenyKey(key, emulator.Dataflow)
	if err := write(t, cloud, "new"); err != nil {
		t.Errorf("got %v, want Cloud Storage to have kept the key", err)
	}
	cloud.DenyKey(key, emulator.Storage)
	if write(t, cloud, "new") == nil {
		t.Error("got it written, want Cloud Storage denied")
	}
}

func TestKeysShareTheirKeyRing(t *testing.T) {
	t.Parallel()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	one, two := cloud.CreateKey(place, "one"), cloud.CreateKey(place, "two")
	if one.KeyRing() != two.KeyRing() || one.Project() != cmektest.Project || one.Location() != place || two.ID() != "two" {
		t.Errorf("got %s and %s", one, two)
	}
}

func TestBadCallsEndTheTest(t *testing.T) {
	outer := t
	for name, call := range map[string]func(*cmektest.Cloud){
		"key rings in no location": func(c *cmektest.Cloud) { c.CreateKey("mars", "k") },
		"bad key id":               func(c *cmektest.Cloud) { c.CreateKey(place, "a b") },
		"unknown key to rotate":    func(c *cmektest.Cloud) { c.RotateKey(none) },
		"unknown key to disable":   func(c *cmektest.Cloud) { c.DisableKey(none) },
		"unknown key to deny":      func(c *cmektest.Cloud) { c.DenyKey(none) },
		"service without agent":    func(c *cmektest.Cloud) { c.GrantKey(c.CreateKey(place, "k"), emulator.KMS) },
		"bucket twice":             func(c *cmektest.Cloud) { c.CreateBucket("twice", place, none); c.CreateBucket("twice", place, none) },
		"object without bucket":    func(c *cmektest.Cloud) { c.WriteObject("gs://missing/o", nil) },
		"not an object's URL":      func(c *cmektest.Cloud) { c.WriteObject("archive/o", nil) },
		"bucket's URL":             func(c *cmektest.Cloud) { c.ReadObject("gs://archive") },
		"table without a project":  func(c *cmektest.Cloud) { c.ReadRows("ledger.t") },
		"missing topic":            func(c *cmektest.Cloud) { c.PublishMessages("projects/p/topics/t", nil) },
		"statement without rows":   func(c *cmektest.Cloud) { c.SetQueryResult("DROP TABLE d.t", []struct{ N int }{}) },
		"missing object":           func(c *cmektest.Cloud) { c.ReadObject("gs://archive/o") },
	} {
		t.Run(name, func(t *testing.T) {
			r := record(func(r *recorder) {
				cloud := cmektest.NewCloud(r, cmektest.WithoutEnv())
				call(cloud)
				outer.Errorf("%s: the test continued", name)
			})
			wantFailure(t, r, "cmektest: ")
			if !r.ended {
				t.Error("got the test going on, want it ended")
			}
		})
	}
}

func TestInvalidBucketNameIsRefusedWithTheReason(t *testing.T) {
	for name, want := range map[string]string{
		"in":               "got 2 characters, want 3 to 63",
		"Archive":          `got 'A', want lower case letters`,
		"-archive":         "want a letter or digit at both ends",
		"google-archive":   `does not begin with "goog"`,
		"192.168.0.1":      "got an IP address",
		"bank..archive":    "got 0 characters between dots",
		"gs://bank-things": `got ':'`,
	} {
		r := record(func(r *recorder) { cmektest.NewCloud(r, cmektest.WithoutEnv()).CreateBucket(name, place, none) })
		wantFailure(t, r, want)
	}
}
