package emulator

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"

	"cloud.google.com/go/bigquery"
	raw "google.golang.org/api/bigquery/v2"
)

// jsonRows returns structs as the API's JSON rows.
func jsonRows(schema bigquery.Schema, rows any) ([][]byte, error) {
	all := reflect.ValueOf(rows)
	lines := make([][]byte, all.Len())
	for i := range lines {
		saver := bigquery.StructSaver{Schema: schema, Struct: all.Index(i).Interface()}
		row, _, err := saver.Save()
		if err == nil {
			lines[i], err = json.Marshal(jsonValue(row))
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	return lines, nil
}

// jsonValue converts the values that [json.Marshal] and BigQuery write differently: decimals.
func jsonValue(v bigquery.Value) any {
	switch v := v.(type) {
	case map[string]bigquery.Value:
		object := make(map[string]any, len(v))
		for name, value := range v {
			object[name] = jsonValue(value)
		}
		return object
	case []bigquery.Value:
		array := make([]any, len(v))
		for i, value := range v {
			array[i] = jsonValue(value)
		}
		return array
	case *big.Rat:
		return bigquery.BigNumericString(v)
	}
	return v
}

// rawFields returns the columns as types of the REST API.
func rawFields(schema bigquery.Schema) []*raw.TableFieldSchema {
	fields := make([]*raw.TableFieldSchema, len(schema))
	for i, f := range schema {
		mode := "NULLABLE"
		switch {
		case f.Repeated:
			mode = "REPEATED"
		case f.Required:
			mode = "REQUIRED"
		}
		fields[i] = &raw.TableFieldSchema{Name: f.Name, Type: string(f.Type), Mode: mode, Fields: rawFields(f.Schema)}
	}
	return fields
}
