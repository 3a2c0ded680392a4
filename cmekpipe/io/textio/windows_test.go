package textio_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
)

func TestWindowsDoNotOverwriteEachOther(t *testing.T) {
	w := newWorld(t)
	err := run(t, func(s beam.Scope) {
		timed := beam.ParDo(s, bySecond, beam.CreateList(s, numbers(40)))
		col := beam.WindowInto(s, window.NewFixedWindows(10*time.Second), timed)
		textio.WriteSharded(s, w.object(t, "out/lines"), col, textio.WithNumShards(2), textio.WithSuffix(".txt"))
	})
	if err != nil {
		t.Fatal(err)
	}
	names := w.visible(t)
	if got, want := w.lines(t, names...), numbers(40); !slices.Equal(got, want) {
		t.Errorf("got lines %q, want %q", got, want)
	}
	for _, name := range names {
		match := windowed.FindStringSubmatch(name)
		if match == nil {
			t.Errorf("got object %q, want %v", name, windowed)
			continue
		}
		start, _ := time.Parse("20060102T150405.000Z", match[1])
		for _, line := range w.lines(t, name) {
			if at, _ := time.Parse("05", line[len(line)-2:]); at.Second()/10*10 != start.Second() {
				t.Errorf("%s: got line %s", name, line)
			}
		}
	}
	w.requireKeyAsked(t)
}

func TestSlidingAndSessionWindowsAreWritten(t *testing.T) {
	for name, fn := range map[string]*window.Fn{
		"sliding":  window.NewSlidingWindows(10*time.Second, 20*time.Second),
		"sessions": window.NewSessions(3 * time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			err := run(t, func(s beam.Scope) {
				col := beam.WindowInto(s, fn, beam.ParDo(s, bySecond, beam.CreateList(s, []string{"1", "2", "15", "31"})))
				textio.WriteSharded(s, w.object(t, "out/lines"), col, textio.WithNumShards(1))
			})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string][]string{"sliding": {"1", "1", "15", "15", "2", "2", "31", "31"}, "sessions": {"1", "15", "2", "31"}}[name]
			if got := w.lines(t, w.visible(t)...); !slices.Equal(got, want) {
				t.Errorf("got %q in %q, want %q", got, w.visible(t), want)
			}
		})
	}
}

func TestPanesDoNotOverwriteEachOther(t *testing.T) {
	w := newWorld(t)
	stream := teststream.NewConfig()
	for i := range 3 {
		if err := stream.AddElements(int64(i), fmt.Sprintf("%d", 2*i), fmt.Sprintf("%d", 2*i+1)); err != nil {
			t.Fatal(err)
		}
		stream.AdvanceWatermark(int64(i + 1))
	}
	stream.AdvanceWatermarkToInfinity()
	err := run(t, func(s beam.Scope) {
		col := beam.WindowInto(s, window.NewGlobalWindows(), teststream.Create(s, stream),
			beam.Trigger(trigger.Repeat(trigger.AfterCount(2))), beam.PanesDiscard())
		textio.WriteSharded(s, w.object(t, "out/lines"), col, textio.WithNumShards(1))
	})
	if err != nil {
		t.Fatal(err)
	}
	names := w.visible(t)
	if len(names) < 2 {
		t.Errorf("got %q, want several panes", names)
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "out/lines-global-pane-") {
			t.Errorf("got object %q, want a pane in its name", name)
		}
	}
	if got, want := w.lines(t, names...), []string{"0", "1", "2", "3", "4", "5"}; !slices.Equal(got, want) {
		t.Errorf("got lines %q in %q, want %q", got, names, want)
	}
}
