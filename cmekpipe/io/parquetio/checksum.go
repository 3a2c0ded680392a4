package parquetio

import (
	"context"
	"hash/crc32"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/xitongsys/parquet-go/layout"
)

// checksummed returns the bytes of a page with its checksum in the header, which the library leaves out: without it a
// reader takes damaged values for good ones. Source: field crc of PageHeader in
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
