package journal

import (
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/storage"
	"golang.org/x/sync/errgroup"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// atOnce is how many records are read, and how many jobs are searched for, at the same time.
const atOnce = 16

// listed is what a folder of a record holds.
type listed struct {
	created time.Time
	marks   []string
}

// entries reads all records that are not settled, without those that can't be read.
func (l *Log) entries(ctx context.Context) ([]*Entry, error) {
	found, err := l.list(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var entries []*Entry
	var g errgroup.Group
	g.SetLimit(atOnce)
	for url, in := range found {
		has := func(kind string) bool { return slices.Contains(in.marks, kind) }
		switch {
		case !has(launch):
			l.sweep(ctx, url, in.marks)
			continue
		case has(settled):
			continue
		}
		g.Go(func() error {
			e := &Entry{URL: url, Created: in.created, Told: has(told), marked: has(closed)}
			ok, err := l.read(ctx, e)
			if ok {
				mu.Lock()
				defer mu.Unlock()
				entries = append(entries, e)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b *Entry) int { return a.Created.Compare(b.Created) })
	return entries, nil
}

// list returns the folders of all records, by the URL of the record.
func (l *Log) list(ctx context.Context) (map[string]*listed, error) {
	bucket, prefix := gsurl.Split(l.Staging.Location)
	query := &storage.Query{Prefix: strings.TrimPrefix(path.Join(prefix, folder), "/") + "/"}
	if err := query.SetAttrSelection([]string{"Name", "Created"}); err != nil {
		return nil, err
	}
	found := make(map[string]*listed)
	objects := l.Staging.Client.Bucket(bucket).Objects(ctx, query)
	for {
		attrs, err := objects.Next()
		switch {
		case errors.Is(err, iterator.Done):
			return found, nil
		case err != nil:
			return nil, l.cantList(ctx, bucket, err)
		}
		dir, kind := path.Split(attrs.Name)
		url := "gs://" + bucket + "/" + dir + launch
		if found[url] == nil {
			found[url] = &listed{}
		}
		found[url].marks = append(found[url].marks, kind)
		if kind == launch {
			found[url].created = attrs.Created
		}
	}
}

// finished reports whether the launcher of an open record has closed or removed it since.
func (l *Log) finished(ctx context.Context, e *Entry) bool {
	if e.Job != "" {
		return true
	}
	text, err := l.content(ctx, beside(e.URL, closed))
	if err == nil {
		e.Job = parseJob(text)
		return e.Job != ""
	}
	_, err = l.object(e.URL).Attrs(ctx)
	return errors.Is(err, storage.ErrObjectNotExist)
}

// sweep removes the marks of a record that was removed by a launch which was killed then.
func (l *Log) sweep(ctx context.Context, record string, marks []string) {
	for _, kind := range marks {
		if slices.Contains([]string{closed, told, settled}, kind) {
			_ = l.remove(ctx, beside(record, kind)) // the next launch tries again
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
	text, err := l.content(ctx, e.URL)
	if err == nil && e.marked {
		var job []byte
		job, err = l.content(ctx, beside(e.URL, closed))
		e.Job = parseJob(job)
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
	r, ok := ParseRecord(text)
	if !ok {
		l.warn(ctx, "is none of this version", e, cmekpipe.Corrupted.Error())
		return false, nil
	}
	e.Record = r
	return true, nil
}

// content reads a small object.
func (l *Log) content(ctx context.Context, url string) ([]byte, error) {
	r, err := l.object(url).NewReader(ctx)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxRecord))
	return text, errors.Join(err, r.Close())
}
