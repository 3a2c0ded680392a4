package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path"
	"strings"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

const (
	// folder holds the records, below the staging location.
	folder = "cmekpipe/unfinished"
	// launch is the last part of a record's name; the others are those of the marks next to it.
	launch, closed, told, settled = "launch", "closed", "told", "settled"
	// maxRecord is the most bytes that a record has.
	maxRecord = 1 << 16
	// cleanup is how long marking or removing a record may take after ctx has ended.
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

// Begin writes a record, encrypted with the key. The launch must not submit before that.
func (l *Log) Begin(ctx context.Context, r Record) (*Entry, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, &cmekpipe.Error{Op: l.Staging.Op, Code: cmekpipe.Internal, Resource: r.Name, Err: err}
	}
	area := l.Staging
	bucket, prefix := gsurl.Split(area.Location)
	area.Location = "gs://" + path.Join(bucket, prefix, folder)
	file, err := area.Put(ctx, launch, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	attrs, err := l.object(file.URL).Attrs(ctx)
	if err != nil {
		return nil, gcperr.Wrap(area.Op, file.URL, area.Key, err)
	}
	return &Entry{Record: r, URL: file.URL, Created: attrs.Created}, nil
}

// Close records that the job of an entry has its key, even if ctx ended. A mark that can't be written causes a warning: the next
// launch checks the job again.
func (l *Log) Close(ctx context.Context, e *Entry, job string) {
	if e.Job == "" && l.mark(ctx, e, closed, job) {
		e.Job = job
	}
}

// Tell records that the launcher's caller knows of the job, even if ctx ended. Without the mark, a launch of the same pipeline is
// refused once after the job has ended.
func (l *Log) Tell(ctx context.Context, e *Entry) {
	if e.Job != "" && !e.Told {
		e.Told = l.mark(ctx, e, told, e.Job)
	}
}

// mark writes an object next to the record, encrypted with the key.
func (l *Log) mark(ctx context.Context, e *Entry, kind, text string) bool {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer stop()
	err := l.Staging.Write(ctx, beside(e.URL, kind), []byte(text))
	if err != nil {
		l.warn(ctx, "can't be marked as "+kind, e, string(cmekpipe.CodeOf(err)))
	}
	return err == nil
}

// End removes a record and its marks, even if ctx ended. One that can't be removed, as under a retention policy, is marked as
// settled, so that later launches pass over it.
func (l *Log) End(ctx context.Context, e *Entry) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer stop()
	if err := l.remove(ctx, e.URL); err != nil {
		if ok := l.mark(ctx, e, settled, ""); !ok {
			l.warn(ctx, "can't be removed", e, gcperr.Code(err).Error())
		}
		return
	}
	// The record goes first: without it the marks mean nothing, but without them the record would.
	if e.Job != "" || e.marked {
		_ = l.remove(ctx, beside(e.URL, closed)) // the next launch tries again
	}
	if e.Told {
		_ = l.remove(ctx, beside(e.URL, told))
	}
}

// remove deletes an object, if it exists.
func (l *Log) remove(ctx context.Context, url string) error {
	err := l.object(url).Retryer(storage.WithPolicy(storage.RetryAlways)).Delete(ctx)
	if errors.Is(err, storage.ErrObjectNotExist) {
		return nil
	}
	return err
}

func (l *Log) object(url string) *storage.ObjectHandle {
	bucket, name := gsurl.Split(url)
	return l.Staging.Client.Bucket(bucket).Object(name)
}

// beside is the name of a mark of the record.
func beside(record, kind string) string { return strings.TrimSuffix(record, launch) + kind }

func (l *Log) warn(ctx context.Context, what string, e *Entry, why string) {
	l.Logger.WarnContext(ctx, "cmekpipe: the record of a launch "+what, "record", e.URL, "why", why)
}
