package bigquery

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	objectstore "github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// maxURIs is how many source URIs a load job may have. Source: https://docs.cloud.google.com/bigquery/quotas#load_jobs.
const maxURIs = 10_000

// load reads objects of Cloud Storage into a table: all of them, or nothing.
func load(ctx context.Context, r *running) error {
	config := r.Configuration.Load
	r.Configuration.JobType = "LOAD"
	if err := loadable(config); err != nil {
		return err
	}
	o := store.Outcome{}
	var err error
	if o.Ref, err = r.target(config.DestinationTable, "destinationTable"); err != nil {
		return err
	}
	if o.Disposition, err = disposition(config.CreateDisposition, config.WriteDisposition, "WRITE_APPEND"); err != nil {
		return err
	}
	if err := r.settle(o.Ref.In()); err != nil {
		return err
	}
	o.Method = r.method
	o.Attrs = raw.Table{
		Schema: config.Schema, EncryptionConfiguration: config.DestinationEncryptionConfiguration,
		TimePartitioning: config.TimePartitioning, RangePartitioning: config.RangePartitioning, Clustering: config.Clustering,
	}
	if err := r.allow(config.DestinationEncryptionConfiguration); err != nil {
		return err
	}
	if err := r.store.Check(o); err != nil || r.Configuration.DryRun {
		return err
	}
	files, size, err := r.files(ctx, config.SourceUris)
	if err != nil {
		return err
	}
	columns, rows, err := r.parse(config, o.Ref, files)
	if err != nil {
		return err
	}
	o.Attrs.Schema, o.Rows = store.Schema(columns), rows
	if config.Schema != nil {
		o.Attrs.Schema = config.Schema
	}
	o.Convert = func(t *store.Table, rows []store.Row) ([]store.Row, error) { return fit(columns, t, rows) }
	if _, err := r.store.Commit(o); err != nil {
		return err
	}
	r.Statistics.Load = &raw.JobStatistics3{InputFiles: int64(len(files)), InputFileBytes: size, OutputRows: int64(len(rows))}
	return nil
}

// loadable refuses options that would otherwise be left out in silence.
func loadable(config *raw.JobConfigurationLoad) error {
	var option string
	switch {
	case config.Autodetect:
		option = "autodetect"
	case len(config.SchemaUpdateOptions) > 0:
		option = "schemaUpdateOptions"
	case config.MaxBadRecords > 0:
		option = "maxBadRecords"
	case config.HivePartitioningOptions != nil:
		option = "hivePartitioningOptions"
	case len(config.DecimalTargetTypes) > 0:
		option = "decimalTargetTypes"
	case config.CreateSession:
		option = "createSession"
	case len(config.ProjectionFields) > 0:
		option = "projectionFields"
	default:
		return nil
	}
	return store.Refuse(store.Unsupported, "The loopback BigQuery has no %s of load jobs.", option)
}

// files reads all objects that the URIs name.
func (r *running) files(ctx context.Context, uris []string) (files [][]byte, size int64, err error) {
	if len(uris) == 0 {
		return nil, 0, store.Refuse(store.Required, "Required parameter is missing: sourceUris")
	}
	if len(uris) > maxURIs {
		return nil, 0, store.Refuse(store.Invalid, "Too many source URIs: got %d, the limit is %d.", len(uris), maxURIs)
	}
	for _, uri := range uris {
		names, bucket, err := r.expand(ctx, uri)
		if err != nil {
			return nil, 0, err
		}
		for _, name := range names {
			data, err := r.objects.Read(ctx, bucket, name)
			if err != nil {
				return nil, 0, missing(uri, err)
			}
			size += int64(len(data))
			if data, err = unpack(data); err != nil {
				return nil, 0, store.Refuse(store.Invalid, "Error while reading data: gs://%s/%s: %s", bucket, name, err)
			}
			files = append(files, data)
		}
	}
	return files, size, nil
}

func (r *running) expand(ctx context.Context, uri string) (names []string, bucket string, err error) {
	bucket, object, err := parseURI(uri)
	if err != nil {
		return nil, "", err
	}
	prefix, suffix, wild := strings.Cut(object, "*")
	if !wild {
		return []string{object}, bucket, nil
	}
	all, err := r.objects.Names(ctx, bucket, prefix)
	if err != nil {
		return nil, "", missing(uri, err)
	}
	for _, name := range all {
		if strings.HasSuffix(name[len(prefix):], suffix) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, "", store.Refuse(store.NotFound, "Not found: URI %s", uri)
	}
	return names, bucket, nil
}

// missing words an error about an object or bucket that does not exist as BigQuery does; it leaves others as they are.
func missing(uri string, err error) error {
	if errors.Is(err, objectstore.NoObject) || errors.Is(err, objectstore.NoBucket) {
		return store.Refuse(store.NotFound, "Not found: URI %s", uri)
	}
	return err
}

// unpack decompresses a gzip file, which BigQuery tells by its first bytes.
func unpack(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// parse reads the rows of all files. The columns are those that the job names, else the table's, else the files' own.
func (r *running) parse(
	config *raw.JobConfigurationLoad, ref store.TableRef, files [][]byte,
) (columns []sql.Field, rows []store.Row, err error) {
	if config.Schema != nil {
		columns, err = store.Columns(config.Schema)
	} else if t, missing := r.store.Table(ref); missing == nil {
		columns = t.Columns
	}
	if err != nil {
		return nil, nil, err
	}
	for _, file := range files {
		var some []store.Row
		if columns, some, err = parseFile(config, columns, file); err != nil {
			if _, ours := err.(*store.Error); ours { //nolint:errorlint // never wrapped
				return nil, nil, err
			}
			return nil, nil, store.Refuse(store.Invalid, "Error while reading data, error message: %s", err)
		}
		rows = append(rows, some...)
	}
	return columns, rows, nil
}

func parseFile(config *raw.JobConfigurationLoad, columns []sql.Field, file []byte) ([]sql.Field, []store.Row, error) {
	shape := codec.NewShape(columns)
	switch format := config.SourceFormat; format {
	case "NEWLINE_DELIMITED_JSON", "CSV", "":
		if len(columns) == 0 {
			return nil, nil, store.Refuse(store.Invalid, "No schema specified on job or table.")
		}
		if format == "NEWLINE_DELIMITED_JSON" {
			rows, err := shape.ReadLines(file, config.IgnoreUnknownValues)
			return columns, rows, err
		}
		rows, err := shape.ReadCSV(file, csvOptions(config))
		return columns, rows, err
	case "AVRO":
		return codec.ReadAvro(file, columns, config.UseAvroLogicalTypes)
	default:
		return nil, nil, store.Refuse(store.Unsupported, "The loopback BigQuery does not load %s.", format)
	}
}

func csvOptions(config *raw.JobConfigurationLoad) codec.CSV {
	o := codec.CSV{
		Delimiter: config.FieldDelimiter, Skip: int(config.SkipLeadingRows), Jagged: config.AllowJaggedRows,
		Extra: config.IgnoreUnknownValues, Null: config.NullMarker,
	}
	return o
}
