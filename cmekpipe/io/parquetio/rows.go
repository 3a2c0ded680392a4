package parquetio

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/thrift/lib/go/thrift"
	"github.com/xitongsys/parquet-go/common"
	"github.com/xitongsys/parquet-go/parquet"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

const (
	magic = "PAR1"

	pageSize  = 1 << 20  // of the rows whose values make up a page in each column
	groupSize = 32 << 20 // of the rows in a row group
	rowSize   = 32       // of a row without its values
)

// rows is the format of Parquet files whose rows are structs of one type.
type rows struct{ Type beam.EncodedType }

// ContentType is what objects are stored as.
func (r rows) ContentType() string { return "application/vnd.apache.parquet" }

// NewEncoder returns what writes rows.
func (r rows) NewEncoder() (shards.Encoder[beam.X], error) {
	sh, err := newShape(r.Type.T)
	if err != nil {
		return nil, err
	}
	return &encoder{shape: sh}, nil
}

// encoder writes files, as the Parquet format has them: row groups, and a footer that says where they are.
type encoder struct {
	shape  *shape
	out    *bufio.Writer
	offset int64
	footer *parquet.FileMetaData

	group     *group
	groupSize int64
	page      []any
	pageSize  int64
}

// Begin writes the magic number.
func (e *encoder) Begin(out *bufio.Writer) error {
	clear(e.page)
	*e = encoder{shape: e.shape, out: out, offset: int64(len(magic)), group: newGroup(e.shape), page: e.page[:0]}
	by := "cmekpipe-go version 1"
	e.footer = parquet.NewFileMetaData()
	e.footer.Version, e.footer.CreatedBy, e.footer.Schema = 1, &by, e.shape.elements
	for range e.shape.columns {
		e.footer.ColumnOrders = append(e.footer.ColumnOrders, &parquet.ColumnOrder{TYPE_ORDER: parquet.NewTypeDefinedOrder()})
	}
	_, err := out.WriteString(magic)
	return err
}

// Write adds a row.
func (e *encoder) Write(row beam.X) error {
	value := reflect.ValueOf(row)
	if !value.IsValid() || value.Type() != e.shape.t {
		return &cmekpipe.Error{Code: cmekpipe.InvalidOptions, Hint: "write rows of one type", Err: fmt.Errorf("got a %T, want a %v", row, e.shape.t)}
	}
	e.page = append(e.page, row)
	e.pageSize += common.SizeOf(value) + rowSize
	if e.pageSize < pageSize {
		return nil
	}
	return e.endPage()
}

// endPage gives each column of the group a page.
func (e *encoder) endPage() error {
	if len(e.page) == 0 {
		return nil
	}
	if err := e.group.add(e.page); err != nil {
		return err
	}
	e.groupSize += e.pageSize
	clear(e.page)
	e.page, e.pageSize = e.page[:0], 0
	if e.groupSize < groupSize {
		return nil
	}
	return e.endGroup()
}

// endGroup writes the group.
func (e *encoder) endGroup() error {
	if e.group.rows == 0 {
		return nil
	}
	header, end, err := e.group.writeTo(e.out, e.offset)
	if err != nil {
		return err
	}
	e.footer.RowGroups = append(e.footer.RowGroups, header)
	e.footer.NumRows += header.NumRows
	e.offset, e.group, e.groupSize = end, newGroup(e.shape), 0
	return nil
}

// End writes the last row group and the footer.
func (e *encoder) End() error {
	if err := e.endPage(); err != nil {
		return err
	}
	if err := e.endGroup(); err != nil {
		return err
	}
	to := thrift.NewTSerializer()
	to.Protocol = thrift.NewTCompactProtocolFactoryConf(nil).GetProtocol(to.Transport)
	footer, err := to.Write(context.Background(), e.footer)
	if err != nil {
		return err
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	_, err = e.out.Write(append(footer, magic...))
	return err
}
