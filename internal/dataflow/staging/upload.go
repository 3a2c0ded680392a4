package staging

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// upload brings one file into the staging bucket.
type upload struct {
	*Area
	file   *File
	object *storage.ObjectHandle
	always bool // write even over the same size and checksum, which prove nothing where no hash is in the name
}

// run leaves the file in place, under the key, or nothing of it.
func (u *upload) run(ctx context.Context, content io.Reader) error {
	present, err := u.object.Attrs(ctx)
	replaces := storage.Conditions{DoesNotExist: true}
	switch {
	case err == nil && !u.always && u.file.holds(present):
		return nil
	case err == nil:
		replaces = storage.Conditions{GenerationMatch: present.Generation}
	case !errors.Is(err, storage.ErrObjectNotExist):
		return u.fail(ctx, err)
	}
	attrs, err := u.write(ctx, u.object.If(replaces), content)
	if gcperr.Code(err) == cmekpipe.PreconditionFailed && u.elsewhere(ctx) {
		return nil
	}
	if err != nil {
		return u.fail(ctx, err)
	}
	return u.check(ctx, attrs)
}

// write sends the content. On an error the context ends before the writer does, which is what keeps Cloud Storage from
// making an object of the part that it got: closing the writer would make one.
func (u *upload) write(
	ctx context.Context, object *storage.ObjectHandle, content io.Reader,
) (*storage.ObjectAttrs, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sent, done := u.Progress.Transfer("uploading "+u.file.URL, u.file.Size)
	defer done()
	// Left to itself the client tries again without end, and WithMaxAttempts doesn't hold for uploads.
	var failures atomic.Int64
	w := object.Retryer(storage.WithErrorFunc(func(err error) bool {
		return storage.ShouldRetry(err) && failures.Add(1) < int64(u.Pace.Attempts)
	})).NewWriter(ctx)
	w.KMSKeyName = u.file.Key.String()
	w.ContentType = "application/octet-stream"
	w.CRC32C, w.SendCRC32C = u.file.crc, true
	w.ProgressFunc = func(n int64) {
		failures.Store(0)
		sent(n)
	}
	if _, err := io.Copy(w, content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return w.Attrs(), nil
}

// elsewhere reports whether another launch brought the same file into place meanwhile.
func (u *upload) elsewhere(ctx context.Context) bool {
	attrs, err := u.object.Attrs(ctx)
	return err == nil && u.file.holds(attrs)
}

// check compares the key that Cloud Storage reports with the one that was asked for. A file that rests under another
// is deleted at once: the model holds the pipeline's constants.
func (u *upload) check(ctx context.Context, attrs *storage.ObjectAttrs) error {
	if u.file.holds(attrs) {
		return nil
	}
	want := []cmekpipe.KeyName{u.file.Key}
	e := &cmekpipe.Error{Op: u.Op, Code: cmekpipe.Corrupted, Resource: u.file.URL,
		Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
		Err:  errors.New("got another size or checksum back than was sent")}
	if code, cause := keycheck.Compare(want, attrs.KMSKeyName); code != "" {
		e = keycheck.Refusal(u.Op, u.file.URL, want, code, cause)
	}
	if err := u.object.Generation(attrs.Generation).Delete(context.WithoutCancel(ctx)); err != nil {
		e.Hint = "delete " + u.file.URL + ", which could not be deleted here; " + e.Hint
	}
	return e
}

func (u *upload) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return gcperr.Wrap(u.Op, u.file.URL, u.file.Key, err)
}
