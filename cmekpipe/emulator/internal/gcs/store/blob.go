package store

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
)

// Blob is the data of an object, in immutable pieces that objects may share. The zero Blob is empty.
type Blob struct {
	pieces [][]byte
	size   int64
}

// The lengths of pieces for data of unknown length: small at first, so that small objects need little memory.
const (
	firstPiece = 4 << 10
	lastPiece  = 4 << 20
	// trusted is the longest piece that is allocated before its data arrive.
	trusted = 64 << 20
)

// ReadBlob reads all of r into a blob. Size is the expected length; negative if it is unknown.
func ReadBlob(r io.Reader, size int64) (Blob, error) {
	var b Blob
	next := int64(firstPiece)
	for {
		length := next
		if left := size - b.size; left > 0 {
			length = min(left, trusted)
		}
		piece, err := readPiece(r, length)
		b = b.add(piece)
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return Blob{}, err
		}
		next = min(2*next, lastPiece)
	}
}

// readPiece reads until the piece is full or r ends. Unlike io.ReadFull it distinguishes the end of r from an error.
func readPiece(r io.Reader, length int64) ([]byte, error) {
	piece := make([]byte, length)
	n := 0
	var err error
	for n < len(piece) && err == nil {
		var read int
		read, err = r.Read(piece[n:])
		n += read
	}
	if n < len(piece)/2 {
		return bytes.Clone(piece[:n]), err
	}
	return piece[:n:n], err
}

// Join returns all the blobs as one, without copying their bytes.
func Join(blobs ...Blob) Blob {
	var joined Blob
	for _, b := range blobs {
		joined.pieces = append(joined.pieces, b.pieces...)
		joined.size += b.size
	}
	return joined
}

// Size returns the length in bytes.
func (b Blob) Size() int64 { return b.size }

// Slice returns the bytes in [from, to), without copying them.
func (b Blob) Slice(from, to int64) Blob {
	var slice Blob
	_ = b.each(from, to, func(piece []byte) error { // the function has no error
		slice = slice.add(piece)
		return nil
	})
	return slice
}

// WriteRange writes the bytes in [from, to).
func (b Blob) WriteRange(w io.Writer, from, to int64) error {
	return b.each(from, to, func(piece []byte) error {
		_, err := w.Write(piece)
		return err
	})
}

// Reader returns a reader of all bytes.
func (b Blob) Reader() io.Reader {
	readers := make([]io.Reader, len(b.pieces))
	for i, piece := range b.pieces {
		readers[i] = bytes.NewReader(piece)
	}
	return io.MultiReader(readers...)
}

// CRC32C returns the checksum of all bytes, with the polynomial of Castagnoli.
func (b Blob) CRC32C() uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	var sum uint32
	for _, piece := range b.pieces {
		sum = crc32.Update(sum, table, piece)
	}
	return sum
}

// add returns the blob with one more piece. It may overwrite memory after b's own pieces, so only functions that build
// a blob call it.
func (b Blob) add(piece []byte) Blob {
	if len(piece) == 0 {
		return b
	}
	b.pieces = append(b.pieces, piece)
	b.size += int64(len(piece))
	return b
}

// each calls visit with the parts of pieces in [from, to).
func (b Blob) each(from, to int64, visit func([]byte) error) error {
	at := int64(0)
	for _, piece := range b.pieces {
		start, end := max(from-at, 0), min(to-at, int64(len(piece)))
		at += int64(len(piece))
		if start >= end {
			continue
		}
		if err := visit(piece[start:end]); err != nil {
			return err
		}
	}
	return nil
}
