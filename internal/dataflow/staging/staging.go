// Package staging uploads a launch's files to the staging bucket, encrypted with the job's key. File names are made from the UTC
// day and from hashes of content and key, so a file that is there already with the same content and key is not sent again. The
// day bounds the age of a file that a job starts with: a lifecycle rule of the bucket counts from the first upload.
package staging

import (
	"bytes"
	"context"
	"io"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Area is a folder of a bucket in which files are staged. All fields are required.
type Area struct {
	// Op is the operation in errors.
	Op string
	// Client reaches Cloud Storage.
	Client *storage.Client
	// Location is a gs:// URL. Its bucket must exist; none is ever created.
	Location string
	// Key encrypts every file.
	Key cmekpipe.KeyName
	// Day is the UTC day of the launch, 2006-01-02.
	Day string
	// Pace bounds the retries of each call, and of each piece of a large upload.
	Pace retry.Policy
	// Progress reports slow uploads.
	Progress *progress.Progress
}

// Day returns the UTC day of a time in the form of [Area.Day].
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Put uploads content to a name made from its hash, unless it is there already. What a failure
// may leave behind is said at [keyedgcs.Store.Put].
func (a *Area) Put(ctx context.Context, kind string, content io.ReadSeeker) (*File, error) {
	f, err := a.Name(kind, content)
	if err != nil {
		return nil, err
	}
	return f, a.Send(ctx, f, content)
}

// Send uploads content that [Area.Name] has named. Cloud Storage refuses content that has changed since, by its checksum.
func (a *Area) Send(ctx context.Context, f *File, content io.Reader) error {
	return a.upload(ctx, f, content, true)
}

// Write uploads content to a URL that the caller chose. It replaces an object only if that is still the one that was there
// when Write began.
func (a *Area) Write(ctx context.Context, url string, content []byte) error {
	s, err := a.measure(url, bytes.NewReader(content))
	if err != nil {
		return err
	}
	f := a.file(s)
	if err := a.locate(f, url); err != nil {
		return err
	}
	return a.upload(ctx, f, bytes.NewReader(content), false)
}

func (a *Area) upload(ctx context.Context, f *File, content io.Reader, addressed bool) error {
	sent, done := a.Progress.Transfer("uploading "+f.URL, f.Size)
	defer done()
	return keyedgcs.New(a.Client, a.Op, a.Pace).Put(ctx, f.object, keyedgcs.Content{
		Reader: content, Size: f.Size, CRC32C: f.crc, MD5: f.md5, Type: "application/octet-stream", Addressed: addressed, Progress: sent,
	})
}
