package filetest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/storage"
)

// Quiet silences Prism for a benchmark: its log would be a part of what is measured.
func Quiet(b *testing.B) {
	b.Helper()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	b.Cleanup(func() { slog.SetDefault(before) })
	stderr := os.Stderr
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	os.Stderr = null
	b.Cleanup(func() { os.Stderr = stderr; null.Close() })
}

// Pairs runs two things in turn, so that both meet the same machine, and reports as unit their time through ours.
func Pairs(b *testing.B, unit string, ours, theirs func()) {
	b.Helper()
	var our, their time.Duration
	timed := func(f func()) time.Duration {
		start := time.Now()
		f()
		return time.Since(start)
	}
	for i := 0; b.Loop(); i++ {
		if i%2 == 0 {
			our += timed(ours)
			their += timed(theirs)
		} else {
			their += timed(theirs)
			our += timed(ours)
		}
	}
	b.ReportMetric(float64(their)/float64(our), unit)
}

// Upload uploads as many objects at once as write makes, with the storage client as one would call it by hand.
func (w *World) Upload(b testing.TB, objects int, write func(i int, to io.Writer) error) {
	b.Helper()
	client, err := storage.NewClient(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	var group sync.WaitGroup
	for i := range objects {
		group.Go(func() {
			upload := client.Bucket(Bucket).Object("raw" + strconv.Itoa(i)).NewWriter(context.Background())
			upload.KMSKeyName = w.Records.String()
			var data bytes.Buffer
			if err := write(i, &data); err != nil {
				b.Error(err)
			}
			if _, err := data.WriteTo(upload); err != nil {
				b.Error(err)
			}
			if err := upload.Close(); err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
}
