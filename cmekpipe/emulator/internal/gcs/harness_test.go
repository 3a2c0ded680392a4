package gcs_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs"
)

const (
	project    = "test-project"
	key        = "projects/key-project/locations/us-central1/keyRings/ring/cryptoKeys/key"
	otherKey   = "projects/key-project/locations/us-central1/keyRings/ring/cryptoKeys/other"
	missingKey = "projects/key-project/locations/us-central1/keyRings/ring/cryptoKeys/missing"
	deniedKey  = "projects/key-project/locations/us-central1/keyRings/ring/cryptoKeys/denied"
	signingKey = "projects/key-project/locations/us-central1/keyRings/ring/cryptoKeys/signing"
	farKey     = "projects/key-project/locations/europe-west1/keyRings/ring/cryptoKeys/far"
)

// fakeKMS is a minimal Cloud KMS: keys with versions that are enabled or not.
type fakeKMS struct {
	mu      sync.Mutex
	primary map[string]int64  // by key; a key that is not here does not exist
	states  map[string]string // by version; a version that is not here is enabled
	agents  map[string]string // by key, the only agent that may use it; "" means none
	wraps   int
	unwraps int
	during  func() // called once, during the next Wrap
}

func newFakeKMS() *fakeKMS {
	agent := core.StorageAgent(project)
	return &fakeKMS{
		primary: map[string]int64{key: 1, otherKey: 1, deniedKey: 1, signingKey: 0, farKey: 1},
		agents:  map[string]string{key: agent, otherKey: agent, signingKey: agent, farKey: agent},
		states:  map[string]string{},
	}
}

func (v *fakeKMS) Wrap(_ context.Context, agent string, k cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	v.mu.Lock()
	during := v.during
	v.during = nil
	v.mu.Unlock()
	if during != nil {
		during()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wraps++
	n, ok := v.primary[k.String()]
	switch {
	case !ok:
		return cmekpipe.KeyVersionName{}, &core.KeyError{Reason: core.KeyNotFound, Name: k.String(), Message: "no key"}
	case v.agents[k.String()] != agent:
		return cmekpipe.KeyVersionName{}, &core.KeyError{Reason: core.KeyDenied, Name: k.String(), Message: "no grant"}
	case n == 0:
		return cmekpipe.KeyVersionName{}, &core.KeyError{Reason: core.KeyWrongPurpose, Name: k.String(), Message: "no purpose"}
	}
	return k.Version(n), v.state(k.Version(n))
}

func (v *fakeKMS) Unwrap(_ context.Context, agent string, version cmekpipe.KeyVersionName) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.unwraps++
	if _, ok := v.primary[version.KeyName().String()]; !ok {
		return &core.KeyError{Reason: core.KeyNotFound, Name: version.String(), Message: "no key"}
	}
	if v.agents[version.KeyName().String()] != agent {
		return &core.KeyError{Reason: core.KeyDenied, Name: version.String(), Message: "no grant"}
	}
	return v.state(version)
}

func (v *fakeKMS) state(version cmekpipe.KeyVersionName) error {
	if state := v.states[version.String()]; state != "" {
		return &core.KeyError{Reason: core.KeyNotEnabled, Name: version.String(), State: state,
			Message: version.String() + " is not enabled, current state is: " + state + "."}
	}
	return nil
}

// set sets the state of a version; "" enables it.
func (v *fakeKMS) set(k string, version int64, state string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	name, err := cmekpipe.ParseKeyName(k)
	if err != nil {
		panic(err)
	}
	v.states[name.Version(version).String()] = state
}

// meanwhile makes the next call to Cloud KMS run do first.
func (v *fakeKMS) meanwhile(happen func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.during = happen
}

func (v *fakeKMS) rotate(k string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.primary[k]++
}

func (v *fakeKMS) lose(k string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.primary, k)
}

// clock is a cloud's clock that tests advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// cloud is a server under test with a client of each kind.
type cloud struct {
	*storage.Client
	raw    *raw.Service
	url    string
	server *gcs.Server
	env    *core.Env
	keys   *fakeKMS
	clock  *clock
}

// newCloud starts a server that holds bucket "plain" without and bucket "keyed" with a default key, both in us-central1.
func newCloud(t testing.TB, options ...option.ClientOption) *cloud {
	t.Helper()
	c := &cloud{keys: newFakeKMS(), clock: &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)}}
	c.env = &core.Env{Now: c.clock.Now, Ledger: &core.Ledger{}, Faults: &core.Faults{}, Keys: c.keys}
	c.server = gcs.New(c.env)
	c.serve(t)
	options = append(options, option.WithEndpoint(c.url+"/storage/v1/"), option.WithoutAuthentication())
	var err error
	if c.Client, err = storage.NewClient(t.Context(), options...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Client.Close() })
	c.raw, err = raw.NewService(t.Context(), option.WithEndpoint(c.url+"/storage/v1/"), option.WithoutAuthentication())
	if err != nil {
		t.Fatal(err)
	}
	c.bucket(t, "plain", &storage.BucketAttrs{Location: "us-central1"})
	c.bucket(t, "keyed", &storage.BucketAttrs{
		Location: "us-central1", Encryption: &storage.BucketEncryption{DefaultKMSKeyName: key},
	})
	return c
}

func (c *cloud) serve(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.url = "http://" + l.Addr().String()
	done := make(chan error, 1)
	go func() { done <- c.server.Serve(l) }()
	t.Cleanup(func() {
		if err := c.server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

func (c *cloud) bucket(t testing.TB, name string, attrs *storage.BucketAttrs) {
	t.Helper()
	if err := c.Bucket(name).Create(t.Context(), project, attrs); err != nil {
		t.Fatalf("create bucket %s: %v", name, err)
	}
}

func (c *cloud) object(bucket, name string) *storage.ObjectHandle {
	return c.Bucket(bucket).Object(name)
}

// write uploads data; set may configure the writer.
func write(ctx context.Context, o *storage.ObjectHandle, data string, set func(*storage.Writer)) (*storage.ObjectAttrs, error) {
	w := o.NewWriter(ctx)
	w.ChunkSize = 256 << 10 // the client's default needs 16 MiB of memory for each writer
	if set != nil {
		set(w)
	}
	if _, err := io.WriteString(w, data); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return w.Attrs(), nil
}

func mustWrite(t testing.TB, o *storage.ObjectHandle, data string, set func(*storage.Writer)) *storage.ObjectAttrs {
	t.Helper()
	attrs, err := write(t.Context(), o, data, set)
	if err != nil {
		t.Fatalf("write %s: %v", o.ObjectName(), err)
	}
	return attrs
}

func withKey(name string) func(*storage.Writer) {
	return func(w *storage.Writer) { w.KMSKeyName = name }
}

func read(ctx context.Context, o *storage.ObjectHandle) (string, error) {
	r, err := o.NewReader(ctx)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return string(data), err
}

func wantData(t testing.TB, o *storage.ObjectHandle, want string) {
	t.Helper()
	got, err := read(t.Context(), o)
	if err != nil {
		t.Fatalf("read %s: %v", o.ObjectName(), err)
	}
	if got != want {
		t.Errorf("read %s: got %d bytes, want %d bytes with other content or length", o.ObjectName(), len(got), len(want))
	}
}

// wantError checks status and reason of a refusal. The body of a refused read is not parsed.
func wantError(t testing.TB, err error, status int, reason string) {
	t.Helper()
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		t.Fatalf("got %v, want status %d, reason %s", err, status, reason)
	}
	found := strings.Contains(strings.ToLower(e.Body), "<code>"+strings.ToLower(reason)+"</code>") ||
		strings.Contains(e.Body, `"reason":"`+reason+`"`)
	for _, item := range e.Errors {
		found = found || item.Reason == reason
	}
	if e.Code != status || !found {
		t.Errorf("got status %d, body %s, want status %d, reason %s", e.Code, e.Body, status, reason)
	}
}

// wantNoObject checks that nothing is visible under a name.
func wantNoObject(t testing.TB, o *storage.ObjectHandle) {
	t.Helper()
	if _, err := o.Attrs(t.Context()); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("attrs of %s: got %v, want ErrObjectNotExist", o.ObjectName(), err)
	}
}

// uploadMedia uploads data without metadata, which Google's client for Go never does.
func (c *cloud) uploadMedia(ctx context.Context, bucket string, query url.Values, data string) (*raw.Object, error) {
	query.Set("uploadType", "media")
	address := c.url + "/upload/storage/v1/b/" + bucket + "/o?" + query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(data))
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if err := googleapi.CheckResponse(response); err != nil {
		return nil, err
	}
	o := new(raw.Object)
	return o, json.NewDecoder(response.Body).Decode(o)
}

// do sends a request that Google's client would not send.
func (c *cloud) do(t testing.TB, method, path string, header map[string]string, body string) *http.Response {
	t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = c.url + path
	}
	r, err := http.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func wantStatus(t testing.TB, err error, status int) {
	t.Helper()
	if e, ok := errors.AsType[*googleapi.Error](err); !ok || e.Code != status {
		t.Errorf("got %v, want status %d", err, status)
	}
}

// fast makes a client retry without delay.
func fast() gax.Backoff { return gax.Backoff{Initial: time.Millisecond, Max: time.Millisecond} }

// versioned creates bucket "versioned".
func versioned(t testing.TB, c *cloud) {
	t.Helper()
	c.bucket(t, "versioned", &storage.BucketAttrs{Location: "us-central1", VersioningEnabled: true})
}

// objectsMade returns the objects in the ledger.
func objectsMade(c *cloud) []core.Entry {
	return slices.DeleteFunc(c.env.Ledger.Entries(), func(e core.Entry) bool { return e.Kind != "object" })
}

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }
