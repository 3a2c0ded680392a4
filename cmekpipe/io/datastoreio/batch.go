package datastoreio

import (
	"strconv"

	"cloud.google.com/go/datastore"
)

// The limits of a batch. Datastore accepts 500 changes in a commit and 10 MiB in a request.
// Source: https://docs.cloud.google.com/datastore/docs/concepts/limits.
const (
	maxMutations = 500
	maxBytes     = 8 << 20
)

// batch holds the changes of one commit. It names each key once, as Datastore requires: a later change of an entity
// replaces an earlier one, which it would undo anyway.
type batch struct {
	mutations []*datastore.Mutation
	sizes     []int
	places    map[string]int // by the identity of the key
	bytes     int
}

// full reports whether a change of some size has no place in a batch that has changes.
func (b *batch) full(size int) bool {
	return len(b.mutations) > 0 && (len(b.mutations) == maxMutations || b.bytes+size > maxBytes)
}

func (b *batch) add(id string, m *datastore.Mutation, size int) {
	b.bytes += size
	if i, again := b.places[id]; again {
		b.bytes -= b.sizes[i]
		b.mutations[i], b.sizes[i] = m, size
		return
	}
	if b.places == nil {
		b.places = make(map[string]int, maxMutations)
	}
	b.places[id] = len(b.mutations)
	b.mutations, b.sizes = append(b.mutations, m), append(b.sizes, size)
}

// identity returns a text that only equal keys share.
func identity(k *datastore.Key) string {
	b := appendPart(make([]byte, 0, 64), k.Namespace)
	for ; k != nil; k = k.Parent {
		b = appendPart(b, k.Kind)
		b = strconv.AppendInt(b, k.ID, 10)
		b = appendPart(append(b, ' '), k.Name)
	}
	return string(b)
}

// appendPart writes a text after its length, so that different lists of texts have different encodings.
func appendPart(b []byte, text string) []byte {
	b = strconv.AppendInt(b, int64(len(text)), 10)
	return append(append(b, ':'), text...)
}
