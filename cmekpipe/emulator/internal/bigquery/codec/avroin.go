package codec

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// avroInput reads Avro's binary encoding from memory. The first error stays, and what is read after it is nothing.
type avroInput struct {
	data []byte
	err  error
}

func errTruncated() error { return errors.New("the Apache Avro library failed to parse the file") }

func (in *avroInput) fail(err error) {
	if in.err == nil {
		in.err = err
	}
	in.data = nil
}

func (in *avroInput) long() int64 {
	n, size := binary.Varint(in.data)
	if size <= 0 {
		in.fail(errTruncated())
		return 0
	}
	in.data = in.data[size:]
	return n
}

func (in *avroInput) take(n int64) []byte {
	if n < 0 || n > int64(len(in.data)) {
		in.fail(errTruncated())
		return nil
	}
	part := in.data[:n]
	in.data = in.data[n:]
	return part
}

func (in *avroInput) bytes() []byte { return in.take(in.long()) }

func (in *avroInput) flag() bool {
	b := in.take(1)
	return len(b) == 1 && b[0] == 1
}

func (in *avroInput) double() float64 {
	b := in.take(8)
	if len(b) < 8 {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func (in *avroInput) float() float64 {
	b := in.take(4)
	if len(b) < 4 {
		return 0
	}
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
}

// blocks calls item for each item of an array or map.
func (in *avroInput) blocks(item func()) {
	for in.err == nil {
		n := in.long()
		if n < 0 { // its size in bytes follows
			n = -n
			in.long()
		}
		if n == 0 {
			return
		}
		for ; n > 0 && in.err == nil; n-- {
			item()
		}
	}
}

// ReadAvro reads an Avro file into columns of the same names, or into the file's own where there are none. It returns
// which. Logical tells that TIMESTAMP, DATE and TIME are made of Avro's logical types, instead of INTEGER. Source:
// https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro#avro_conversions.
func ReadAvro(file []byte, columns []sql.Field, logical bool) ([]sql.Field, []Row, error) {
	in := &avroInput{data: file}
	if !bytes.Equal(in.take(4), []byte("Obj\x01")) {
		return nil, nil, errors.New("the file is no Apache Avro container file")
	}
	meta := make(map[string][]byte)
	in.blocks(func() {
		name := string(in.bytes())
		meta[name] = in.bytes()
	})
	mark := in.take(16)
	if in.err != nil {
		return nil, nil, in.err
	}
	record, err := parseAvro(meta["avro.schema"], logical)
	if err != nil {
		return nil, nil, err
	}
	if len(columns) == 0 {
		columns = record.columns()
	}
	into, err := record.into(columns)
	if err != nil {
		return nil, nil, err
	}
	rows, err := readAvroBlocks(in, mark, string(meta["avro.codec"]), into)
	return columns, rows, err
}

// readAvroBlocks reads the rows of all blocks.
func readAvroBlocks(in *avroInput, mark []byte, codec string, into func(*avroInput) (Row, error)) ([]Row, error) {
	var rows []Row
	for len(in.data) > 0 {
		count, data := in.long(), in.bytes()
		if !bytes.Equal(in.take(16), mark) {
			in.fail(errTruncated())
		}
		if in.err != nil {
			return nil, in.err
		}
		data, err := unpackAvro(data, codec)
		if err != nil {
			return nil, err
		}
		block := &avroInput{data: data}
		for ; count > 0; count-- {
			row, err := into(block)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
		if block.err != nil || len(block.data) > 0 {
			return nil, errTruncated()
		}
	}
	return rows, in.err
}

func unpackAvro(data []byte, codec string) ([]byte, error) {
	switch codec {
	case "", "null":
		return data, nil
	case "deflate":
		return io.ReadAll(flate.NewReader(bytes.NewReader(data)))
	}
	return nil, fmt.Errorf("the loopback BigQuery reads no Avro compressed with %s", codec)
}
