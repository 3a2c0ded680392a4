package main

import (
	"context"
	"io"

	"github.com/cmekpipe/cmekpipe-go/examples/internal/loopback"
	"github.com/cmekpipe/cmekpipe-go/testdata"
)

// What the loopback cloud holds, and what the pipeline is to write.
const (
	bookURL   = "gs://bank-in/opticks.txt"
	countsURL = "gs://bank-out/counts"
)

// runOnLoopback counts the words of a book in a loopback cloud and reports what rests where.
func runOnLoopback(ctx context.Context, w io.Writer) error {
	opts, err := loopback.Options()
	if err != nil {
		return err
	}
	book, counts := opts.Key().MustObject(bookURL), opts.Key().MustObject(countsURL)
	cloud, err := loopback.Start(ctx, opts)
	if err != nil {
		return err
	}
	defer cloud.Close()
	for _, bucket := range []string{book.Bucket(), counts.Bucket()} {
		if err := cloud.CreateBucket(ctx, bucket, opts.Region()); err != nil {
			return err
		}
	}
	if err := cloud.Put(ctx, book, testdata.Opticks()); err != nil {
		return err
	}
	cloud.Ready()
	if err := count(ctx, opts, bookURL, countsURL); err != nil {
		return err
	}
	cloud.ShowCreated(w)
	lines, err := cloud.Lines(ctx, counts)
	if err != nil {
		return err
	}
	if err := showHead(w, lines); err != nil {
		return err
	}
	showRefused(w)
	return nil
}
