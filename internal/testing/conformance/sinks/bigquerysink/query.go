package bigquerysink

import (
	"reflect"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

// Query is bigqueryio.Query, which stores its result in a temporary dataset.
func Query() conformance.Source {
	const name = cmektest.Project + "." + dataset + ".accounts"
	return conformance.Source{
		Name: "bigqueryio.Query", KeyLocation: "us-central1",
		Fill: func(_ testing.TB, cloud *cmektest.Cloud, key cmekpipe.KeyName, rows []conformance.Row) {
			cloud.CreateDataset(cmektest.Project+"."+dataset, key.Location(), cmekpipe.KeyName{})
			cloud.CreateTable(name, key, rows)
		},
		Read: func(s beam.Scope, key cmekpipe.KeyName) beam.PCollection {
			return bigqueryio.Query(s, key.MustBigQueryProject(cmektest.Project), "SELECT ID, Payload FROM `"+name+"`",
				reflect.TypeFor[conformance.Row](), bigqueryio.UseStandardSQL())
		},
		Calls: []emulator.Method{"bigquery.datasets.insert", "bigquery.datasets.get", "bigquery.jobs.insert", "bigquery.jobs.get",
			"bigquery.tables.get", "bigquerystorage.CreateReadSession", "bigquerystorage.ReadRows", "bigquery.datasets.delete"},
	}
}
