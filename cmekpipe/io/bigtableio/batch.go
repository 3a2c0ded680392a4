package bigtableio

import (
	"cloud.google.com/go/bigtable"
	"cloud.google.com/go/bigtable/apiv2/bigtablepb"
)

// The limits of a batch. Bigtable accepts 100,000 mutations in a request, and 256 MB. Fewer are soon answered and cost little
// to send again. Source: https://docs.cloud.google.com/bigtable/docs/writes#batch.
const (
	maxOperations = 100_000
	batchOps      = 10_000
	batchBytes    = 8 << 20
)

// entry holds the operations on a row, which are applied atomically.
type entry struct {
	pb *bigtablepb.MutateRowsRequest_Entry
	// again is true if the entry may be sent twice: every cell has a timestamp, so that the second makes no
	// other version of it.
	again bool
}

// batch holds the entries of one request. Bigtable may apply the entries of a request in any order, even those of the
// same row, which is why a row has one entry, with its operations in the order in which they came.
type batch struct {
	entries []*entry
	byKey   map[string]*entry
	ops     int
	bytes   int
}

// full reports whether a row has no place in a batch that has rows.
func (b *batch) full(ops, size int) bool {
	return len(b.entries) > 0 && (b.ops+ops > batchOps || b.bytes+size > batchBytes)
}

func (b *batch) add(m Mutation, size int) {
	e := b.byKey[m.RowKey]
	if e == nil {
		e = &entry{pb: &bigtablepb.MutateRowsRequest_Entry{RowKey: []byte(m.RowKey)}, again: true}
		if b.byKey == nil {
			b.byKey = map[string]*entry{}
		}
		b.byKey[m.RowKey] = e
		b.entries = append(b.entries, e)
	}
	for _, op := range m.Ops {
		e.again = e.again && op.Ts != bigtable.ServerTime
		e.pb.Mutations = append(e.pb.Mutations, setCell(op))
	}
	b.ops += len(m.Ops)
	b.bytes += size
}

func setCell(op Operation) *bigtablepb.Mutation {
	return &bigtablepb.Mutation{Mutation: &bigtablepb.Mutation_SetCell_{SetCell: &bigtablepb.Mutation_SetCell{
		FamilyName: op.Family, ColumnQualifier: []byte(op.Column), TimestampMicros: int64(op.Ts.TruncateToMilliseconds()),
		Value: op.Value}}}
}

// fieldSize covers the tags, lengths and the time around an operation's bytes.
const fieldSize = 32

// sizeOf returns an upper estimate of a row's bytes in a request.
func sizeOf(m Mutation) int {
	size := len(m.RowKey) + fieldSize
	for _, op := range m.Ops {
		size += len(op.Family) + len(op.Column) + len(op.Value) + fieldSize
	}
	return size
}
