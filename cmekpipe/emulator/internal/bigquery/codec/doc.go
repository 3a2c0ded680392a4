// Package codec turns the rows of the loopback BigQuery into what its APIs exchange and back: JSON, CSV, Avro, Arrow and
// the rows of the Storage Write API. Values are those of package sql.
//
// A [Shape] is made of a table's columns once and then converts any number of rows. It is immutable and may be used by
// many goroutines.
package codec
