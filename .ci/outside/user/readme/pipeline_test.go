package pipeline_test

import (
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func TestMain(m *testing.M) { ptest.Main(m) } // calls beam.Init

func TestOutputIsEncrypted(t *testing.T) {
	cloud := cmektest.NewCloud(t) // Cloud KMS and the services that encrypt with it, on loopback
	key := cloud.CreateKey("us-central1", "pipelines")
	cloud.CreateBucket("bank-out", "us-central1", cmekpipe.KeyName{}) // no default key: only the sink's own key helps
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Key: key.String(), Project: cmektest.Project, TempLocation: "gs://bank-out/tmp",
	})
	if err != nil {
		t.Fatal(err)
	}

	p, s := beam.NewPipelineWithRoot()
	textio.Write(s, key.MustObject("gs://bank-out/lines.txt"), beam.Create(s, "a line"))
	if _, err := launch.Run(t.Context(), opts, p); err != nil {
		t.Fatal(err)
	}

	cloud.RequireEncrypted(t, key) // names every object that was ever stored without the key
	if got, want := string(cloud.ReadObject("gs://bank-out/lines.txt")), "a line\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
