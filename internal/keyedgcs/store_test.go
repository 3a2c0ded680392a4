package keyedgcs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

const bucket = "bank-records"

// names are object names that are legal and easily broken.
var names = []string{
	"out.txt", "a/b/c", "a//b/", "/", " ", "a b?#%.txt", "x%2Fy", "ü/…/..x", "*", "a[1].txt", "[z-a]", "[", "a\\b", "+&=;:@",
	"cmekgs://x/y", "../up", "\U0001f511", strings.Repeat("n", 1024),
}

type world struct {
	*cmektest.Cloud
	key, other cmekpipe.KeyName
	store      *keyedgcs.Store
}

// newWorld returns a cloud with a bucket whose default key is not the one that tests write under.
func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	w := &world{Cloud: cloud, key: cloud.CreateKey("us-central1", "records"), other: cloud.CreateKey("us-central1", "other")}
	cloud.CreateBucket(bucket, "us-central1", w.other)
	w.store = openStore(t)
	return w
}

func openStore(t testing.TB) *keyedgcs.Store {
	t.Helper()
	store, err := keyedgcs.Open(t.Context(), "keyedgcs.Test")
	if err != nil {
		t.Fatal(err)
	}
	store.Retry.MaxElapsed = 5 * time.Second
	t.Cleanup(func() { store.Close() })
	return store
}

func object(t testing.TB, key cmekpipe.KeyName, name string) cmekpipe.Object {
	t.Helper()
	o, err := key.Object("gs://" + bucket + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func put(ctx context.Context, store *keyedgcs.Store, o cmekpipe.Object, data []byte) (*keyedgcs.Writer, error) {
	w := store.Create(ctx, o, "text/plain")
	if _, err := w.Write(data); err != nil {
		return w, err
	}
	return w, w.Close()
}

// attrs returns what is live under a name; nil if nothing is.
func (w *world) attrs(t testing.TB, name string) *storage.ObjectAttrs {
	t.Helper()
	attrs, err := w.StorageClient().Bucket(bucket).Object(name).Attrs(context.Background())
	if errors.Is(err, storage.ErrObjectNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return attrs
}

func TestWriterPutsAnyNameUnderTheKey(t *testing.T) {
	w := newWorld(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			o := object(t, w.key, name)
			written, err := put(t.Context(), w.store, o, []byte(name))
			if err != nil {
				t.Fatal(err)
			}
			if got := written.Attrs(); got.Name != name || got.Size != int64(len(name)) || got.ContentType != "text/plain" {
				t.Errorf("got %q of %d bytes as %q", got.Name, got.Size, got.ContentType)
			}
			if got := w.ReadObject(o.String()); string(got) != name {
				t.Errorf("got %q, want %q", got, name)
			}
			if got := w.attrs(t, name); !keyedgcs.Encrypted(o, got) {
				t.Errorf("got key %q, want %v", got.KMSKeyName, w.key)
			}
		})
	}
	for _, e := range w.Ledger() {
		if e.Kind == "object" && !e.KeyAsked {
			t.Errorf("%s was written without asking for a key", e.Name)
		}
	}
}

func TestWriterPutsEverySizeWhole(t *testing.T) {
	w := newWorld(t)
	for _, size := range []int{0, 1, 16<<20 - 1, 16 << 20, 16<<20 + 1, 40 << 20} {
		data := bytes.Repeat([]byte("0123456789abcde\n"), size/16+1)[:size]
		o := object(t, w.key, "sized")
		if _, err := put(t.Context(), w.store, o, data); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if got := w.ReadObject(o.String()); !bytes.Equal(got, data) {
			t.Errorf("got %d bytes, want %d", len(got), size)
		}
	}
}

var transient = []struct {
	name  string
	fault emulator.Fault
}{
	{"429", emulator.Fault{Status: http.StatusTooManyRequests}},
	{"503", emulator.Fault{Status: http.StatusServiceUnavailable}},
	{"answer lost", emulator.Fault{Reset: true}},
	{"answer cut", emulator.Fault{Truncate: 20}},
}

func TestTransientFailuresAreRetried(t *testing.T) {
	small, large := []byte("line\n"), bytes.Repeat([]byte("line\n"), 20<<20/5)
	for _, tt := range transient {
		for _, size := range []struct {
			name string
			data []byte
			call int
		}{{"small", small, 1}, {"large, first piece", large, 2}, {"large, last piece", large, 3}} {
			t.Run(tt.name+", "+size.name, func(t *testing.T) {
				w := newWorld(t)
				for _, method := range []string{"storage.objects.insert", "storage.objects.rewrite", "storage.objects.delete"} {
					fault := tt.fault
					fault.Method, fault.Call = emulator.Method(method), 1
					if method == "storage.objects.insert" {
						fault.Call = size.call
					}
					defer w.Inject(fault)()
				}
				from, to := object(t, w.key, "from"), object(t, w.key, "to")
				if _, err := put(t.Context(), w.store, from, size.data); err != nil {
					t.Fatal(err)
				}
				if err := w.store.Move(t.Context(), from, to); err != nil {
					t.Fatal(err)
				}
				if got := w.ReadObject(to.String()); !bytes.Equal(got, size.data) {
					t.Errorf("got %d bytes, want %d", len(got), len(size.data))
				}
				if got := w.attrs(t, "from"); got != nil {
					t.Error("the original is still there")
				}
			})
		}
	}
}

func TestLastingFailureEnds(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "storage.objects.*", Status: http.StatusServiceUnavailable})
	w.store.Retry.MaxElapsed = 300 * time.Millisecond
	o := object(t, w.key, "o")
	_, err := put(t.Context(), w.store, o, []byte("x"))
	requireError(t, err, cmekpipe.Unavailable, o)
	_, err = w.store.Stat(t.Context(), o)
	requireError(t, err, cmekpipe.Unavailable, o)
	for _, err = range w.store.List(t.Context(), o, "o") {
	}
	requireError(t, err, cmekpipe.Unavailable, o)
}

func requireError(t testing.TB, err error, code cmekpipe.Code, about cmekpipe.Object) *cmekpipe.Error {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != code || e.Resource != about.String() || e.Op == "" || e.Hint == "" {
		t.Fatalf("got %v, want code %v about %v with a hint", err, code, about)
	}
	return e
}

func TestRefusalsAreTypedAndLeaveNothing(t *testing.T) {
	large := bytes.Repeat([]byte("x"), 17<<20)
	tests := []struct {
		name   string
		spoil  func(*world)
		object func(*world) cmekpipe.Object
		want   cmekpipe.Code
	}{
		{"disabled", func(w *world) { w.DisableKey(w.key) }, nil, cmekpipe.KeyDisabled},
		{"scheduled for destruction", func(w *world) { w.DestroyKey(w.key) }, nil, cmekpipe.KeyDisabled},
		{"destroyed", func(w *world) { w.DestroyKey(w.key); w.Advance(31 * 24 * time.Hour) }, nil, cmekpipe.KeyDisabled},
		{"denied", func(w *world) { w.DenyKey(w.key) }, nil, cmekpipe.KeyDenied},
		{"elsewhere", nil, func(w *world) cmekpipe.Object { return object(t, w.CreateKey("europe-west3", "far"), "o") }, cmekpipe.LocationMismatch},
		{"no such key", nil, func(w *world) cmekpipe.Object {
			key, _ := cmekpipe.ParseKeyName(w.key.String() + "2")
			return object(t, key, "o")
		}, ""},
		{"no such bucket", nil, func(w *world) cmekpipe.Object { o, _ := w.key.Object("gs://bank-missing/o"); return o }, cmekpipe.NotFound},
		{"forbidden", func(w *world) {
			w.Inject(emulator.Fault{Method: "storage.objects.insert", Status: http.StatusForbidden})
		}, nil, cmekpipe.PermissionDenied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			o := object(t, w.key, "o")
			if tt.object != nil {
				o = tt.object(w)
			}
			if tt.spoil != nil {
				tt.spoil(w)
			}
			for _, data := range [][]byte{nil, []byte("x"), large} {
				written, err := put(t.Context(), w.store, o, data)
				if tt.want == "" { // Cloud KMS does not tell a missing key from a denied one
					if code := cmekpipe.CodeOf(err); code != cmekpipe.KeyNotFound && code != cmekpipe.KeyDenied {
						t.Errorf("got %v, want %v or %v", err, cmekpipe.KeyNotFound, cmekpipe.KeyDenied)
					}
				} else {
					requireError(t, err, tt.want, o)
				}
				if again := written.Close(); again != err || written.Attrs() != nil {
					t.Errorf("got %v from Close after a failure, want %v", again, err)
				}
				if w.attrs(t, "o") != nil {
					t.Error("got a visible object, want none")
				}
			}
		})
	}
}

func TestNothingIsVisibleBeforeCloseOrAfterAbort(t *testing.T) {
	large := bytes.Repeat([]byte("x"), 17<<20)
	ends := map[string]func(*keyedgcs.Writer, context.CancelFunc) error{
		"abort":  func(w *keyedgcs.Writer, _ context.CancelFunc) error { w.Abort(); return w.Close() },
		"cancel": func(w *keyedgcs.Writer, cancel context.CancelFunc) error { cancel(); return w.Close() },
		"abort, then write": func(w *keyedgcs.Writer, _ context.CancelFunc) error {
			w.Abort()
			_, err := w.Write([]byte("x"))
			return err
		},
	}
	for name, end := range ends {
		for _, data := range [][]byte{nil, []byte("x"), large} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				upload := w.store.Create(ctx, object(t, w.key, "o"), "")
				if _, err := upload.Write(data); err != nil {
					t.Fatal(err)
				}
				if w.attrs(t, "o") != nil {
					t.Error("got a visible object before Close")
				}
				if err := end(upload, cancel); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want %v", err, context.Canceled)
				}
				if w.attrs(t, "o") != nil {
					t.Error("got a visible object, want none")
				}
			})
		}
	}
}

func TestAbortReleasesTheUpload(t *testing.T) {
	w := newWorld(t)
	before := runtime.NumGoroutine()
	for range 200 {
		upload := w.store.Create(t.Context(), object(t, w.key, "o"), "")
		if _, err := upload.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		upload.Abort()
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+100; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("got %d goroutines after 200 uploads were aborted, want about %d", runtime.NumGoroutine(), before)
		}
	}
}

// tamper puts a proxy before the cloud that changes the query of uploads and rewrites.
func tamper(t *testing.T, w *world, change func(url.Values)) {
	t.Helper()
	target, err := url.Parse("http://" + w.Endpoint(emulator.Storage))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		query := r.Out.URL.Query()
		change(query)
		r.Out.URL.RawQuery = query.Encode()
	}})
	t.Cleanup(proxy.Close)
	t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(proxy.URL, "http://"))
}

func TestObjectWithNoOrAnotherKeyIsDeleted(t *testing.T) {
	tests := []struct {
		name   string
		change func(*world) func(url.Values)
		bucket string
		want   cmekpipe.Code
	}{
		{"dropped on the way, no default", func(*world) func(url.Values) {
			return func(q url.Values) { q.Del("kmsKeyName"); q.Del("destinationKmsKeyName") }
		}, "bank-bare", cmekpipe.KeyMissing},
		{"dropped on the way, other default", func(*world) func(url.Values) {
			return func(q url.Values) { q.Del("kmsKeyName"); q.Del("destinationKmsKeyName") }
		}, bucket, cmekpipe.KeyMismatch},
		{"replaced by a key that begins alike", func(w *world) func(url.Values) {
			longer := w.CreateKey("us-central1", "records2").String()
			return func(q url.Values) {
				for _, name := range []string{"kmsKeyName", "destinationKmsKeyName"} {
					if q.Has(name) {
						q.Set(name, longer)
					}
				}
			}
		}, "bank-bare", cmekpipe.KeyMismatch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.CreateBucket("bank-bare", "us-central1", cmekpipe.KeyName{})
			w.WriteObject("gs://"+tt.bucket+"/from", []byte("x"))
			tamper(t, w, tt.change(w))
			store := openStore(t)
			to, _ := w.key.Object("gs://" + tt.bucket + "/to")
			from, _ := w.key.Object("gs://" + tt.bucket + "/from")
			_, err := put(t.Context(), store, to, []byte("x"))
			requireError(t, err, tt.want, to)
			_, err = store.Copy(t.Context(), from, 0, to)
			requireError(t, err, tt.want, to)
			_, err = w.StorageClient().Bucket(tt.bucket).Object("to").Attrs(t.Context())
			if !errors.Is(err, storage.ErrObjectNotExist) {
				t.Errorf("got %v, want no object", err)
			}
		})
	}
}

func TestObjectWhoseKeyMayBeTheSameIsNotDeleted(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-bare", "us-central1", cmekpipe.KeyName{})
	byNumber, err := cmekpipe.ParseKeyName(strings.Replace(w.key.String(), w.key.Project(), "123456789012", 1))
	if err != nil {
		t.Fatal(err)
	}
	tamper(t, w, func(q url.Values) { q.Set("kmsKeyName", w.key.String()) })
	store := openStore(t)
	to, _ := byNumber.Object("gs://bank-bare/to")
	_, err = put(t.Context(), store, to, []byte("x"))
	e := requireError(t, err, cmekpipe.KeyMismatch, to)
	if want := "gcloud projects describe 123456789012 "; !strings.Contains(e.Hint, want) {
		t.Errorf("got hint %q, want %q in it", e.Hint, want)
	}
	if _, err := w.StorageClient().Bucket("bank-bare").Object("to").Attrs(t.Context()); err != nil {
		t.Errorf("got %v, want the object", err)
	}
}

func TestObjectWithOtherBytesIsDeleted(t *testing.T) {
	w := newWorld(t)
	target, err := url.Parse("http://" + w.Endpoint(emulator.Storage))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			body = regexp.MustCompile(`"crc32c": ?"[^"]*"`).ReplaceAll(body, []byte(`"crc32c":"AAAAAA=="`))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return err
		},
	})
	t.Cleanup(proxy.Close)
	t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(proxy.URL, "http://"))
	o := object(t, w.key, "o")
	_, err = put(t.Context(), openStore(t), o, []byte("x"))
	requireError(t, err, cmekpipe.Corrupted, o)
	if w.attrs(t, "o") != nil {
		t.Error("got a visible object, want none")
	}
}

func TestCopyIsEncryptedWithTheKeyOfItsOwnName(t *testing.T) {
	w := newWorld(t)
	from, to := object(t, w.other, "from"), object(t, w.key, "to")
	if _, err := put(t.Context(), w.store, from, []byte("x")); err != nil {
		t.Fatal(err)
	}
	attrs, err := w.store.Copy(t.Context(), from, 0, to)
	if err != nil {
		t.Fatal(err)
	}
	if !keyedgcs.Encrypted(to, attrs) || keyedgcs.Encrypted(from, attrs) {
		t.Errorf("got key %q, want %v", attrs.KMSKeyName, w.key)
	}
	missing := object(t, w.key, "missing")
	_, err = w.store.Copy(t.Context(), missing, 0, to)
	requireError(t, err, cmekpipe.NotFound, missing)
	w.DisableKey(w.other)
	_, err = w.store.Copy(t.Context(), from, 0, object(t, w.key, "to2"))
	requireError(t, err, cmekpipe.KeyDisabled, object(t, w.key, "to2"))
}

func TestMoveOntoItselfKeepsTheObject(t *testing.T) {
	w := newWorld(t)
	from, to := object(t, w.other, "o"), object(t, w.key, "o")
	if _, err := put(t.Context(), w.store, from, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Move(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	if got := w.attrs(t, "o"); got == nil || !keyedgcs.Encrypted(to, got) {
		t.Errorf("got %v, want the object under %v", got, w.key)
	}
}

func TestRemoveLeavesOtherGenerationsAlone(t *testing.T) {
	w := newWorld(t)
	o := object(t, w.key, "o")
	first, err := put(t.Context(), w.store, o, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put(t.Context(), w.store, o, []byte("2")); err != nil {
		t.Fatal(err)
	}
	err = w.store.Remove(t.Context(), o, first.Attrs().Generation)
	if err != nil && !errors.Is(err, cmekpipe.NotFound) {
		t.Fatal(err)
	}
	if got := w.ReadObject(o.String()); string(got) != "2" {
		t.Errorf("got %q, want %q", got, "2")
	}
}

func TestKeyInTheWrongLocationNamesTheRightOne(t *testing.T) {
	w := newWorld(t)
	w.Cloud.CreateBucket("bank-eu", "EU", cmekpipe.KeyName{})
	from := object(t, w.key, "o")
	if _, err := put(t.Context(), w.store, from, []byte("x")); err != nil {
		t.Fatal(err)
	}
	to, err := w.key.Object("gs://bank-eu/o")
	if err != nil {
		t.Fatal(err)
	}
	_, written := put(t.Context(), w.store, to, []byte("x"))
	_, copied := w.store.Copy(t.Context(), from, 0, to)
	for _, err := range []error{written, copied} {
		e := requireError(t, err, cmekpipe.LocationMismatch, to)
		want := "bucket bank-eu is in eu: use a key in europe, or another bucket in us-central1, where " + w.key.String() + " is"
		if e.Hint != want {
			t.Errorf("got hint %q, want %q", e.Hint, want)
		}
	}
	defer w.Inject(emulator.Fault{Method: "storage.buckets.get", Status: http.StatusForbidden})()
	_, err = put(t.Context(), w.store, to, []byte("x"))
	if e := requireError(t, err, cmekpipe.LocationMismatch, to); !strings.Contains(e.Hint, "use a key in the location of gs://bank-eu/o") {
		t.Errorf("got hint %q without permission to read the bucket, want the general one", e.Hint)
	}
}
