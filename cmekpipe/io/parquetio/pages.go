package parquetio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/xitongsys/parquet-go/common"
	"github.com/xitongsys/parquet-go/layout"
	"github.com/xitongsys/parquet-go/parquet"
)

// pages are those of one column of a row group.
type pages struct {
	shape      *shape
	meta       *parquet.ColumnMetaData
	data       []byte // remaining
	dictionary *layout.Page

	table  *layout.Table
	values int64
	rows   int64
}

// readChunk returns all values of a column of a row group.
func (sh *shape) readChunk(body []byte, c column, meta parquet.ColumnMetaData, rows int64) (*layout.Table, error) {
	start := meta.DataPageOffset
	if d := meta.DictionaryPageOffset; d != nil && *d > 0 && *d < start {
		start = *d
	}
	end := start + meta.TotalCompressedSize
	if start < int64(len(magic)) || end < start || end > int64(len(body)) {
		return nil, fmt.Errorf("bytes %d to %d are not there", start, end)
	}
	meta.PathInSchema = common.StrToPath(c.in)[1:] // as the library expects
	p := &pages{shape: sh, meta: &meta, data: body[start:end]}
	for p.values < meta.NumValues {
		if err := p.next(); err != nil {
			return nil, fmt.Errorf("the page after value %d %w", p.values, err)
		}
	}
	if p.rows != rows || p.values != meta.NumValues {
		return nil, fmt.Errorf("there are %d rows and %d values, want %d and %d", p.rows, p.values, rows, meta.NumValues)
	}
	if p.table == nil {
		p.table = &layout.Table{Path: common.StrToPath(c.in)}
	}
	return p.table, nil
}

// next reads a page.
func (p *pages) next() error {
	raw, header, err := p.cut()
	if err != nil {
		return err
	}
	from := thrift.NewTBufferedTransport(thrift.NewStreamTransportR(bytes.NewReader(raw)), len(raw))
	page, values, rows, err := layout.ReadPage(from, p.shape.handler, p.meta)
	if err != nil {
		return errors.New("can't be decoded") // the library's error may show a value
	}
	if header.Type == parquet.PageType_DICTIONARY_PAGE {
		p.dictionary = page
		return nil
	}
	if usesDictionary(header) {
		if p.dictionary == nil {
			return errors.New("has no dictionary")
		}
		page.Decode(p.dictionary)
	}
	if p.table == nil {
		p.table = layout.NewTableFromTable(page.DataTable)
	}
	p.table.Merge(page.DataTable)
	p.values += values
	p.rows += rows
	return nil
}

// cut removes a page from the data. It reads the header first, because the library trusts all sizes in it.
func (p *pages) cut() (raw []byte, header *parquet.PageHeader, err error) {
	from := &thrift.TMemoryBuffer{Buffer: bytes.NewBuffer(p.data)}
	header = parquet.NewPageHeader()
	if err := header.Read(context.Background(), thrift.NewTCompactProtocolConf(from, nil)); err != nil {
		return nil, nil, errors.New("has no header")
	}
	body, size := from.Bytes(), int(header.CompressedPageSize)
	if size < 0 || size > len(body) || header.UncompressedPageSize < 0 {
		return nil, nil, errors.New("is not whole")
	}
	values, most := int64(0), p.meta.NumValues
	switch {
	case header.DataPageHeader != nil:
		values = int64(header.DataPageHeader.NumValues)
	case header.DataPageHeaderV2 != nil:
		values = int64(header.DataPageHeaderV2.NumValues)
	case header.DictionaryPageHeader != nil:
		values, most = int64(header.DictionaryPageHeader.NumValues), max(most, 1<<20)
	}
	if values < 0 || values > most {
		return nil, nil, errors.New("has a number of values that can't be")
	}
	if header.Crc != nil && crc32.ChecksumIEEE(body[:size]) != uint32(*header.Crc) {
		return nil, nil, errors.New("has another checksum")
	}
	raw = p.data[:len(p.data)-len(body)+size]
	p.data = body[size:]
	return raw, header, nil
}

func usesDictionary(header *parquet.PageHeader) bool {
	encoding := parquet.Encoding_PLAIN
	if h := header.DataPageHeader; h != nil {
		encoding = h.Encoding
	} else if h := header.DataPageHeaderV2; h != nil {
		encoding = h.Encoding
	}
	return encoding == parquet.Encoding_PLAIN_DICTIONARY || encoding == parquet.Encoding_RLE_DICTIONARY
}

// checksummed returns the bytes of a page with its checksum in the header, which the library leaves out: without it a
// reader treats damaged values as good ones. Source: field crc of PageHeader in
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
func checksummed(page *layout.Page) ([]byte, error) {
	body := page.RawData[len(page.RawData)-int(page.Header.CompressedPageSize):]
	sum := int32(crc32.ChecksumIEEE(body))
	page.Header.Crc = &sum
	header := thrift.NewTMemoryBuffer()
	if err := page.Header.Write(context.Background(), thrift.NewTCompactProtocolConf(header, nil)); err != nil {
		return nil, err
	}
	return append(header.Bytes(), body...), nil
}
