package avroio

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/golang/snappy"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

const (
	blockSize = 64 << 10 // of rows, before compression
	blockRows = 1 << 16  // for rows without bytes, such as null

	magic    = "Obj\x01"
	syncSize = 16

	blanks = " \t\r\n" // around JSON
)

// container is the format of object container files, as the Avro specification has it: a header with the schema, and
// blocks of rows that end in the header's sync marker.
type container struct{ Schema string }

// ContentType is what objects are stored as.
func (c container) ContentType() string { return "application/avro" }

// NewEncoder returns what writes rows of JSON.
func (c container) NewEncoder() (shards.Encoder[string], error) {
	codec, err := goavro.NewCodec(c.Schema)
	if err != nil {
		return nil, &cmekpipe.Error{Code: cmekpipe.InvalidOptions, Hint: "use an Avro schema", Err: err}
	}
	return &encoder{codec: codec}, nil
}

// encoder writes rows. The library's own writer is passed by: it keeps the rows of a block as maps, and its errors show
// what they hold.
type encoder struct {
	codec *goavro.Codec
	out   *bufio.Writer
	sync  [syncSize]byte

	rows        int
	block       []byte
	json, small []byte // reused
	compressed  []byte
}

// Begin writes the header.
func (e *encoder) Begin(out *bufio.Writer) error {
	e.out, e.rows, e.block = out, 0, e.block[:0]
	if _, err := rand.Read(e.sync[:]); err != nil {
		return err
	}
	header := append([]byte(nil), magic...)
	header = binary.AppendVarint(header, 2) // entries, all in one block of a map
	for _, text := range []string{"avro.schema", e.codec.Schema(), "avro.codec", goavro.CompressionSnappyLabel} {
		header = binary.AppendVarint(header, int64(len(text)))
		header = append(header, text...)
	}
	header = binary.AppendVarint(header, 0) // no further block
	_, err := out.Write(append(header, e.sync[:]...))
	return err
}

// Write adds a row.
func (e *encoder) Write(row string) error {
	e.json = append(e.json[:0], strings.TrimLeft(row, blanks)...)
	native, rest, err := e.codec.NativeFromTextual(e.json)
	if err != nil || len(bytes.TrimLeft(rest, blanks)) > 0 {
		return misfit(len(row))
	}
	block, err := e.codec.BinaryFromNative(e.block, native)
	if err != nil {
		return misfit(len(row))
	}
	e.block = block
	e.rows++
	if len(e.block) < blockSize && e.rows < blockRows {
		return nil
	}
	return e.flush()
}

// misfit replaces the library's error, which quotes the row.
func misfit(size int) *cmekpipe.Error {
	return &cmekpipe.Error{Code: cmekpipe.InvalidOptions, Hint: "write rows in Avro's JSON encoding, with unions as {\"TYPE\": VALUE}",
		Err: fmt.Errorf("got a row of %d bytes that is not JSON of the schema", size)}
}

// End writes the last block.
func (e *encoder) End() error {
	if e.rows == 0 {
		return nil
	}
	return e.flush()
}

// flush writes a block.
func (e *encoder) flush() error {
	e.compressed = snappy.Encode(e.compressed[:cap(e.compressed)], e.block)
	sum := crc32.ChecksumIEEE(e.block)
	e.small = binary.AppendVarint(e.small[:0], int64(e.rows))
	e.small = binary.AppendVarint(e.small, int64(len(e.compressed)+crc32.Size))
	e.rows, e.block = 0, e.block[:0]
	for _, part := range [][]byte{e.small, e.compressed, binary.BigEndian.AppendUint32(nil, sum), e.sync[:]} {
		if _, err := e.out.Write(part); err != nil {
			return err
		}
	}
	return nil
}
