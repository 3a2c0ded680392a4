package fileio_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fileio"
	_ "github.com/cmekpipe/cmekpipe-go/internal/keyedfs" // the filesystem of names with a key, as package launch links it
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/filetest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	beam.RegisterDoFn(&collectFn{})
	shortpause.Enable()
	ptest.Main(m)
}

const in = "gs://" + filetest.Bucket + "/in/"

// found is what collectFn saw: "NAME: CONTENT". Prism's workers run in this process, and a test collects once at a time.
var found struct {
	sync.Mutex
	files []string
}

type collectFn struct{}

func (*collectFn) ProcessElement(ctx context.Context, file fileio.ReadableFile) error {
	text, err := file.ReadString(ctx)
	if err != nil {
		return err
	}
	found.Lock()
	defer found.Unlock()
	found.files = append(found.files, strings.TrimPrefix(file.Metadata.Path, in)+": "+text)
	return nil
}

// collect runs a pipeline that finds files and returns each with what ReadMatches reads of it, sorted.
func collect(t *testing.T, find func(beam.Scope) beam.PCollection, opts ...fileio.ReadOption) ([]string, error) {
	t.Helper()
	found.files = nil
	err := filetest.Run(t, func(s beam.Scope) { beam.ParDo0(s, &collectFn{}, fileio.ReadMatches(s, find(s), opts...)) })
	return slices.Sorted(slices.Values(found.files)), err
}

// newWorld is a bucket with objects that hold their own names.
func newWorld(t *testing.T, names ...string) *filetest.World {
	t.Helper()
	w := filetest.New(t)
	for _, name := range names {
		w.WriteObject(in+name, []byte(name))
	}
	return w
}
