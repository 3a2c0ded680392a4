package keyedgcs

import (
	"encoding/binary"
	"strings"
)

const (
	avroMagic    = "Obj\x01"
	parquetMagic = "PAR1"

	parquetTail = 4 + len(parquetMagic) // how long the footer is, and the magic again
)

// ends are the first and the last bytes of a file, which tell its format and, for some, whether it is all there.
type ends struct {
	first, last []byte
	size        int64
}

// add takes the next bytes of the file.
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

// whole reports whether nothing is known to be missing of a file of that name. A Parquet file ends in a footer, the
// footer's length and the magic that it began with. A file without a byte is no Avro file, but what a writer leaves that
// gave up at the schema.
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
