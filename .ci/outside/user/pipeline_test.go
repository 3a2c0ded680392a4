package user

import (
	"io"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func TestMain(m *testing.M) { ptest.Main(m) }

func TestShoutWritesUnderItsKey(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key := cloud.Key("us-central1", "pipelines")
	cloud.Bucket("out", "us-central1", cmekpipe.KeyName{}) // no default key: only the sink's own key helps
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: "prism", Key: key.String(), Project: cmektest.Project, TempLocation: "gs://out/tmp",
	})
	if err != nil {
		t.Fatal(err)
	}
	output, err := key.Object("gs://out/lines.txt")
	if err != nil {
		t.Fatal(err)
	}

	p, s := beam.NewPipelineWithRoot()
	Shout(s, output, beam.Create(s, "a word"))
	if _, err := launch.Run(t.Context(), opts, p); err != nil {
		t.Fatal(err)
	}

	cloud.RequireEncrypted(t, key)
	if got, want := contents(t, "out", "lines.txt"), "A WORD\n"; got != want {
		t.Errorf("gs://out/lines.txt holds %q, want %q", got, want)
	}
}

// contents reads an object with Google's own client, which cmektest points at the loopback cloud.
func contents(t *testing.T, bucket, object string) string {
	t.Helper()
	client, err := storage.NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r, err := client.Bucket(bucket).Object(object).NewReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
