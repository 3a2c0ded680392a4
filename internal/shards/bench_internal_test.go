package shards

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

var manyShards = flag.Int("shards.count", 1000, "number of shards that BenchmarkFailureLeavesTheDestination publishes")

// BenchmarkFailureLeavesTheDestination publishes many shards. The first attempt fails at the shard three fifths of the way, and
// must leave the destination as it was, empty or with the shards of an earlier run. The second attempt succeeds. To try it at
// full size: go test -run '^$' -bench Failure -benchtime 1x ./internal/shards -shards.count 50000.
func BenchmarkFailureLeavesTheDestination(b *testing.B) {
	for _, older := range []bool{false, true} {
		b.Run(fmt.Sprintf("older shards %v", older), func(b *testing.B) {
			for b.Loop() {
				n := *manyShards
				l := newLife(b)
				l.LimitObjectChanges(1)
				if older {
					l.upload(n, "older\n", func(i int) string { return fmt.Sprintf("out/lines-%05d-of-%05d", i, n) })
				}
				parts := append(l.tinyParts(n), l.witness()...)
				remove := l.Inject(emulator.Fault{Method: "storage.objects.rewrite", Status: http.StatusForbidden,
					Resource: fmt.Sprintf("gs://bank-records/out/lines-%05d-of-%05d", n*3/5, n)})
				began := time.Now()
				if err := l.publish(b.Context(), parts); !errors.Is(err, cmekpipe.PermissionDenied) {
					b.Fatalf("got %v, want %v", err, cmekpipe.PermissionDenied)
				}
				b.ReportMetric(time.Since(began).Seconds(), "s/failure")
				remove()
				want := map[int64]int{}
				if older {
					want[int64(len("older\n"))] = n
				}
				l.requireSizes(want)
				began = time.Now()
				if err := l.publish(b.Context(), parts); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(began).Seconds(), "s/success")
				l.requireSizes(map[int64]int{1: n})
				if _, temp := l.names(); len(temp) > 0 {
					b.Errorf("got %d temporary objects, want none", len(temp))
				}
			}
		})
	}
}

// tinyParts uploads temporary objects of one byte.
func (l *life) tinyParts(n int) []Part {
	l.t.Helper()
	folder := "out/" + keyedgcs.TempPrefix + keyedgcs.NewID() + "/"
	return l.upload(n, "x", func(i int) string { return fmt.Sprintf("%s%06d", folder, i) })
}

// upload uploads objects with the same text, which are encrypted with the key.
func (l *life) upload(n int, text string, name func(int) string) []Part {
	l.t.Helper()
	parts := make([]Part, n)
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	err := each(numbers, func(i int) error {
		w := l.bucket().Object(name(i)).NewWriter(l.t.Context())
		w.KMSKeyName, w.ChunkSize = l.key.String(), 0
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		parts[i] = Part{Name: name(i), Generation: w.Attrs().Generation, Size: w.Attrs().Size, CRC32C: int64(w.Attrs().CRC32C)}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return parts
}

// requireSizes fails unless there are as many final objects of each size.
func (l *life) requireSizes(want map[int64]int) {
	l.t.Helper()
	got := map[int64]int{}
	for it := l.bucket().Objects(context.Background(), &storage.Query{Prefix: "out/lines-"}); ; {
		attrs, err := it.Next()
		if err == iterator.Done {
			break
		}
		if err != nil {
			l.t.Fatal(err)
		}
		got[attrs.Size]++
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		l.t.Errorf("got objects by size %v, want %v", got, want)
	}
}
