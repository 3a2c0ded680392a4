package guard_test

import (
	"fmt"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

func ExampleInspect() {
	p := beam.NewPipeline()
	s := p.Root()
	textio.Write(s.Scope("Archive"), "gs://bank-records/lines.txt", beam.Create(s, "a", "b"))

	coverage, err := guard.Inspect(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(coverage.Err())
	// Output:
	// cmekpipe[unprotected] guard.Inspect: "root/Archive/textio.Write/textio.writeFileFn": creates an object without naming a key: gs://bank-records/lines.txt; hint: use github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio.Write with an object created from a key: textio.Write(s, key.MustObject("gs://bank-records/lines.txt"), col)
}

// Refusals lists what an error of guard or of a launch refuses, each with the call to use instead.
func ExampleRefusals() {
	p := beam.NewPipeline()
	s := p.Root()
	lines := beam.Create(s, "a", "b")
	textio.Write(s, "gs://bank-records/lines.txt", lines)
	textio.Write(s, "gs://bank-records/copy.txt", lines)

	coverage, err := guard.Inspect(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range guard.Refusals(coverage.Err()) {
		fmt.Println(e.Hint)
	}
	// Output:
	// use github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio.Write with an object created from a key: textio.Write(s, key.MustObject("gs://bank-records/lines.txt"), col)
	// use github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio.Write with an object created from a key: textio.Write(s, key.MustObject("gs://bank-records/copy.txt"), col)
}

func ExampleCoverage_WriteText() {
	p := beam.NewPipeline()
	s := p.Root()
	textio.Write(s, "gs://bank-records/lines.txt", textio.Read(s, "gs://bank-inbox/*.txt"))

	coverage, err := guard.Inspect(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := coverage.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 8 transforms: 1 unprotected, 3 reads-only, 4 neutral
	// reads-only root/textio.Read/fileio.MatchAll/fileio.matchFn
	//     identity: github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio.matchFn
	// reads-only root/textio.Read/fileio.ReadMatches/fileio.readFn
	//     identity: github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio.readFn
	// reads-only root/textio.Read/textio.readFn
	//     identity: github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio.readFn
	// unprotected root/textio.Write/textio.writeFileFn
	//     identity: github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio.writeFileFn
	//     writes to: gs://bank-records/lines.txt
	//     why: creates an object without naming a key
	//     instead: use github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio.Write with an object created from a key: textio.Write(s, key.MustObject("gs://bank-records/lines.txt"), col)
	// no key covers: job name, job id, labels, parameter values, pipeline graph, worker addresses
	// the graph holds 1 elements (22 bytes) and 1 constants (27 bytes)
}
