// Package textsink has the harnesses of the conformance suite for package textio. A row is a line of JSON.
package textsink

import (
	"encoding/json"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/sinks/objectsink"
)

// WriteSharded is textio.WriteSharded where the runner decides on shards.
func WriteSharded() conformance.Harness {
	return objectsink.Sharded("textio.WriteSharded", format(textio.WriteSharded))
}

// Write is textio.Write.
func Write() conformance.Harness { return objectsink.Harness("textio.Write", format(textio.Write)) }

func format(write func(beam.Scope, cmekpipe.Object, beam.PCollection, ...textio.WriteOption)) objectsink.Format {
	return objectsink.Format{
		Write: func(s beam.Scope, object cmekpipe.Object, rows beam.PCollection) {
			write(s, object, objectsink.Lines(s, rows))
		},
		Read: read,
	}
}

func read(data []byte) (rows []conformance.Row, err error) {
	for line := range strings.Lines(string(data)) {
		var r conformance.Row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}
