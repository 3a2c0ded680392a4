package storage

import (
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// schemaOf is the API's schema of columns.
func schemaOf(columns []sql.Field) *storagepb.TableSchema {
	return &storagepb.TableSchema{Fields: fieldsOf(columns)}
}

func fieldsOf(columns []sql.Field) []*storagepb.TableFieldSchema {
	fields := make([]*storagepb.TableFieldSchema, len(columns))
	for i, c := range columns {
		mode := storagepb.TableFieldSchema_NULLABLE
		switch {
		case c.Type.Array:
			mode = storagepb.TableFieldSchema_REPEATED
		case c.Required:
			mode = storagepb.TableFieldSchema_REQUIRED
		}
		fields[i] = &storagepb.TableFieldSchema{
			Name: c.Name, Type: typeOf(c.Type.Kind), Mode: mode, Fields: fieldsOf(c.Type.Fields),
		}
	}
	return fields
}

func typeOf(kind sql.Kind) storagepb.TableFieldSchema_Type {
	switch kind {
	case sql.Float64:
		return storagepb.TableFieldSchema_DOUBLE
	case sql.Int64:
		return storagepb.TableFieldSchema_INT64
	}
	return storagepb.TableFieldSchema_Type(storagepb.TableFieldSchema_Type_value[string(kind)])
}
