// Package staging brings a launch's files into the staging bucket under the key, content-addressed: what lies there
// already with the same content under the same key is not sent again.
package staging

import (
	"context"
	"io"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Area is a place that files are staged in. All fields are required.
type Area struct {
	// Op is the operation that errors name.
	Op string
	// Client reaches Cloud Storage.
	Client *storage.Client
	// Location is a gs:// URL. Its bucket must exist; none is ever created.
	Location string
	// Key is the key that every file is put under.
	Key cmekpipe.KeyName
	// Pace bounds the retries of each call, and of each piece of a large upload.
	Pace retry.Policy
	// Progress takes a line for what takes long.
	Progress *progress.Progress
}

// Put uploads content under the key to a name that is made of its hash, unless it is there already. It leaves the file
// in place, under the key, or nothing of it.
func (a *Area) Put(ctx context.Context, kind string, content io.ReadSeeker) (*File, error) {
	f, err := a.Name(kind, content)
	if err != nil {
		return nil, err
	}
	return f, a.Send(ctx, f, content)
}

// Send is [Area.Put] for content that [Area.Name] has read already. Content that changed since is refused by Cloud
// Storage, which gets the checksum that Name found.
func (a *Area) Send(ctx context.Context, f *File, content io.ReadSeeker) error {
	u := &upload{Area: a, file: f, object: a.Client.Bucket(f.bucket).Object(f.name)}
	return u.run(ctx, content)
}
