package objectsink

import (
	"encoding/json"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

func init() {
	dofn.Register1x2[conformance.Row, string, error](&lineFn{})
}

// Lines converts rows to lines of JSON.
func Lines(s beam.Scope, rows beam.PCollection) beam.PCollection {
	return beam.ParDo(s, &lineFn{}, rows)
}

// lineFn converts a row to a line of JSON.
type lineFn struct{}

// ProcessElement converts a row.
func (f *lineFn) ProcessElement(r conformance.Row) (string, error) {
	line, err := json.Marshal(r)
	return string(line), err
}

// CMEKHelper tells guard that nothing is stored.
func (f *lineFn) CMEKHelper() destination.None { return destination.None{} }
