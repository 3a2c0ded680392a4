package storageclient_test

import (
	"errors"
	"fmt"
	"testing"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func TestMissingObjectsHaveAStatus(t *testing.T) {
	for name, err := range map[string]error{
		"bucket":         storage.ErrBucketNotExist,
		"bucket wrapped": fmt.Errorf("%w: x", storage.ErrBucketNotExist),
		"object":         storage.ErrObjectNotExist,
		"object joined":  errors.Join(storage.ErrObjectNotExist, nil),
		"with a status":  fmt.Errorf("%w: %w", storage.ErrObjectNotExist, &googleapi.Error{Code: 404}),
	} {
		got := gcperr.Wrap("op", "gs://b/o", cmekpipe.KeyName{}, storageclient.WithStatus(err))
		if cmekpipe.CodeOf(got) != cmekpipe.NotFound || !errors.Is(got, err) {
			t.Errorf("%s: got %v, want code %s that wraps %v", name, got, cmekpipe.NotFound, err)
		}
		if with := storageclient.WithStatus(err); with.Error() != err.Error() {
			t.Errorf("%s: got text %q, want %q", name, with, err)
		}
	}
}

func TestOtherErrorsStayAsTheyAre(t *testing.T) {
	for _, err := range []error{nil, errors.New("no"), &googleapi.Error{Code: 404}, storage.ErrBucketNotExist} {
		got := storageclient.WithStatus(err)
		if missing := errors.Is(err, storage.ErrBucketNotExist); (got == err) == missing {
			t.Errorf("WithStatus(%v): got %v, want it unchanged: %v", err, got, !missing)
		}
		if err != nil && gcperr.Code(got) == "" {
			t.Errorf("WithStatus(%v): got no code", err)
		}
	}
}
