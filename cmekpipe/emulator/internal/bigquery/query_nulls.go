package bigquery

import (
	"slices"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// sentParameter is a query parameter as it was sent. The API's own types don't tell a value that is null, or not there, from
// an empty one.
type sentParameter struct {
	ParameterValue *sentValue `json:"parameterValue"`
}

type sentValue struct {
	Value        *string               `json:"value"`
	ArrayValues  *[]*sentValue         `json:"arrayValues"`
	StructValues *map[string]sentValue `json:"structValues"`
}

// nullField marks a value as NULL, as the client does in what it sends.
const nullField = "Value"

// isNull reports whether a value is NULL.
func isNull(v *raw.QueryParameterValue) bool {
	return v == nil || slices.Contains(v.NullFields, nullField)
}

// markNulls marks the values of parameters that were sent as NULL.
func markNulls(all []*raw.QueryParameter, sent []sentParameter) {
	for i, p := range all {
		if i < len(sent) && sent[i].ParameterValue != nil && p.ParameterValue != nil {
			markNull(p.ParameterValue, sent[i].ParameterValue)
		}
	}
}

func markNull(v *raw.QueryParameterValue, sent *sentValue) {
	switch {
	case sent.ArrayValues != nil:
		for i, element := range *sent.ArrayValues {
			if element != nil {
				markNull(v.ArrayValues[i], element)
			}
		}
	case sent.StructValues != nil:
		for name, inner := range *sent.StructValues {
			marked := v.StructValues[name]
			markNull(&marked, &inner)
			v.StructValues[name] = marked
		}
	case sent.Value == nil:
		v.NullFields = append(v.NullFields, nullField)
	}
}

// shownParameters returns parameters as jobs.get shows them: without the value of a NULL, except that a NULL of type STRING
// is shown as an empty text. Source: the comment on QueryParameter of cloud.google.com/go/bigquery, whose client can't read
// another form.
func shownParameters(all []*raw.QueryParameter) []*raw.QueryParameter {
	shown := make([]*raw.QueryParameter, len(all))
	for i, p := range all {
		q := *p
		q.ParameterValue = shownValue(q.ParameterType, q.ParameterValue)
		shown[i] = &q
	}
	return shown
}

func shownValue(t *raw.QueryParameterType, v *raw.QueryParameterValue) *raw.QueryParameterValue {
	switch {
	case t == nil || isNull(v):
		if t != nil && t.Type == "STRING" {
			return &raw.QueryParameterValue{ForceSendFields: []string{nullField}}
		}
		return nil
	case t.Type == "ARRAY":
		shown := &raw.QueryParameterValue{}
		for _, element := range v.ArrayValues {
			shown.ArrayValues = append(shown.ArrayValues, shownValue(t.ArrayType, element))
		}
		return shown
	case t.Type == "STRUCT":
		shown := &raw.QueryParameterValue{StructValues: map[string]raw.QueryParameterValue{}}
		for _, f := range t.StructTypes {
			inner, ok := v.StructValues[f.Name]
			if value := shownValue(f.Type, &inner); ok && value != nil {
				shown.StructValues[f.Name] = *value
			}
		}
		return shown
	}
	return v
}

// withoutNullArrays returns the rows of a result, in which a NULL array is an empty one. Source:
// https://docs.cloud.google.com/bigquery/docs/arrays#creating_arrays_from_table_values.
func withoutNullArrays(columns []sql.Field, rows []store.Row) []store.Row {
	result := make([]store.Row, len(rows))
	for i, row := range rows {
		result[i] = withoutNullArray(columns, row)
	}
	return result
}

func withoutNullArray(columns []sql.Field, row store.Row) store.Row {
	result := slices.Clone(row)
	for i, c := range columns {
		switch inner, ok := result[i].(store.Row); {
		case c.Type.Array && result[i] == nil:
			result[i] = []sql.Value{}
		case ok && c.Type.Array && c.Type.Kind == sql.Struct:
			elements := make([]sql.Value, len(inner))
			for j, element := range inner {
				if elements[j] = element; element != nil {
					elements[j] = withoutNullArray(c.Type.Fields, element.(store.Row))
				}
			}
			result[i] = elements
		case ok && c.Type.Kind == sql.Struct:
			result[i] = withoutNullArray(c.Type.Fields, inner)
		}
	}
	return result
}
