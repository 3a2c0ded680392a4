package bigquery

import (
	"bytes"
	"compress/gzip"
	"context"
	"strings"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// extract writes a table to one object of Cloud Storage, under the key that the bucket decides on: the API has no
// parameter for it.
func extract(ctx context.Context, r *running) error {
	config := r.Configuration.Extract
	r.Configuration.JobType = "EXTRACT"
	ref, err := r.target(config.SourceTable, "sourceTable")
	if err != nil {
		return err
	}
	uris := config.DestinationUris
	if len(uris) == 0 && config.DestinationUri != "" {
		uris = []string{config.DestinationUri}
	}
	if len(uris) != 1 {
		return store.Refuse(store.Invalid, "The loopback BigQuery extracts to one destinationUri, got %d", len(uris))
	}
	bucket, object, err := parseURI(uris[0])
	if err != nil {
		return err
	}
	if err := r.settle(ref.In()); err != nil {
		return err
	}
	t, err := r.store.Read(ref)
	if err != nil {
		return err
	}
	data, err := r.extracted(config, t)
	if err != nil {
		return err
	}
	r.Statistics.Extract = &raw.JobStatistics4{DestinationUriFileCounts: []int64{1}, InputBytes: t.Bytes}
	if r.Configuration.DryRun {
		return nil
	}
	name := strings.Replace(object, "*", "000000000000", 1)
	return r.objects.Write(ctx, bucket, name, r.method, data)
}

// extracted returns the file of a table's rows, without those that are in write-optimized storage.
func (r *running) extracted(config *raw.JobConfigurationExtract, t *store.Table) ([]byte, error) {
	shape := codec.NewShape(t.Columns)
	rows, _, _ := r.store.Optimized(t)
	var data []byte
	var err error
	switch config.DestinationFormat {
	case "", "CSV":
		header := config.PrintHeader == nil || *config.PrintHeader
		data, err = shape.WriteCSV(rows, config.FieldDelimiter, header)
	case "NEWLINE_DELIMITED_JSON":
		data = shape.WriteLines(rows)
	default:
		return nil, store.Refuse(store.Unsupported, "The loopback BigQuery does not extract to %s.", config.DestinationFormat)
	}
	if err != nil {
		return nil, store.Refuse(store.Invalid, "%s", err)
	}
	switch config.Compression {
	case "", "NONE":
		return data, nil
	case "GZIP":
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write(data)
		if closed := w.Close(); err == nil {
			err = closed
		}
		return packed.Bytes(), err
	}
	return nil, store.Refuse(store.Unsupported, "The loopback BigQuery does not compress with %s.", config.Compression)
}

// parseURI splits gs://bucket/object.
func parseURI(uri string) (bucket, object string, err error) {
	path, found := strings.CutPrefix(uri, "gs://")
	bucket, object, slash := strings.Cut(path, "/")
	if !found || !slash || bucket == "" || object == "" || strings.Contains(bucket, "*") || strings.Count(object, "*") > 1 {
		return "", "", store.Refuse(store.Invalid, "Invalid URI %q, want gs://bucket/object with one * at most", uri)
	}
	return bucket, object, nil
}
