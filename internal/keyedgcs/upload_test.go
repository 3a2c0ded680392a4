package keyedgcs_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// dropKey removes the key from a request, as a proxy would that does not know the parameter.
func dropKey(q url.Values) { q.Del("kmsKeyName"); q.Del("destinationKmsKeyName") }

// uploads are all ways to write an object. Each returns the URL of the object.
var uploads = map[string]func(context.Context, *world) (string, error){
	"Store.Create": func(ctx context.Context, w *world) (string, error) {
		o, _ := w.key.Object("gs://bank-bare/o")
		_, err := put(ctx, w.store, o, []byte("x"))
		return o.String(), err
	},
	"Store.Copy": func(ctx context.Context, w *world) (string, error) {
		from, _ := w.key.Object("gs://bank-bare/from")
		to, _ := w.key.Object("gs://bank-bare/o")
		_, err := w.store.Copy(ctx, from, 0, to)
		return to.String(), err
	},
	"staging.Put": func(ctx context.Context, w *world) (string, error) {
		area, err := newArea(ctx, w)
		if err != nil {
			return "", err
		}
		f, err := area.Put(ctx, "worker", strings.NewReader("x"))
		return f.URL, err
	},
	"staging.Write": func(ctx context.Context, w *world) (string, error) {
		area, err := newArea(ctx, w)
		if err != nil {
			return "", err
		}
		return "gs://bank-bare/o", area.Write(ctx, "gs://bank-bare/o", []byte("x"))
	},
}

func newArea(ctx context.Context, w *world) (*staging.Area, error) {
	client, err := storageclient.New(ctx)
	if err != nil {
		return nil, err
	}
	return &staging.Area{
		Op: "keyedgcs.Test", Client: client, Location: "gs://bank-bare", Key: w.key, Progress: progress.New(nil),
		Pace: retry.Policy{Initial: time.Millisecond, Max: time.Millisecond, Attempts: 3},
	}, nil
}

// newBareWorld returns a cloud whose bucket bank-bare has no default key, behind a proxy that drops keys.
func newBareWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.CreateBucket("bank-bare", "us-central1", cmekpipe.KeyName{})
	w.WriteObject("gs://bank-bare/from", []byte("x"))
	tamper(t, w, dropKey)
	w.store = openStore(t)
	return w
}

func bareObject(t *testing.T, w *world, at string) (*storage.ObjectAttrs, error) {
	t.Helper()
	return w.StorageClient().Bucket("bank-bare").Object(strings.TrimPrefix(at, "gs://bank-bare/")).Attrs(t.Context())
}

func TestEveryUploadDeletesAnObjectWithoutTheKeyAndSaysSo(t *testing.T) {
	for name, upload := range uploads {
		t.Run(name, func(t *testing.T) {
			w := newBareWorld(t)
			at, err := upload(t.Context(), w)
			o, _ := w.key.Object(at)
			e := requireError(t, err, cmekpipe.KeyMissing, o)
			want := "find the proxy between this program and Cloud Storage that removes the parameter kmsKeyName, and connect directly; " +
				"the upload named " + w.key.String() + "; the object was deleted" + restorable(t, w, o)
			if e.Hint != want {
				t.Errorf("got hint %q, want %q", e.Hint, want)
			}
			if attrs, err := bareObject(t, w, at); !errors.Is(err, storage.ErrObjectNotExist) {
				t.Errorf("got object %v, %v, want none", attrs, err)
			}
		})
	}
}

// restorable returns the rest of the hint about the only object that a bucket with soft delete keeps under a name.
func restorable(t *testing.T, w *world, o cmekpipe.Object) string {
	t.Helper()
	attrs, err := w.StorageClient().Bucket(o.Bucket()).Objects(t.Context(), &storage.Query{Prefix: o.Name(), SoftDeleted: true}).Next()
	if err != nil {
		t.Fatal(err)
	}
	if attrs.KMSKeyName != "" || attrs.HardDeleteTime.Sub(attrs.SoftDeleteTime) != 7*24*time.Hour {
		t.Errorf("got key %q until %v, want no key for 7 days", attrs.KMSKeyName, attrs.HardDeleteTime)
	}
	return fmt.Sprintf(", but generation %d, which is not encrypted with the key, can be restored until %s: revoke the permission "+
		"storage.objects.restore on gs://bank-bare until then; to keep no deleted objects in the future: "+
		"gcloud storage buckets update gs://bank-bare --clear-soft-delete; Cloud Storage refuses uploads without a Cloud KMS key if the "+
		"bucket's encryption.googleManagedEncryptionEnforcementConfig has the restrictionMode FullyRestricted",
		attrs.Generation, attrs.HardDeleteTime.UTC().Format(time.RFC3339))
}

func TestHintOfADeletedObjectWithoutSoftDelete(t *testing.T) {
	w := newBareWorld(t)
	off := storage.BucketAttrsToUpdate{SoftDeletePolicy: &storage.SoftDeletePolicy{}}
	if _, err := w.StorageClient().Bucket("bank-bare").Update(t.Context(), off); err != nil {
		t.Fatal(err)
	}
	o := w.key.MustObject("gs://bank-bare/o")
	_, err := put(t.Context(), w.store, o, []byte("x"))
	if e := requireError(t, err, cmekpipe.KeyMissing, o); !strings.HasSuffix(e.Hint, "; the object was deleted") {
		t.Errorf("got hint %q, want only that the object was deleted", e.Hint)
	}
}

func TestHintOfADeletedObjectWhoseAttributesAreForbidden(t *testing.T) {
	w := newBareWorld(t)
	w.Inject(emulator.Fault{Method: "storage.objects.get", Status: http.StatusForbidden})
	o := w.key.MustObject("gs://bank-bare/o")
	_, err := put(t.Context(), w.store, o, []byte("x"))
	e := requireError(t, err, cmekpipe.KeyMissing, o)
	want := regexp.MustCompile(`; the object was deleted, but generation \d+, which is not encrypted with the key, can be restored if the bucket has a ` +
		`soft delete policy: gcloud storage buckets describe gs://bank-bare --format='default\(soft_delete_policy\)'$`)
	if !want.MatchString(e.Hint) {
		t.Errorf("got hint %q, want it to match %v", e.Hint, want)
	}
}

func TestEveryUploadSaysWhenTheObjectCouldNotBeDeleted(t *testing.T) {
	for name, upload := range uploads {
		t.Run(name, func(t *testing.T) {
			w := newBareWorld(t)
			w.Inject(emulator.Fault{Method: "storage.objects.delete", Status: http.StatusForbidden})
			at, err := upload(t.Context(), w)
			o, _ := w.key.Object(at)
			e := requireError(t, err, cmekpipe.KeyMissing, o)
			attrs, statErr := bareObject(t, w, at)
			if statErr != nil {
				t.Fatal(statErr)
			}
			command := "delete the object: gcloud storage rm '" + at + "#" + strconv.FormatInt(attrs.Generation, 10) + "'; then "
			if !strings.HasPrefix(e.Hint, command) || strings.Contains(e.Hint, "was deleted") {
				t.Errorf("got hint %q, want it to start with %q and not to say that the object was deleted", e.Hint, command)
			}
			if !strings.Contains(e.Error(), "could not be deleted") || !errors.Is(err, cmekpipe.PermissionDenied) {
				t.Errorf("got %v, want the reason why the object could not be deleted", err)
			}
		})
	}
}

func TestPutReplacesOnlyTheObjectThatItFound(t *testing.T) {
	for name, tt := range map[string]struct {
		theirs string
		want   cmekpipe.Code
	}{
		"other bytes":    {"theirs", cmekpipe.PreconditionFailed},
		"the same bytes": {"ours", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			o := object(t, w.key, "o")
			// Put reads the bytes after it has found no object, so the other program writes in between.
			meanwhile := func() {
				if _, err := put(t.Context(), w.store, o, []byte(tt.theirs)); err != nil {
					t.Error(err)
				}
			}
			sum := md5.Sum([]byte("ours"))
			err := w.store.Put(t.Context(), o, keyedgcs.Content{
				Reader: &firstRead{Reader: strings.NewReader("ours"), do: meanwhile},
				Size:   4, CRC32C: crc32.Checksum([]byte("ours"), crc32.MakeTable(crc32.Castagnoli)), MD5: sum[:],
			})
			if tt.want != "" {
				requireError(t, err, tt.want, o)
			} else if err != nil {
				t.Error(err)
			}
			if got := string(w.ReadObject(o.String())); got != tt.theirs {
				t.Errorf("got %q, want %q", got, tt.theirs)
			}
		})
	}
}

func TestPutRefusesBytesThatChanged(t *testing.T) {
	w := newWorld(t)
	o := object(t, w.key, "o")
	err := w.store.Put(t.Context(), o, keyedgcs.Content{
		Reader: strings.NewReader("mine"), Size: 4, CRC32C: crc32.Checksum([]byte("ours"), crc32.MakeTable(crc32.Castagnoli)),
	})
	if _, ok := errors.AsType[*cmekpipe.Error](err); !ok {
		t.Errorf("got %v, want a typed error", err)
	}
	if got := w.attrs(t, "o"); got != nil {
		t.Errorf("got object %v, want none", got)
	}
}

func TestPutCommitsNothingWhenReadingFails(t *testing.T) {
	w := newWorld(t)
	o, broken := object(t, w.key, "o"), errors.New("the disk is gone")
	err := w.store.Put(t.Context(), o, keyedgcs.Content{
		Reader: io.MultiReader(strings.NewReader("ours"), iotest.ErrReader(broken)),
		Size:   4, CRC32C: crc32.Checksum([]byte("ours"), crc32.MakeTable(crc32.Castagnoli)),
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if got := w.attrs(t, "o"); got != nil {
		t.Errorf("got object %v, want none", got)
	}
}

// firstRead does something before the first byte is read.
type firstRead struct {
	io.Reader
	do func()
}

func (r *firstRead) Read(p []byte) (int, error) {
	if r.do != nil {
		r.do()
		r.do = nil
	}
	return r.Reader.Read(p)
}

// Anybody who may write to the bucket can compose an object of a wanted checksum. It has no MD5 hash, as content may have none.
func TestPutWithoutMD5AcceptsNoCompositeObject(t *testing.T) {
	w := newWorld(t)
	o, part := object(t, w.key, "o"), object(t, w.key, "part")
	if _, err := put(t.Context(), w.store, part, []byte("ours")); err != nil {
		t.Fatal(err)
	}
	compose := func() {
		b := w.StorageClient().Bucket(bucket)
		// The storage client sends no key with a composition, which so gets the bucket's.
		if _, err := b.Update(t.Context(), storage.BucketAttrsToUpdate{Encryption: &storage.BucketEncryption{DefaultKMSKeyName: w.key.String()}}); err != nil {
			t.Error(err)
		}
		attrs, err := b.Object("o").ComposerFrom(b.Object("part")).Run(t.Context())
		if err != nil || len(attrs.MD5) > 0 || !keyedgcs.Encrypted(o, attrs) {
			t.Errorf("got %+v and %v, want a composite object encrypted with the key", attrs, err)
		}
	}
	err := w.store.Put(t.Context(), o, keyedgcs.Content{
		Reader: &firstRead{Reader: strings.NewReader("ours"), do: compose},
		Size:   4, CRC32C: crc32.Checksum([]byte("ours"), crc32.MakeTable(crc32.Castagnoli)),
	})
	requireError(t, err, cmekpipe.PreconditionFailed, o)
}
