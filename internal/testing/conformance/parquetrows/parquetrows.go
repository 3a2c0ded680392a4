// Package parquetrows reads Parquet files with Arrow's reader, which shares no code with the writer of this module.
package parquetrows

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/memory"
	"github.com/apache/arrow/go/v15/parquet"
	"github.com/apache/arrow/go/v15/parquet/pqarrow"
)

// Read returns each row of a file as JSON.
func Read(data []byte) ([]json.RawMessage, error) {
	table, err := pqarrow.ReadTable(context.Background(), bytes.NewReader(data), parquet.NewReaderProperties(nil),
		pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	defer table.Release()
	records := array.NewTableReader(table, 0)
	defer records.Release()
	var rows []json.RawMessage
	for records.Next() {
		text, err := records.Record().MarshalJSON()
		if err != nil {
			return nil, err
		}
		var some []json.RawMessage
		if err := json.Unmarshal(text, &some); err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, records.Err()
}
