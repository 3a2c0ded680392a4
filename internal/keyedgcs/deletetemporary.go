package keyedgcs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// maxNamed is how many objects a text names.
const maxNamed = 10

// Version is one generation of an object.
type Version struct {
	Object     cmekpipe.Object
	Generation int64
}

// DeleteTemporary deletes temporary objects, several at a time. Each is deleted by its generation, so that no noncurrent
// version of it stays. An object that is gone is no error. It returns the objects that Cloud Storage refuses to delete,
// because a retention policy or a hold protects them or the caller lacks the permission: a program whose work is done should
// report them with [Store.DescribeKept], not fail.
func (s *Store) DeleteTemporary(ctx context.Context, temps ...Version) (kept []Version, err error) {
	var mu sync.Mutex
	err = Each(temps, func(t Version) error {
		err := s.Remove(ctx, t.Object, t.Generation)
		switch {
		case IsRefusal(err):
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, t)
		case !errors.Is(err, cmekpipe.NotFound):
			return err
		}
		return nil
	})
	return kept, err
}

// IsRefusal reports whether Cloud Storage refused a call for good, because the caller lacks a permission or because a
// retention policy or a hold protects an object.
func IsRefusal(err error) bool { return errors.Is(err, cmekpipe.PermissionDenied) }

// DescribeKept returns a text for the log about objects that [Store.DeleteTemporary] could not delete: how many there are,
// the names of some, until when each is kept, and the command that deletes them then. It returns "" if there are none.
func (s *Store) DescribeKept(ctx context.Context, kept []Version) string {
	if len(kept) == 0 {
		return ""
	}
	// A retention policy keeps the newest object longest.
	slices.SortFunc(kept, func(a, b Version) int {
		return cmp.Or(-cmp.Compare(a.Generation, b.Generation), cmp.Compare(a.Object.Name(), b.Object.Name()))
	})
	named := kept[:min(len(kept), maxNamed)]
	var names, folders []string
	for _, v := range named {
		names = append(names, v.Object.String()+" ("+s.whyKept(ctx, v)+")")
		folder := "gs://" + v.Object.Bucket() + "/" + path.Dir(v.Object.Name()) + "/"
		if !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	text := fmt.Sprintf("Cloud Storage refused to delete temporary objects, %d in all, encrypted with %s: %s",
		len(kept), named[0].Object.Key(), strings.Join(names, ", "))
	if more := len(kept) - len(named); more > 0 {
		text += fmt.Sprintf(" and %d older ones", more)
	}
	return text + "; delete them afterwards: gcloud storage rm --recursive '" + strings.Join(folders, "' '") + "'"
}

func (s *Store) whyKept(ctx context.Context, v Version) string {
	attrs, err := s.handle(ctx, v.Object).Generation(v.Generation).Attrs(ctx)
	if err != nil {
		return "its retention and holds could not be read"
	}
	if until := ProtectedUntil(attrs); until != "" {
		return until
	}
	return "the worker's service account may lack storage.objects.delete"
}

// ProtectedUntil says until when a retention policy, an object's own retention or a hold keeps an object from being deleted
// or overwritten: "kept until 2026-01-03T03:04:05Z". It returns "" if nothing does. The time may be over.
func ProtectedUntil(attrs *storage.ObjectAttrs) string {
	release := "is released: gcloud storage objects update 'gs://" + attrs.Bucket + "/" + attrs.Name + "' --no-"
	switch until := RetainedUntil(attrs); {
	case attrs.EventBasedHold:
		return "kept until its event-based hold " + release + "event-based-hold"
	case attrs.TemporaryHold:
		return "kept until its temporary hold " + release + "temporary-hold"
	case !until.IsZero():
		return "kept until " + until.UTC().Format(time.RFC3339)
	}
	return ""
}

// RetainedUntil returns the end of an object's retention, by the bucket's policy or by its own; zero if it has none.
func RetainedUntil(attrs *storage.ObjectAttrs) time.Time {
	until := attrs.RetentionExpirationTime
	if r := attrs.Retention; r != nil && r.RetainUntil.After(until) {
		until = r.RetainUntil
	}
	return until
}
