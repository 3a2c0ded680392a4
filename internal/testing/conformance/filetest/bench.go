package filetest

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"sync"
	"testing"

	"cloud.google.com/go/storage"
)

// Upload uploads as many objects as write creates, concurrently and with the storage client only.
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
