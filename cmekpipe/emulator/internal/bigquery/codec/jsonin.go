package codec

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// ReadJSON reads a row that is a JSON object, in the form that tabledata.insertAll and load jobs accept. Members that name
// no column are refused unless unknown is set, which leaves them out. The error is a [*FieldError] where the text is JSON;
// then the whole object has been read.
func (s *Shape) ReadJSON(in *Scanner, unknown bool) (Row, error) {
	row := make(Row, len(s.fields))
	var fault error
	err := in.Object(func(name []byte) error {
		i, ok := s.find(name)
		if !ok || fault != nil {
			if !ok && !unknown && fault == nil {
				fault = &FieldError{string(name), "no such field: " + string(name) + "."}
			}
			return in.Skip()
		}
		value, err := s.fields[i].readJSON(in, unknown)
		if bad, ok := err.(*FieldError); ok { //nolint:errorlint // never wrapped
			fault = bad
			return nil
		}
		row[i] = value
		return err
	})
	if err != nil {
		return nil, err
	}
	if fault != nil {
		return nil, fault
	}
	return row, s.complete(row)
}

func (f *field) readJSON(in *Scanner, unknown bool) (sql.Value, error) {
	if in.Null() {
		return nil, nil
	}
	if !f.Type.Array {
		return f.readOne(in, unknown)
	}
	if in.peek() != '[' {
		return f.refuse(in, "Array specified for non-repeated field")
	}
	values := []sql.Value{}
	var fault error
	err := in.Array(func() error {
		if fault != nil {
			return in.Skip()
		}
		var value sql.Value
		err := error(&FieldError{f.path, "Only optional fields can be set to NULL. Field: " + f.path + "; Value: NULL"})
		if !in.Null() {
			value, err = f.readOne(in, unknown)
		}
		if bad, ok := err.(*FieldError); ok { //nolint:errorlint // never wrapped
			fault = bad
			return nil
		}
		values = append(values, value)
		return err
	})
	if err == nil {
		err = fault
	}
	return values, err
}

// refuse reads over a value of the wrong kind.
func (f *field) refuse(in *Scanner, message string) (sql.Value, error) {
	if err := in.Skip(); err != nil {
		return nil, err
	}
	return nil, &FieldError{f.path, message + ": " + f.path + "."}
}

// readOne reads a value that is neither null nor an array of the column's type.
func (f *field) readOne(in *Scanner, unknown bool) (sql.Value, error) {
	c := in.peek()
	if f.Type.Kind == sql.Struct {
		if c != '{' {
			return f.refuse(in, "This field is a record and must be an object")
		}
		row, err := f.inner.ReadJSON(in, unknown)
		return row, err
	}
	if f.Type.Kind == sql.JSON && c != '"' {
		text, err := in.Raw()
		return string(text), err
	}
	switch c {
	case '"':
		text, err := in.Text()
		if err != nil {
			return nil, err
		}
		return f.text(string(text))
	case '[':
		return f.refuse(in, "Array specified for non-repeated field")
	case '{':
		return f.refuse(in, "This field is not a record")
	case 't', 'f':
		text, err := in.Raw()
		if err != nil {
			return nil, err
		}
		if f.Type.Kind == sql.Bool {
			return c == 't', nil
		}
		return f.text(string(text))
	}
	text, err := in.number()
	if err != nil {
		return nil, err
	}
	return f.numeral(string(text))
}

// numeral converts a JSON number.
func (f *field) numeral(text string) (sql.Value, error) {
	switch f.Type.Kind {
	case sql.Int64:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(x) >= 1<<63 || x != math.Trunc(x) {
			return nil, f.bad("integer", text)
		}
		return int64(x), nil
	case sql.Timestamp:
		return f.seconds(text)
	case sql.Float64, sql.Numeric, sql.BigNumeric, sql.String:
		return f.text(text)
	}
	return nil, f.bad(f.word(), text)
}

// validJSON reports whether a text is JSON.
func validJSON(text string) bool { return json.Valid([]byte(text)) }
