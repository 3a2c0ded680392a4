package bigqueryio

import (
	"errors"
	"reflect"
	"strconv"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/schema"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

const (
	opWrite = "xlang/bigqueryio.Write"
	opRead  = "xlang/bigqueryio.Read"
	prefix  = "beam:schematransform:org.apache.beam:"
)

// identifier returns the URN of the method's schema transform, or "" for an unknown method.
func (m Method) identifier() string {
	switch m {
	case Automatic:
		return prefix + "bigquery_write:v1"
	case StorageWrite:
		return prefix + "bigquery_storage_write:v2"
	case FileLoads:
		return prefix + "bigquery_fileloads:v1"
	}
	return ""
}

// writeConfig has the fields of Java's BigQueryWriteConfiguration, in the order and spelling of schema transforms. It
// has all of them, because an expansion service refuses a configuration that lacks one. Source: folder
// sdks/java/io/google-cloud-platform/src/main/java/org/apache/beam/sdk/io/gcp/bigquery/providers of apache/beam.
type writeConfig struct {
	AutoSharding               *bool              `beam:"auto_sharding"`
	BigLakeConfiguration       *map[string]string `beam:"big_lake_configuration"`
	ClusteringFields           *[]string          `beam:"clustering_fields"`
	CreateDisposition          *string            `beam:"create_disposition"`
	Drop                       *[]string          `beam:"drop"`
	ErrorHandling              *errorHandling     `beam:"error_handling"`
	Keep                       *[]string          `beam:"keep"`
	KMSKey                     *string            `beam:"kms_key"`
	NumStreams                 *int32             `beam:"num_streams"`
	Only                       *string            `beam:"only"`
	PrimaryKey                 *[]string          `beam:"primary_key"`
	Table                      string             `beam:"table"`
	TriggeringFrequencySeconds *int64             `beam:"triggering_frequency_seconds"`
	UseAtLeastOnceSemantics    *bool              `beam:"use_at_least_once_semantics"`
	UseCDCWrites               *bool              `beam:"use_cdc_writes"`
	WriteDisposition           *string            `beam:"write_disposition"`
}

// errorHandling is always null, so that failed rows fail the job.
type errorHandling struct {
	Output string `beam:"output"`
}

// Write writes a PCollection of structs to a table encrypted with its key. Before a row reaches Java, and again if the last
// check is five minutes old, workers check the key of an existing table and the location of its dataset. The run fails with KeyMismatch or KeyMissing
// for a table encrypted with another key or with none of yours, and with LocationMismatch for a key that can't serve the
// dataset.
//
// It panics with a [*cmekpipe.Error] when the pipeline is built: for the zero BigQueryTable (KeyMissing), and for the zero
// PCollection, an unknown method or an unknown disposition (InvalidOptions).
func Write(s beam.Scope, table cmekpipe.BigQueryTable, col beam.PCollection, opts ...WriteOption) {
	var o writeOptions
	for _, opt := range opts {
		opt.applyWrite(&o)
	}
	config, err := o.writeConfig(table, col)
	if err != nil {
		panic(err)
	}
	s = s.Scope(opWrite)
	check := &tableFn{Table: table, MustExist: o.create != nil && *o.create == CreateNever}
	beam.ParDo(s, check, beam.Impulse(s)) // also if there is no row
	call := []schema.Option{schema.Input("input", beam.ParDo(s, check, col)), schema.ExpansionAddr(o.address)}
	if o.streams(col) {
		call = append(call, schema.OutputType("post_write", typex.New(reflect.TypeFor[written]())))
	}
	schema.Transform(s, config, o.method.identifier(), call...)
}

// written is the element type of an output that the Storage Write API's transform declares and never fills.
type written struct{}

func init() { beam.RegisterType(reflect.TypeFor[written]()) }

// streams reports whether Java writes through the Storage Write API.
func (o writeOptions) streams(col beam.PCollection) bool {
	return o.method == StorageWrite || o.method == Automatic && !pcollection.IsBounded(col)
}

func (o writeOptions) writeConfig(table cmekpipe.BigQueryTable, col beam.PCollection) (writeConfig, error) {
	invalid := func(got, hint string) (writeConfig, error) {
		return writeConfig{}, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: table.String(), Hint: hint, Err: errors.New(got)}
	}
	switch {
	case !table.Valid():
		return writeConfig{}, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: "table",
			Hint: "create it from a key: key.BigQueryTable(\"PROJECT.DATASET.TABLE\")", Err: errors.New("got the zero BigQueryTable, want one created from a key")}
	case !col.IsValid():
		return invalid("got the zero PCollection", "pass a collection that a transform returned")
	case o.method.identifier() == "":
		return invalid("got method "+strconv.Quote(string(o.method)), "use bigqueryio.Automatic, StorageWrite or FileLoads")
	case o.create != nil && !o.create.valid():
		return invalid("got create disposition "+strconv.Quote(string(*o.create)), "use bigqueryio.CreateIfNeeded or CreateNever")
	case o.write != nil && !o.write.valid():
		return invalid("got write disposition "+strconv.Quote(string(*o.write)), "use bigqueryio.WriteAppend, WriteEmpty or WriteTruncate")
	}
	key := table.Key().String()
	return writeConfig{
		Table: javaName(table), CreateDisposition: (*string)(o.create), WriteDisposition: (*string)(o.write),
		KMSKey: &key,
	}, nil
}

// javaName returns "PROJECT:DATASET.TABLE", the form that Java parses.
func javaName(t cmekpipe.BigQueryTable) string { return t.Project() + ":" + t.Dataset() + "." + t.ID() }
