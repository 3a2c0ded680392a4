package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"path"
	"strings"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

const (
	// folder holds the records, below the staging location.
	folder = "cmekpipe/unfinished"
	// kind is the last part of a record's name.
	kind = "launch"
	// maxRecord is the most bytes that a record has.
	maxRecord = 1 << 16
	// cleanup is how long removing a record may take after ctx has ended.
	cleanup = 30 * time.Second
)

// Log is the records of a staging location. All fields are required.
type Log struct {
	// Staging is the place that the launch stages its files in. Its bucket must exist.
	Staging staging.Area
	// Jobs reaches the jobs of the launch.
	Jobs jobs.Service
	// Logger gets warnings about records that can't be read or removed.
	Logger *slog.Logger
}

// Entry is a record in the staging location.
type Entry struct {
	Record
	// URL is the gs:// name of the object.
	URL string

	created time.Time
}

// Begin writes a record, encrypted with the key. The launch must not submit before that.
func (l *Log) Begin(ctx context.Context, r Record) (*Entry, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, &cmekpipe.Error{Op: l.Staging.Op, Code: cmekpipe.Internal, Resource: r.Name, Err: err}
	}
	area := l.Staging
	bucket, prefix := gsurl.Split(area.Location)
	area.Location = "gs://" + path.Join(bucket, prefix, folder)
	file, err := area.Put(ctx, kind, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return &Entry{Record: r, URL: file.URL}, nil
}

// End removes a record, even if ctx ended. One that can't be removed causes a warning: the next launch reads
// it in vain.
func (l *Log) End(ctx context.Context, e *Entry) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer stop()
	bucket, name := gsurl.Split(e.URL)
	err := l.Staging.Client.Bucket(bucket).Object(name).Retryer(storage.WithPolicy(storage.RetryAlways)).Delete(ctx)
	if err != nil && !errors.Is(err, storage.ErrObjectNotExist) {
		l.Logger.WarnContext(ctx, "cmekpipe: the record of an unfinished launch can't be removed",
			"record", e.URL, "code", gcperr.Code(err).Error())
	}
}

// entries reads all records, without those that can't be read.
func (l *Log) entries(ctx context.Context) ([]*Entry, error) {
	bucket, prefix := gsurl.Split(l.Staging.Location)
	query := &storage.Query{Prefix: strings.TrimPrefix(path.Join(prefix, folder), "/") + "/"}
	if err := query.SetAttrSelection([]string{"Name", "Created"}); err != nil {
		return nil, err
	}
	var entries []*Entry
	objects := l.Staging.Client.Bucket(bucket).Objects(ctx, query)
	for {
		attrs, err := objects.Next()
		switch {
		case errors.Is(err, iterator.Done):
			return entries, nil
		case err != nil:
			return nil, l.cantList(ctx, bucket, err)
		case path.Base(attrs.Name) != kind:
			continue
		}
		e := &Entry{URL: "gs://" + bucket + "/" + attrs.Name, created: attrs.Created}
		ok, err := l.read(ctx, e)
		if err != nil {
			return nil, err
		}
		if ok {
			entries = append(entries, e)
		}
	}
}

// cantList says which permission is missing.
func (l *Log) cantList(ctx context.Context, bucket string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = gcperr.Wrap(l.Staging.Op, "gs://"+bucket, l.Staging.Key, err)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PermissionDenied {
		e.Hint = "grant the caller storage.objects.list on gs://" + bucket + ", by which jobs of launches that were killed are found"
	}
	return err
}

// read reports whether the entry's record could be read. The record of another launch may be encrypted with a key that is
// disabled by now, or may have been removed.
func (l *Log) read(ctx context.Context, e *Entry) (bool, error) {
	bucket, name := gsurl.Split(e.URL)
	r, err := l.Staging.Client.Bucket(bucket).Object(name).NewReader(ctx)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(r, maxRecord))
		err = errors.Join(err, r.Close())
	}
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, storage.ErrObjectNotExist):
		return false, nil
	case err != nil:
		l.warn(ctx, "can't be read", e, gcperr.Code(err).Error())
		return false, nil
	}
	if json.Unmarshal(text, &e.Record) != nil || e.Request == "" || !e.Key.Valid() {
		l.warn(ctx, "is none of this version", e, cmekpipe.Corrupted.Error())
		return false, nil
	}
	return true, nil
}

func (l *Log) warn(ctx context.Context, what string, e *Entry, why string) {
	l.Logger.WarnContext(ctx, "cmekpipe: the record of an unfinished launch "+what, "record", e.URL, "why", why)
}
