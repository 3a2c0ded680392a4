package codec

import (
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// ReadAvro reads an Avro file.
func ReadAvro(file []byte, columns []sql.Field, logical bool) ([]sql.Field, []Row, error) {
	return nil, nil, errors.New("the loopback BigQuery does not load AVRO yet")
}

// ReadParquet reads a Parquet file.
func ReadParquet(file []byte, columns []sql.Field) ([]sql.Field, []Row, error) {
	return nil, nil, errors.New("the loopback BigQuery does not load PARQUET")
}
