package bqrow

import (
	"reflect"

	"cloud.google.com/go/bigquery"
	"github.com/apache/arrow/go/v15/arrow"
)

// CheckReadable returns why rows of a schema can't be read into structs of type t, as [NewDecoder] does once BigQuery has
// sent the Arrow form of the schema; nil if they can. Errors name columns only.
func CheckReadable(t reflect.Type, schema bigquery.Schema) error {
	_, err := readColumns(t, arrowFields(schema), "")
	return err
}

func arrowFields(schema bigquery.Schema) []arrow.Field {
	fields := make([]arrow.Field, len(schema))
	for i, f := range schema {
		fields[i] = arrow.Field{Name: f.Name, Type: arrowType(f), Nullable: !f.Required}
		if f.Repeated {
			fields[i].Type = arrow.ListOf(fields[i].Type)
		}
	}
	return fields
}

// arrowType returns the type of a column, or of an element of a repeated one, in a read session.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/storage#arrow_schema_details.
func arrowType(f *bigquery.FieldSchema) arrow.DataType {
	switch normalType(f.Type) {
	case bigquery.RecordFieldType:
		return arrow.StructOf(arrowFields(f.Schema)...)
	case bigquery.StringFieldType, bigquery.GeographyFieldType, bigquery.JSONFieldType:
		return arrow.BinaryTypes.String
	case bigquery.IntegerFieldType:
		return arrow.PrimitiveTypes.Int64
	case bigquery.FloatFieldType:
		return arrow.PrimitiveTypes.Float64
	case bigquery.BooleanFieldType:
		return arrow.FixedWidthTypes.Boolean
	case bigquery.BytesFieldType:
		return arrow.BinaryTypes.Binary
	case bigquery.NumericFieldType:
		return &arrow.Decimal128Type{Precision: 38, Scale: 9}
	case bigquery.BigNumericFieldType:
		return &arrow.Decimal256Type{Precision: 76, Scale: 38}
	case bigquery.DateFieldType:
		return arrow.FixedWidthTypes.Date32
	case bigquery.TimeFieldType:
		return arrow.FixedWidthTypes.Time64us
	case bigquery.DateTimeFieldType:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case bigquery.TimestampFieldType:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	}
	return arrow.Null // INTERVAL and RANGE, which no field can hold
}
