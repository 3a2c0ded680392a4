package pubsubio_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

const entriesTopic = "projects/" + cmektest.Project + "/topics/entries"

func TestMain(m *testing.M) {
	shortpause.Enable()
	ptest.Main(m)
}

// world is a loopback cloud with a key.
type world struct {
	*cmektest.Cloud
	key cmekpipe.KeyName
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	return &world{cloud, cloud.CreateKey("global", "messages")}
}

// topic names a topic under the world's key.
func (w *world) topic(t testing.TB, id string) cmekpipe.PubSubTopic {
	t.Helper()
	topic, err := w.key.PubSubTopic("projects/" + cmektest.Project + "/topics/" + id)
	if err != nil {
		t.Fatal(err)
	}
	return topic
}

// data returns the data of what was published, sorted.
func (w *world) data(id string) []string {
	all := []string{}
	for _, m := range w.PullMessages("projects/" + cmektest.Project + "/topics/" + id) {
		all = append(all, string(m.GetData()))
	}
	slices.Sort(all)
	return all
}

// run runs the pipeline that build makes, on Prism.
func run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	_, err := beam.Run(t.Context(), "prism", p)
	return err
}

func numbers(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%06d", i)
	}
	return all
}

func payloads(s beam.Scope, texts []string) beam.PCollection {
	all := make([][]byte, len(texts))
	for i, text := range texts {
		all[i] = []byte(text)
	}
	return beam.CreateList(s, all)
}

// requireCode fails unless err tells in its text an Error with the code.
func requireCode(t testing.TB, err error, code cmekpipe.Code) *cmekpipe.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want %v", code)
	}
	e, ok := cmekpipe.FindError(err.Error())
	if !ok || e.Code != code {
		t.Fatalf("got %v, want code %v", err, code)
	}
	return e
}
