package cmektest_test

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const place = "us-central1"

// none is the zero key, which means no key.
var none cmekpipe.KeyName

func TestNewCloudSetsTheEnvironmentDuringTheTest(t *testing.T) {
	names := []string{"STORAGE_EMULATOR_HOST", "DATAFLOW_EMULATOR_HOST", "CLOUD_KMS_EMULATOR_HOST"}
	for _, name := range names {
		t.Setenv(name, "before")
	}
	t.Run("during", func(t *testing.T) {
		cloud := cmektest.NewCloud(t)
		for _, pair := range cloud.Environ() {
			name, value, _ := strings.Cut(pair, "=")
			if got := os.Getenv(name); got != value {
				t.Errorf("got %s=%s, want %s", name, got, value)
			}
		}
		key := cloud.CreateKey(place, "k")
		cloud.CreateBucket("archive", place, key)
		unaware, err := storage.NewClient(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer unaware.Close()
		attrs, err := unaware.Bucket("archive").Attrs(t.Context())
		if err != nil || attrs.Encryption.DefaultKMSKeyName != key.String() {
			t.Errorf("got %v, %v, want the bucket by the variables alone", attrs, err)
		}
	})
	for _, name := range names {
		if got := os.Getenv(name); got != "before" {
			t.Errorf("got %s=%s after the test, want it restored", name, got)
		}
	}
}

func TestWithoutEnvWorksInParallel(t *testing.T) {
	for _, id := range []string{"one", "two"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
			cloud.CreateBucket("archive", place, cloud.CreateKey(place, id))
			cloud.WriteObject("gs://archive/o", []byte(id))
			if got := string(cloud.ReadObject("gs://archive/o")); got != id {
				t.Errorf("got %q, want %q", got, id)
			}
			if got := os.Getenv("STORAGE_EMULATOR_HOST"); got == cloud.Endpoint(emulator.Storage) {
				t.Error("got the environment changed")
			}
		})
	}
}

func TestCloudEndsWithTheTest(t *testing.T) {
	var cloud *cmektest.Cloud
	t.Run("uses it", func(t *testing.T) { cloud = cmektest.NewCloud(t, cmektest.WithoutEnv()) })
	if conn, err := net.Dial("tcp", cloud.Endpoint(emulator.Storage)); err == nil {
		conn.Close()
		t.Error("the cloud still answers")
	}
}

func TestWithClockSetsTheTime(t *testing.T) {
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	cloud := cmektest.NewCloud(t, cmektest.WithClock(func() time.Time { return at }))
	cloud.CreateBucket("archive", place, none)
	if got := cloud.Ledger()[0].Time; !got.Equal(at) {
		t.Errorf("got %v, want %v", got, at)
	}
}
