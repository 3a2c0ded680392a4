package user

import (
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func TestMain(m *testing.M) { ptest.Main(m) } // calls beam.Init, which every test of a pipeline needs

func TestShoutEncryptsItsOutput(t *testing.T) {
	cloud := cmektest.NewCloud(t) // Cloud KMS and the services that encrypt with it, on loopback
	key := cloud.CreateKey("us-central1", "pipelines")
	cloud.CreateBucket("bank-out", "us-central1", cmekpipe.KeyName{}) // no default key: only the sink's own key helps

	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: "prism", Key: key.String(), Project: cmektest.Project, TempLocation: "gs://bank-out/tmp",
	})
	if err != nil {
		t.Fatal(err)
	}
	output, err := key.Object("gs://bank-out/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	Shout(s, output, beam.Create(s, "a word"))
	if _, err := launch.Run(t.Context(), opts, p); err != nil {
		t.Fatal(err)
	}

	cloud.RequireEncrypted(t, key) // lists every object that was ever encrypted with anything else
	if got, want := string(cloud.ReadObject("gs://bank-out/lines.txt")), "A WORD\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
