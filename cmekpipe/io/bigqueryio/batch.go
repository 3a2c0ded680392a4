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

	// The rows of the next batch.
	data []byte
	ends []int     // of each row in data
	from []element // of each row, if they are kept
	room int       // what the last batch needed, so that bundles of a few rows get by with little
}

// rowOverhead is what a row adds to a request for its tag and length, so that rows without a value have a size too.
const rowOverhead = 4

func newEncoder(t reflect.Type, rowType bqrow.Type, keep bool) *encoder {
	return &encoder{rowType: rowType, keep: keep, row: reflect.New(t).Elem()}
}

// add encodes an element. It returns a batch that is full without the element, if there is one.
func (e *encoder) add(x element) (full *batch, bad *bqrow.Refusal) {
	if e.data == nil {
		e.data = make([]byte, 0, e.room)
	}
	start := len(e.data)
	data, bad := e.encode(e.data, x.value)
	if bad != nil {
		return nil, bad
	}
	if len(e.ends) > 0 && len(data)+rowOverhead*(len(e.ends)+1) > batchSize {
		row := data[start:]
		full = e.flush()
		data = append(make([]byte, 0, max(e.room, len(row))), row...)
	}
	e.data, e.ends = data, append(e.ends, len(data))
	if e.keep {
		e.from = append(e.from, x)
	}
	return full, nil
}

// check says why a row can't be sent.
func (e *encoder) check(row any) *bqrow.Refusal {
	data, bad := e.encode(e.data, row)
	e.data = data[:len(e.data)]
	return bad
}

// encode appends a row. After a refusal the caller drops what was appended.
func (e *encoder) encode(data []byte, row any) ([]byte, *bqrow.Refusal) {
	start := len(data)
	e.row.Set(reflect.ValueOf(row))
	data, bad := e.rowType.AppendProto(data, e.row)
	if bad == nil && len(data)-start > maxRow {
		bad = &bqrow.Refusal{Column: "*", Why: "got a row that is larger than a request may be"}
	}
	return data, bad
}

// flush returns the rows that were not sent yet, or nil.
func (e *encoder) flush() *batch {
	if len(e.ends) == 0 {
		e.data = nil
		return nil
	}
	b := &batch{rows: make([][]byte, len(e.ends)), from: e.from}
	start := 0
	for i, end := range e.ends {
		b.rows[i] = e.data[start:end:end]
		start = end
	}
	e.room = min(len(e.data), batchSize) / 16 * 17
	e.data, e.ends, e.from = nil, e.ends[:0], nil
	return b
}
