// Package user is what a user of this library writes: a pipeline, in a module of its own.
package user

import (
	"strings"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
)

func init() { register.Function1x1(shout) }

func shout(line string) string { return strings.ToUpper(line) }

// Shout changes lines and writes them to an object that is encrypted with the object's key.
func Shout(s beam.Scope, output cmekpipe.Object, lines beam.PCollection) {
	textio.Write(s, output, beam.ParDo(s, shout, lines))
}

// ByDay returns how a table is partitioned. A program that writes to BigQuery imports Google's client for such types, and
// so requires that module, in a version of its own choice.
func ByDay() *bigquery.TimePartitioning {
	return &bigquery.TimePartitioning{Type: bigquery.DayPartitioningType, Field: "day"}
}
