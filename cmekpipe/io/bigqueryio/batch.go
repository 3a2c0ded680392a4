package bigqueryio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
)

const (
	// maxRow is the size of the largest row that is sent, encoded, in bytes. A request may have 10 MB.
	// Source: https://docs.cloud.google.com/bigquery/quotas#write-api-limits.
	maxRow = 9_900_000
	// batchSize is how many bytes of rows are sent in a request, unless one row is larger.
	batchSize = 1 << 20
)

// element is a row as it came, kept for the case that it is refused.
type element struct {
	value any
	time  beam.EventTime
}

// batch holds encoded rows on their way to a stream.
type batch struct {
	data   []byte // of all rows
	rows   [][]byte
	from   []element    // of each row; empty where refused rows are not wanted
	offset int64        // of the first row in the stream
	reply  <-chan reply // to come on a line; nil if the batch is not on its way
}

// size returns the size of the rows in bytes.
func (b *batch) size() int64 {
	n := 0
	for _, row := range b.rows {
		n += len(row)
	}
	return int64(n)
}

func (b *batch) isFull(next int) bool { return len(b.rows) > 0 && len(b.data)+next > batchSize }

// without drops the rows of the given numbers and returns the elements that they were made of.
func (b *batch) without(numbers map[int]bool) (refused []element) {
	var rows [][]byte
	var from []element
	for i, row := range b.rows {
		switch {
		case numbers[i] && len(b.from) > 0:
			refused = append(refused, b.from[i])
		case numbers[i]:
		default:
			rows = append(rows, row)
			if len(b.from) > 0 {
				from = append(from, b.from[i])
			}
		}
	}
	b.rows, b.from = rows, from
	return refused
}

// encoder turns elements into batches of rows.
type encoder struct {
	rowType bqrow.Type
	keep    bool // elements, for the case that they are refused
	row     reflect.Value
	scratch []byte
	open    *batch
}

func newEncoder(t reflect.Type, rowType bqrow.Type, keep bool) *encoder {
	return &encoder{rowType: rowType, keep: keep, row: reflect.New(t).Elem()}
}

// add encodes an element. It returns a batch that is full without the element, if there is one.
func (e *encoder) add(x element) (full *batch, bad *bqrow.Refusal) {
	if bad := e.check(x.value); bad != nil {
		return nil, bad
	}
	if e.open != nil && e.open.isFull(len(e.scratch)) {
		full = e.flush()
	}
	if e.open == nil {
		e.open = &batch{data: make([]byte, 0, max(batchSize, len(e.scratch)))}
	}
	b := e.open
	start := len(b.data)
	b.data = append(b.data, e.scratch...)
	b.rows = append(b.rows, b.data[start:len(b.data):len(b.data)])
	if e.keep {
		b.from = append(b.from, x)
	}
	return full, nil
}

// check encodes a row to the scratch space, and says why it can't be sent.
func (e *encoder) check(row any) (bad *bqrow.Refusal) {
	e.row.Set(reflect.ValueOf(row))
	e.scratch, bad = e.rowType.AppendProto(e.scratch[:0], e.row)
	if bad == nil && len(e.scratch) > maxRow {
		bad = &bqrow.Refusal{Column: "*", Why: "got a row that is larger than a request may be"}
	}
	return bad
}

// flush returns the rows that were not sent yet, or nil.
func (e *encoder) flush() *batch {
	b := e.open
	e.open = nil
	return b
}
