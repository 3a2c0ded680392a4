package bigqueryio

import (
	"bytes"
	"encoding/gob"
	"math/big"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// The values of parameters travel as interfaces, whose types gob must know by name.
func init() {
	for _, value := range []any{
		&bigquery.QueryParameterValue{}, &bigquery.IntervalValue{}, &bigquery.RangeValue{}, &big.Rat{}, time.Time{},
		civil.Date{}, civil.Time{}, civil.DateTime{}, bigquery.NullInt64{}, bigquery.NullFloat64{}, bigquery.NullString{},
		bigquery.NullBool{}, bigquery.NullTimestamp{}, bigquery.NullDate{}, bigquery.NullTime{}, bigquery.NullDateTime{},
		bigquery.NullGeography{}, bigquery.NullJSON{}, []civil.Date{}, []time.Time{}, []*big.Rat{},
	} {
		gob.Register(value)
	}
}

// encodeParameters makes parameters ready to travel. The error names a parameter and never its value.
func encodeParameters(dest cmekpipe.BigQueryProject, params []bigquery.QueryParameter) ([]byte, error) {
	if len(params) == 0 {
		return nil, nil
	}
	var all bytes.Buffer
	if gob.NewEncoder(&all).Encode(params) == nil {
		return all.Bytes(), nil
	}
	for _, p := range params {
		if gob.NewEncoder(&bytes.Buffer{}).Encode([]bigquery.QueryParameter{p}) != nil {
			return nil, invalid(opQuery, dest.String(), "got parameter \""+p.Name+"\" of a type that can't travel to workers",
				"build a *bigquery.QueryParameterValue for structs and arrays of your own")
		}
	}
	return nil, invalid(opQuery, dest.String(), "got parameters that can't travel to workers", "use types of bigquery.QueryParameter")
}

func decodeParameters(data []byte) (params []bigquery.QueryParameter, err error) {
	if len(data) == 0 {
		return nil, nil
	}
	err = gob.NewDecoder(bytes.NewReader(data)).Decode(&params)
	return params, err
}
