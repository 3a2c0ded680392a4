package bigquery

import (
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/codec"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// queryParameters reads the parameters of a query.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter.
func queryParameters(config *raw.JobConfigurationQuery) ([]sql.Parameter, error) {
	all := make([]sql.Parameter, len(config.QueryParameters))
	for i, p := range config.QueryParameters {
		if p.ParameterType == nil {
			return nil, store.Refuse(store.Required, "Required parameter is missing: parameterType")
		}
		typ, err := parameterType(p.ParameterType)
		if err != nil {
			return nil, err
		}
		value, err := parameterValue(typ, p.ParameterValue)
		if err != nil {
			return nil, err
		}
		all[i] = sql.Parameter{Name: p.Name, Type: typ, Value: value}
	}
	return all, nil
}

func parameterType(t *raw.QueryParameterType) (sql.Type, error) {
	switch t.Type {
	case "ARRAY":
		if t.ArrayType == nil || t.ArrayType.Type == "ARRAY" {
			return sql.Type{}, store.Refuse(store.Invalid, "Invalid array type of a query parameter")
		}
		element, err := parameterType(t.ArrayType)
		element.Array = true
		return element, err
	case "STRUCT":
		typ := sql.Type{Kind: sql.Struct}
		for _, f := range t.StructTypes {
			if f.Type == nil {
				return typ, store.Refuse(store.Required, "Required parameter is missing: structTypes.type")
			}
			inner, err := parameterType(f.Type)
			if err != nil {
				return typ, err
			}
			typ.Fields = append(typ.Fields, sql.Field{Name: f.Name, Type: inner})
		}
		return typ, nil
	}
	columns, err := store.Columns(&raw.TableSchema{Fields: []*raw.TableFieldSchema{{Name: "parameter", Type: t.Type}}})
	if err != nil {
		return sql.Type{}, store.Refuse(store.Invalid, "Invalid type %q of a query parameter", t.Type)
	}
	return columns[0].Type, nil
}

func parameterValue(t sql.Type, v *raw.QueryParameterValue) (sql.Value, error) {
	switch {
	case isNull(v):
		return nil, nil
	case t.Array:
		t.Array = false
		values := make([]sql.Value, len(v.ArrayValues))
		for i, element := range v.ArrayValues {
			var err error
			if values[i], err = parameterValue(t, element); err != nil {
				return nil, err
			}
		}
		return values, nil
	case t.Kind == sql.Struct:
		values := make([]sql.Value, len(t.Fields))
		for i, f := range t.Fields {
			inner, ok := v.StructValues[f.Name]
			if !ok {
				continue
			}
			var err error
			if values[i], err = parameterValue(f.Type, &inner); err != nil {
				return nil, err
			}
		}
		return values, nil
	}
	value, ok := codec.Parse(t.Kind, v.Value)
	if !ok {
		return nil, store.Refuse(store.Invalid, "Invalid value for a query parameter of type %s", t.Kind)
	}
	return value, nil
}
