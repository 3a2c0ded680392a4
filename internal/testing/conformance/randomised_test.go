package conformance_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/avrosink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/bigquerysink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/bigtablesink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/datastoresink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/fhirsink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/parquetsink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/pubsubsink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/spannersink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/textsink"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

var (
	pipelines = flag.Int("pipelines", 10, "number of randomised pipelines to run")
	seed      = flag.Uint64("seed", 0, "seed of the first randomised pipeline; 0 chooses one at random")
)

func TestMain(m *testing.M) {
	flag.Parse()
	shortpause.Enable()
	beam.Init()
	os.Exit(m.Run())
}

// TestRandomisedPipelines names each subtest after its seed: -seed=N -pipelines=1 runs it again.
func TestRandomisedPipelines(t *testing.T) {
	first := *seed
	if first == 0 {
		first = rand.Uint64N(1 << 40)
	}
	t.Logf("seed %d", first)
	for i := range *pipelines {
		seed := first + uint64(i)
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { conformance.RunRandom(t, seed, all()) })
	}
}

// all returns the harnesses of all connectors.
func all() []conformance.Harness {
	return []conformance.Harness{
		textsink.Write(), textsink.WriteSharded(), avrosink.Write(), avrosink.WriteSharded(), parquetsink.Write(), parquetsink.WriteSharded(),
		bigtablesink.Write(),
		bigquerysink.ExactlyOnce(), bigquerysink.TemporaryTable(), bigquerysink.FileLoads(), bigquerysink.AtLeastOnce(), bigquerysink.StreamingInserts(),
		pubsubsink.Write(),
		spannersink.Write(), spannersink.WriteCreating(),
		fhirsink.Import(), fhirsink.ExecuteBundles(),
		datastoresink.Write(), datastoresink.WriteCreating(),
	}
}
