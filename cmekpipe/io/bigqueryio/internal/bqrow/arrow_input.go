package bqrow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// The Arrow library trusts the lengths in its input: it allocates them, which can end a worker, or panics.

// newReader reads a schema and a batch, and allocates no more than they can need. It may panic, see [unreadable].
func newReader(schema, batch []byte) (*ipc.Reader, error) {
	if !framed(schema) || len(batch) > 0 && !framed(batch) {
		return nil, errors.New("got a message that is longer than its bytes")
	}
	return ipc.NewReader(io.MultiReader(bytes.NewReader(schema), bytes.NewReader(batch)),
		ipc.WithAllocator(&boundedAllocator{most: 2*(len(schema)+len(batch)) + 64<<10}))
}

// unreadable turns a panic into an error.
func unreadable(err *error, text string) {
	if recover() != nil {
		*err = errors.New(text)
	}
}

// framed reports whether the length of a message's metadata is one that the message can have.
// Source: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format.
func framed(message []byte) bool {
	const continuation = 0xffffffff
	if len(message) < 8 {
		return false
	}
	length := binary.LittleEndian.Uint32(message)
	if length == continuation {
		length = binary.LittleEndian.Uint32(message[4:])
	}
	return uint64(length) <= uint64(len(message))
}

// boundedAllocator panics instead of allocating more bytes than most.
type boundedAllocator struct {
	memory.GoAllocator
	most int
}

// Allocate implements memory.Allocator.
func (a *boundedAllocator) Allocate(size int) []byte {
	a.check(size)
	return a.GoAllocator.Allocate(size)
}

// Reallocate implements memory.Allocator.
func (a *boundedAllocator) Reallocate(size int, b []byte) []byte {
	a.check(size)
	return a.GoAllocator.Reallocate(size, b)
}

func (a *boundedAllocator) check(size int) {
	if size < 0 || size > a.most {
		panic("got a message that is longer than its bytes")
	}
}

// offsetsFit reports whether all lists of an array are in its values.
func offsetsFit(lists *array.List) bool {
	values := int64(lists.ListValues().Len())
	for i := range lists.Len() {
		if start, end := lists.ValueOffsets(i); start < 0 || end < start || end > values {
			return false
		}
	}
	return true
}
