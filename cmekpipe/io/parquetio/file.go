package parquetio

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/xitongsys/parquet-go/layout"
	"github.com/xitongsys/parquet-go/marshal"
	"github.com/xitongsys/parquet-go/parquet"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// tail is the size of what follows the footer.
const tail = 4 + len(magic)

// read emits the rows of a file. The library's own reader is not used: it drops the errors of pages and continues with
// nulls or fewer rows, and reads columns as the type has them, whatever the file says.
func (sh *shape) read(data []byte, emit func(row any)) (err error) {
	defer func() {
		if recover() != nil { // the library's, with what may show a value
			err = corrupted("it is damaged")
		}
	}()
	footer, err := readFooter(data)
	if err != nil {
		return err
	}
	if err := sh.match(footer.Schema); err != nil {
		return err
	}
	body, left := data[:len(data)-tail], footer.NumRows
	for i, group := range footer.RowGroups {
		rows, err := sh.readGroup(body, group)
		if err != nil {
			return corrupted(fmt.Sprintf("row group %d of %d %v", i+1, len(footer.RowGroups), err))
		}
		for j := range rows.Len() {
			emit(rows.Index(j).Interface())
		}
		left -= group.NumRows
	}
	if left != 0 {
		return corrupted(fmt.Sprintf("its row groups and its footer differ by %d rows", left))
	}
	return nil
}

func corrupted(what string) error {
	return &cmekpipe.Error{Code: cmekpipe.Corrupted, Hint: "see whether the file is Parquet and whole", Err: errors.New("got a file, but " + what)}
}

func readFooter(data []byte) (*parquet.FileMetaData, error) {
	switch {
	case len(data) < len(magic)+tail || !bytes.HasPrefix(data, []byte(magic)):
		return nil, corrupted("it does not begin with " + magic)
	case !bytes.HasSuffix(data, []byte(magic)):
		return nil, corrupted("it does not end with " + magic)
	}
	size := int64(binary.LittleEndian.Uint32(data[len(data)-tail:]))
	begin := int64(len(data)-tail) - size
	if begin < int64(len(magic)) {
		return nil, corrupted(fmt.Sprintf("its footer can't have %d bytes", size))
	}
	footer := parquet.NewFileMetaData()
	if err := footer.Read(context.Background(), compact(data[begin:len(data)-tail])); err != nil {
		return nil, corrupted("its footer can't be read")
	}
	return footer, nil
}

// compact returns a decoder of data, which reads no byte more than it needs.
func compact(data []byte) *thrift.TCompactProtocol {
	return thrift.NewTCompactProtocolConf(&thrift.TMemoryBuffer{Buffer: bytes.NewBuffer(data)}, nil)
}

// match refuses a file that does not have all columns as the type has them.
func (sh *shape) match(schema []*parquet.SchemaElement) error {
	has, err := leaves(schema)
	if err != nil {
		return err
	}
	wants, err := leaves(sh.elements)
	if err != nil {
		return err
	}
	for _, c := range sh.columns {
		path := fmt.Sprintf("%q", c.path)
		if got, want := has[path], wants[path]; got != want {
			if got == "" {
				got = "none"
			}
			return refusal(fmt.Sprintf("got column %s as %s, but %v has it as %s", path, got, sh.t, want),
				"read the file as a type of the same columns: what may be null as a pointer")
		}
	}
	return nil
}

// leaves describes the columns of a schema, by their paths, as far as it matters for reading them.
func leaves(schema []*parquet.SchemaElement) (map[string]string, error) {
	found, at := map[string]string{}, 0
	var walk func(path []string, levels string) bool
	walk = func(path []string, levels string) bool {
		if at >= len(schema) {
			return false
		}
		e := schema[at]
		at++
		if at > 1 {
			path = append(slices.Clip(path), e.Name)
			levels += e.GetRepetitionType().String() + " "
		}
		if e.GetNumChildren() == 0 && at > 1 {
			found[fmt.Sprintf("%q", path)] = fmt.Sprintf("%s%s(%d)", levels, e.GetType(), fixedSize(e.GetType(), e.GetTypeLength()))
		}
		for range e.GetNumChildren() {
			if !walk(path, levels) {
				return false
			}
		}
		return true
	}
	if !walk(nil, "") || at != len(schema) {
		return nil, corrupted("its schema is invalid")
	}
	return found, nil
}

// readGroup returns the rows of a row group, as a slice.
func (sh *shape) readGroup(body []byte, group *parquet.RowGroup) (reflect.Value, error) {
	tables := map[string]*layout.Table{}
	for _, c := range sh.columns {
		i := slices.IndexFunc(group.Columns, func(header *parquet.ColumnChunk) bool {
			return header.MetaData != nil && header.FilePath == nil && slices.Equal(header.MetaData.PathInSchema, c.path)
		})
		if i < 0 {
			return reflect.Value{}, fmt.Errorf("has no readable column %q", c.path)
		}
		table, err := sh.readChunk(body, c, *group.Columns[i].MetaData, group.NumRows)
		if err != nil {
			return reflect.Value{}, fmt.Errorf("has column %q, of which %w", c.path, err)
		}
		tables[c.in] = table
	}
	rows := reflect.New(reflect.SliceOf(sh.t))
	if err := marshal.Unmarshal(&tables, 0, int(group.NumRows), rows.Interface(), sh.handler, ""); err != nil {
		return reflect.Value{}, errors.New("can't be put together") // the library's error may show a value
	}
	if got := rows.Elem().Len(); int64(got) != group.NumRows {
		return reflect.Value{}, fmt.Errorf("has %d rows, want %d", got, group.NumRows)
	}
	return rows.Elem(), nil
}
