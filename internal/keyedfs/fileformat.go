package keyedfs

import (
	"encoding/binary"
	"strings"
)

const (
	avroMagic    = "Obj\x01"
	parquetMagic = "PAR1"

	parquetTail = 4 + len(parquetMagic) // the footer's length and the magic bytes
)

// ends holds the first and last bytes of a file, which show its format and, for some formats, whether it is complete.
type ends struct {
	first, last []byte
	size        int64
}

// add records the next bytes of the file.
func (e *ends) add(p []byte) {
	e.size += int64(len(p))
	if room := len(avroMagic) - len(e.first); room > 0 {
		e.first = append(e.first, p[:min(room, len(p))]...)
	}
	if len(p) >= parquetTail {
		e.last = e.last[:0]
	}
	e.last = append(e.last, p[max(0, len(p)-parquetTail):]...)
	e.last = append(e.last[:0], e.last[max(0, len(e.last)-parquetTail):]...)
}

// avro reports whether the file is an Avro object container file.
func (e *ends) avro() bool { return string(e.first) == avroMagic }

// whole reports whether a file may be complete. A Parquet file ends in a footer, the footer's length and the magic bytes
// that it began with. An empty file named .avro is what a writer leaves that failed at the schema.
//
// Source: https://parquet.apache.org/docs/file-format/.
func (e *ends) whole(name string) bool {
	if e.size == 0 {
		return !strings.HasSuffix(name, ".avro")
	}
	if string(e.first) != parquetMagic {
		return true
	}
	if e.size < int64(len(parquetMagic)+parquetTail) || string(e.last[4:]) != parquetMagic {
		return false
	}
	footer := int64(binary.LittleEndian.Uint32(e.last))
	return footer > 0 && footer <= e.size-int64(len(parquetMagic)+parquetTail)
}
