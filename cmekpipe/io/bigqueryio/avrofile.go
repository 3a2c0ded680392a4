package bigqueryio

import (
	"crypto/rand"
	"encoding/binary"
	"reflect"

	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

const (
	avroType = "application/avro"
	// avroBlock is about how many bytes of rows are in a block of a file.
	avroBlock = 256 << 10
)

// avroHeader is what an Avro file begins with, and the mark that ends its blocks.
// Source: https://avro.apache.org/docs/1.12.0/specification/#object-container-files.
type avroHeader struct {
	text []byte
	mark [16]byte
}

func newAvroHeader(columns []column) (h avroHeader, err error) {
	schema, err := avroSchema(columns)
	if err != nil {
		return h, err
	}
	rand.Read(h.mark[:]) //nolint:errcheck // never fails
	h.text = append(h.text, "Obj\x01"...)
	h.text = binary.AppendVarint(h.text, 2)
	for _, text := range []string{"avro.schema", schema, "avro.codec", "null"} {
		h.text = appendAvroBytes(h.text, []byte(text))
	}
	h.text = append(h.text, 0)
	h.text = append(h.text, h.mark[:]...)
	return h, nil
}

// avroWriter writes rows to one file.
type avroWriter struct {
	upload *keyedgcs.Writer
	header avroHeader
	begun  bool
	block  []byte
	count  int64 // of rows in the block
	rows   int64
}

func newAvroWriter(upload *keyedgcs.Writer, header avroHeader) *avroWriter {
	return &avroWriter{upload: upload, header: header}
}

// write adds a row.
func (w *avroWriter) write(columns []column, row reflect.Value) (*refusal, error) {
	before := len(w.block)
	block, bad := appendAvro(w.block, columns, row)
	if bad == nil && len(block)-before > maxRow {
		bad = &refusal{"*", "got a row that is larger than a row may be"}
	}
	if bad != nil {
		w.block = block[:before]
		return bad, nil
	}
	w.block = block
	w.count++
	w.rows++
	if len(w.block) < avroBlock {
		return nil, nil
	}
	return nil, w.flush()
}

// flush writes the header, if it is not there yet, and the block, if there is one.
func (w *avroWriter) flush() error {
	if !w.begun {
		if _, err := w.upload.Write(w.header.text); err != nil {
			return err
		}
		w.begun = true
	}
	if w.count == 0 {
		return nil
	}
	head := binary.AppendVarint(binary.AppendVarint(nil, w.count), int64(len(w.block)))
	for _, part := range [][]byte{head, w.block, w.header.mark[:]} {
		if _, err := w.upload.Write(part); err != nil {
			return err
		}
	}
	w.block, w.count = w.block[:0], 0
	return nil
}

// close commits the file.
func (w *avroWriter) close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.upload.Close()
}

// abort gives the file up, unless it is committed. A nil avroWriter has nothing to give up.
func (w *avroWriter) abort() {
	if w != nil {
		w.upload.Abort()
	}
}
