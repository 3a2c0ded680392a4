package bqrow

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

// Decoder converts Arrow batches to structs, column by column.
type Decoder struct {
	typ     reflect.Type
	schema  []byte
	columns []readColumn
}

// readColumn is how a column reaches a field.
type readColumn struct {
	name  string
	at    int   // of the column in a batch
	index []int // of the field in the struct
	read  reader
}

// reader reads a column of one batch: it returns what sets a field to the i-th value, or false for an array that is not
// of the type in the schema.
type reader func(arrow.Array) (setter, bool)

// setter sets a field to the i-th value of an array; it returns why if it can't.
type setter func(field reflect.Value, i int) *Refusal

// NewDecoder pairs the columns of an Arrow schema with the fields of a struct.
func NewDecoder(t reflect.Type, schema []byte) (d *Decoder, err error) {
	defer unreadable(&err, "got a schema that is not an Arrow schema")
	r, err := newReader(schema, nil)
	if err != nil {
		return nil, errors.New("got a schema that is not an Arrow schema")
	}
	defer r.Release()
	columns, err := readColumns(t, r.Schema().Fields(), "")
	if err != nil {
		return nil, err
	}
	return &Decoder{t, schema, columns}, nil
}

func readColumns(t reflect.Type, schema []arrow.Field, at string) ([]readColumn, error) {
	var columns []readColumn
	for _, f := range fieldsOf(t) {
		i := indexOf(schema, f.name)
		if i < 0 {
			return nil, fmt.Errorf("got no column %s", at+f.name)
		}
		read, err := readerOf(f.typ, schema[i], at+f.name)
		if err != nil {
			return nil, err
		}
		columns = append(columns, readColumn{at + f.name, i, f.index, read})
	}
	return columns, nil
}

func indexOf(schema []arrow.Field, name string) int {
	for i, f := range schema {
		if strings.EqualFold(f.Name, name) {
			return i
		}
	}
	return -1
}

// readerOf returns how a column is read into a Go type.
func readerOf(t reflect.Type, column arrow.Field, name string) (reader, error) {
	list, repeated := column.Type.(*arrow.ListType)
	if repeated != isMany(t) {
		return nil, fmt.Errorf("got column %s of type %s for a field of type %s", name, column.Type, t)
	}
	if repeated {
		return listReader(t, list, name)
	}
	if record, ok := column.Type.(*arrow.StructType); ok {
		return recordReader(t, record, name)
	}
	if read := scalarReader(t, column.Type); read != nil {
		return read, nil
	}
	return nil, fmt.Errorf("got column %s of type %s for a field of type %s", name, column.Type, t)
}

// Rows decodes a batch into a slice of structs.
func (d *Decoder) Rows(batch []byte) (rows reflect.Value, err error) {
	defer unreadable(&err, "got rows that are not a valid Arrow batch")
	r, err := newReader(d.schema, batch)
	if err != nil {
		return reflect.Value{}, errors.New("got rows that are not an Arrow batch")
	}
	defer r.Release()
	if !r.Next() {
		return reflect.Value{}, errors.New("got no rows, or truncated ones, in an answer")
	}
	record := r.Record()
	n := int(record.NumRows())
	if n < 0 || n > 8*len(batch) { // a value has at least the bit that tells whether it is NULL
		return reflect.Value{}, errors.New("got more rows than an answer can have")
	}
	rows = reflect.MakeSlice(reflect.SliceOf(d.typ), n, n)
	for _, c := range d.columns {
		if c.at >= int(record.NumCols()) || record.Column(c.at).Len() != n {
			return rows, errors.New("got too few columns, or columns of different lengths")
		}
		if err := c.fill(record.Column(c.at), rows, 0); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// fill sets one field of each struct of a slice to the values of an array from one on.
func (c *readColumn) fill(values arrow.Array, rows reflect.Value, from int) error {
	set, ok := c.read(values)
	if !ok {
		return fmt.Errorf("got column %s in another type than announced", c.name)
	}
	for i := range rows.Len() {
		if why := set(fieldOf(rows.Index(i), c.index), from+i); why != nil {
			why.Column = c.name
			return why
		}
	}
	return nil
}

// fieldOf finds a field, making the embedded structs around it that are pointers.
func fieldOf(v reflect.Value, index []int) reflect.Value {
	for i, at := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v
}

// recordReader reads a record into a struct or a pointer to one, which is nil for NULL.
func recordReader(t reflect.Type, record *arrow.StructType, name string) (reader, error) {
	pointer := t.Kind() == reflect.Pointer
	if pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || isScalar(t) {
		return nil, fmt.Errorf("got column %s, which is a record, for a field of type %s", name, t)
	}
	columns, err := readColumns(t, record.Fields(), name+".")
	if err != nil {
		return nil, err
	}
	return func(values arrow.Array) (setter, bool) {
		records, ok := values.(*array.Struct)
		if !ok {
			return nil, false
		}
		sets := make([]setter, len(columns))
		for i, c := range columns {
			if sets[i], ok = c.read(records.Field(c.at)); !ok {
				return nil, false
			}
		}
		return func(field reflect.Value, i int) *Refusal {
			if records.IsNull(i) {
				if pointer {
					return nil
				}
				return &Refusal{Why: "got NULL for a record that is not a pointer"}
			}
			if pointer {
				field.Set(reflect.New(t))
				field = field.Elem()
			}
			for j, c := range columns {
				if why := sets[j](fieldOf(field, c.index), i); why != nil {
					return why
				}
			}
			return nil
		}, true
	}, nil
}

// listReader reads a repeated column into a slice, or into an array whose length it must not exceed.
func listReader(t reflect.Type, list *arrow.ListType, name string) (reader, error) {
	element, err := readerOf(t.Elem(), list.ElemField(), name)
	if err != nil {
		return nil, err
	}
	return func(values arrow.Array) (setter, bool) {
		lists, ok := values.(*array.List)
		if !ok || !offsetsFit(lists) {
			return nil, false
		}
		set, ok := element(lists.ListValues())
		return func(field reflect.Value, i int) *Refusal {
			start, end := lists.ValueOffsets(i)
			n := int(end - start)
			switch {
			case lists.IsNull(i) || n == 0 && t.Kind() == reflect.Slice:
				return nil
			case t.Kind() == reflect.Slice:
				field.Set(reflect.MakeSlice(t, n, n))
			case n > t.Len():
				return &Refusal{Why: fmt.Sprintf("got %d values for an array of %d", n, t.Len())}
			}
			for j := range n {
				if why := set(field.Index(j), int(start)+j); why != nil {
					return why
				}
			}
			return nil
		}, ok
	}, nil
}
