package launch_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func init() { register.Function1x1(reachMiddle) }

// middle is what happens when the pipeline has got half way. Workers on Prism run in this process.
var middle struct {
	sync.Mutex
	reached func()
}

func reachMiddle(line string) string {
	middle.Lock()
	defer middle.Unlock()
	if line == "half way" && middle.reached != nil {
		middle.reached()
	}
	return line
}

// write launches a pipeline that writes lines on Prism and does something half way through.
func write(t *testing.T, w *world, halfWay func()) (*launch.Result, error) {
	t.Helper()
	middle.Lock()
	middle.reached = halfWay
	middle.Unlock()
	p, s := beam.NewPipelineWithRoot()
	lines := beam.ParDo(s, reachMiddle, beam.Create(s, "one", "two", "half way", "three", "four"))
	output, err := w.key.Object("gs://bank-work/out/lines")
	if err != nil {
		t.Fatal(err)
	}
	textio.WriteSharded(s, output, lines)
	return launch.Run(t.Context(), w.options(func(c *cmekpipe.Config) { c.Runner = "prism" }), p, launch.WithHaste())
}

func TestSinksOfThisModuleAreProtectedAndWriteWithTheirKey(t *testing.T) {
	w := newWorld(t)
	result, err := write(t, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.RequireEncrypted(t, w.key)
	protected := 0
	for _, f := range result.Coverage.Transforms {
		if f.Verdict == guard.Protected && f.Key == w.key && f.Destination == "gs://bank-work/out/lines" {
			protected++
		}
	}
	if protected == 0 {
		t.Errorf("got coverage\n%s\nwant the sink protected under %s", result.Coverage, w.key)
	}
}

func TestAKeyDisabledInMidRunFailsTheRunAndShowsNothing(t *testing.T) {
	w := newWorld(t)
	_, err := write(t, w, func() { w.DisableKey(w.key) })
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != cmekpipe.KeyDisabled || !strings.HasPrefix(e.Resource, "gs://bank-work/out/") || !strings.Contains(e.Hint, w.key.String()) {
		t.Errorf("got error %v, want key-disabled with the object and a hint that names the key", err)
	}
	for _, o := range w.entries("object") {
		if strings.HasPrefix(o.Name, "gs://bank-work/out/lines") {
			t.Errorf("got %s visible after a run that failed", o.Name)
		}
	}
}
