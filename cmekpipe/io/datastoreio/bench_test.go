package datastoreio_test

import (
	"context"
	"testing"

	"cloud.google.com/go/datastore"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/datastoreio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

const benchEntities = 50_000

// BenchmarkVsRawWrite reports as x/raw how fast Write is compared with the client, called directly for the same entities in commits
// of 500: its time through ours, so 1 would be as fast. The pipeline that makes the entities is a part of ours only. More is
// better.
func BenchmarkVsRawWrite(b *testing.B) {
	w := withDatabase(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		if err := run(b, func(s beam.Scope) { datastoreio.Write(s, w.db, made(s, benchEntities)) }); err != nil {
			b.Fatal(err)
		}
	}, benchpair.Other{Unit: "x/raw", Run: func() { writeRaw(b) }})
}

func writeRaw(b *testing.B) {
	b.Helper()
	c := client(b)
	for first := int64(1); first <= benchEntities; first += 500 {
		keys, all := make([]*datastore.Key, 500), make([]entry, 500)
		for i := range keys {
			id := first + int64(i)
			keys[i], all[i] = datastore.IDKey("Entry", id, nil), entry{id, "note"}
		}
		if _, err := c.PutMulti(context.Background(), keys, all); err != nil {
			b.Fatal(err)
		}
	}
}
