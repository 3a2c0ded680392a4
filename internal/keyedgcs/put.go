package keyedgcs

import (
	"bytes"
	"context"
	"errors"
	"io"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Content is an object's bytes whose size and checksum are known before they are sent.
type Content struct {
	// Reader returns the bytes.
	io.Reader
	// Size is their number, CRC32C their Castagnoli checksum. Cloud Storage refuses bytes with another checksum.
	Size   int64
	CRC32C uint32
	// MD5 is their MD5 hash, which is required. Cloud Storage refuses bytes with another one, and an object that exists is the
	// same only if it has this one.
	MD5 []byte
	// Type is the content type.
	Type string
	// Addressed says that the object's name is made from a hash of the bytes, so that an object that is there already with
	// this size, checksum, MD5 hash and key is the same and is not sent again. Anybody who may write to the bucket can make other
	// bytes of the same checksum, but nobody can make others of the same MD5 hash as given bytes. A composite object has no
	// MD5 hash and is replaced.
	Addressed bool
	// Progress is called with the number of bytes that have arrived so far. It may be nil.
	Progress func(sent int64)
}

// Put uploads content to an object and verifies its key, size and checksum. It replaces an object only if that is still the
// one that was there when Put began. If it fails, nothing of the content is left behind, or the error says that the object
// was not deleted: with the command that deletes it, or because the key that Cloud Storage reports may be the right one, with
// a project number in its name. If ctx has ended the error is ctx's, which says none of this. A large upload that breaks is
// continued where it broke.
func (s *Store) Put(ctx context.Context, o cmekpipe.Object, c Content) error {
	replaces := storage.Conditions{DoesNotExist: true}
	switch present, err := s.Stat(ctx, o); {
	case err == nil && c.Addressed && c.is(o, present):
		return nil
	case err == nil:
		replaces = storage.Conditions{GenerationMatch: present.Generation}
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.Is(err, cmekpipe.NotFound):
		return err
	}
	err := s.send(ctx, o, c, replaces)
	if errors.Is(err, cmekpipe.PreconditionFailed) {
		// Another program wrote the object in the meantime, or an attempt did whose answer was lost.
		if present, statErr := s.Stat(ctx, o); statErr == nil && c.is(o, present) {
			return nil
		}
	}
	return err
}

// send uploads content if the conditions hold.
func (s *Store) send(ctx context.Context, o cmekpipe.Object, c Content, conditions storage.Conditions) error {
	a := s.attempts()
	w := s.begin(ctx, o, c.Type, s.retrying(ctx, o, a).If(conditions), a)
	defer w.Abort()
	w.upload.CRC32C, w.upload.SendCRC32C, w.upload.MD5 = c.CRC32C, true, c.MD5
	w.upload.ProgressFunc = func(sent int64) {
		a.arrived()
		if c.Progress != nil {
			c.Progress(sent)
		}
	}
	if _, err := io.Copy(w, c.Reader); err != nil {
		w.AbortWith(err) // without this, closing the upload would commit the part that was sent
	}
	return w.Close()
}

// is reports whether an object is known to have this content and is encrypted with the key of o. Content without an MD5 hash is
// the same as no object, least of all as a composite one, which has none either.
func (c Content) is(o cmekpipe.Object, attrs *storage.ObjectAttrs) bool {
	return len(c.MD5) > 0 && bytes.Equal(attrs.MD5, c.MD5) && attrs.Size == c.Size && attrs.CRC32C == c.CRC32C && Encrypted(o, attrs)
}
