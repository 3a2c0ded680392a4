package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// showCreated prints each object and job that the run created and the key that it rests under.
func showCreated(w io.Writer, entries []emulator.Entry) {
	fmt.Fprintln(w, "what the run created, and what it rests under:")
	objects, without := 0, 0
	for _, e := range entries {
		if e.Kind == "object" {
			objects++
		}
		under := "NO KEY"
		if key := e.ProtectedBy(); key.Valid() {
			under = key.String()
		} else {
			without++
		}
		gone := ""
		if !e.Deleted.IsZero() {
			gone = " (temporary, deleted)"
		}
		fmt.Fprintf(w, "  %-6s %s  %d bytes%s\n         %s\n", e.Kind, e.Name, e.Size, gone, under)
	}
	fmt.Fprintf(w, "%d objects created, %d resources without the key\n", objects, without)
}

// tally is a word and how often it stands in the text.
type tally struct {
	word string
	n    int
}

// showHead prints the commonest words, read back from what the run wrote.
func showHead(ctx context.Context, w io.Writer, client *storage.Client) error {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(countsURL, "gs://"), "/")
	var counts []tally
	objects := client.Bucket(bucket).Objects(ctx, &storage.Query{Prefix: prefix})
	for {
		attrs, err := objects.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			return err
		}
		if counts, err = appendCounts(ctx, counts, client.Bucket(bucket).Object(attrs.Name)); err != nil {
			return fmt.Errorf("gs://%s/%s: %w", bucket, attrs.Name, err)
		}
	}
	if len(counts) == 0 {
		return nil // a job on the loopback Dataflow only goes through its states
	}
	slices.SortFunc(counts, func(a, b tally) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.word, b.word)) })
	fmt.Fprintf(w, "\n%d different words, the commonest of them:\n", len(counts))
	for _, c := range counts[:min(10, len(counts))] {
		fmt.Fprintf(w, "  %6d %s\n", c.n, c.word)
	}
	return nil
}

// appendCounts reads lines of the form "word: count".
func appendCounts(ctx context.Context, counts []tally, o *storage.ObjectHandle) ([]tally, error) {
	r, err := o.NewReader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		word, number, _ := strings.Cut(lines.Text(), ": ")
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, err
		}
		counts = append(counts, tally{word, n})
	}
	return counts, lines.Err()
}
