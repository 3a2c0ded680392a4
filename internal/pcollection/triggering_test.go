package pcollection_test

import (
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"

	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

func TestFiresOnce(t *testing.T) {
	global, fixed := window.NewGlobalWindows(), window.NewFixedWindows(time.Minute)
	for name, tt := range map[string]struct {
		strategy           window.WindowingStrategy
		byDefault, inOneGo bool
	}{
		"global":                         {window.WindowingStrategy{Fn: global}, true, true},
		"global, default trigger":        {window.WindowingStrategy{Fn: global, Trigger: trigger.Default()}, true, true},
		"global, other trigger":          {window.WindowingStrategy{Fn: global, Trigger: trigger.Always()}, false, false},
		"fixed windows":                  {window.WindowingStrategy{Fn: fixed}, true, false},
		"fixed windows, default trigger": {window.WindowingStrategy{Fn: fixed, Trigger: trigger.Default()}, true, false},
		"fixed windows, other trigger":   {window.WindowingStrategy{Fn: fixed, Trigger: trigger.Never()}, false, false},
	} {
		if got := pcollection.DefaultTrigger(&tt.strategy); got != tt.byDefault {
			t.Errorf("%s: DefaultTrigger: got %v, want %v", name, got, tt.byDefault)
		}
		if got := pcollection.FiresOnce(&tt.strategy); got != tt.inOneGo {
			t.Errorf("%s: FiresOnce: got %v, want %v", name, got, tt.inOneGo)
		}
	}
}
