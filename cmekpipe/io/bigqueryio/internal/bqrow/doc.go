// Package bqrow converts Go structs to and from the row formats of BigQuery: protobuf messages for the Storage Write API,
// Avro for load jobs, and Arrow batches of the Storage Read API. It links no Beam.
//
// A [Type] pairs the fields of a struct type with the columns of a schema, as bigquery.InferSchema names and types them:
//
//	t, err := bqrow.NewType(reflect.TypeFor[Entry](), nil)
//	data, refusal := t.AppendProto(nil, reflect.ValueOf(&entry).Elem())
//
// # Errors
//
// A value that its column can't hold is a [Refusal], which names the column and never the value. Errors of [NewType],
// [Fit] and [NewDecoder] name types and columns.
//
// # Concurrency
//
// A Type and a [Decoder] may be used by several goroutines. Append methods write to the slice of their caller only.
package bqrow
