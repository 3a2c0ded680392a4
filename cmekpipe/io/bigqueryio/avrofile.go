package bigqueryio

import (
	"encoding/binary"
	"reflect"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

const (
	avroType = "application/avro"
	// avroBlock is about how many bytes of rows are in a block of a file.
	avroBlock = 256 << 10
)

// avroWriter writes rows to one file.
type avroWriter struct {
	upload  *keyedgcs.Writer
	rowType bqrow.Type
	header  bqrow.AvroHeader
	begun   bool
	block   []byte
	count   int64 // of rows in the block
	rows    int64
	bytes   int64 // of the upload
}

func newAvroWriter(upload *keyedgcs.Writer, t bqrow.Type, header bqrow.AvroHeader) *avroWriter {
	return &avroWriter{upload: upload, rowType: t, header: header}
}

// write adds a row.
func (w *avroWriter) write(row reflect.Value) (*bqrow.Refusal, error) {
	before := len(w.block)
	block, bad := w.rowType.AppendAvro(w.block, row)
	if bad == nil && len(block)-before > maxRow {
		bad = &bqrow.Refusal{Column: "*", Why: "got a row that is larger than a row may be"}
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
		if err := w.send(w.header.Text); err != nil {
			return err
		}
		w.begun = true
	}
	if w.count == 0 {
		return nil
	}
	head := binary.AppendVarint(binary.AppendVarint(nil, w.count), int64(len(w.block)))
	for _, part := range [][]byte{head, w.block, w.header.Sync[:]} {
		if err := w.send(part); err != nil {
			return err
		}
	}
	w.block, w.count = w.block[:0], 0
	return nil
}

func (w *avroWriter) send(part []byte) error {
	n, err := w.upload.Write(part)
	w.bytes += int64(n)
	return err
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
