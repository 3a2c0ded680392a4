package staging_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// world is a cloud with a bucket and a staging area in it.
type world struct {
	*cmektest.Cloud
	t    *testing.T
	area *staging.Area
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Cloud: cmektest.NewCloud(t), t: t}
	key := w.CreateKey("us-central1", "pipelines")
	w.CreateBucket("bank-work", "us-central1", cmekpipe.KeyName{})
	client, err := storage.NewClient(t.Context(), w.ClientOptions(emulator.Storage)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	w.area = &staging.Area{
		Op: "test", Client: client, Location: "gs://bank-work/staging/", Key: key, Day: "2026-10-31", Progress: progress.New(nil),
		Pace: retry.Policy{Initial: time.Millisecond, Max: time.Millisecond, Attempts: 3},
	}
	return w
}

func (w *world) put(content string) *staging.File {
	w.t.Helper()
	f, err := w.area.Put(w.t.Context(), "worker", strings.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// objects returns all objects that ever existed.
func (w *world) objects() []emulator.Entry {
	var found []emulator.Entry
	for _, e := range w.Ledger() {
		if e.Kind == "object" {
			found = append(found, e)
		}
	}
	return found
}

func TestTheSameContentIsSentOnce(t *testing.T) {
	w := newWorld(t)
	first := w.put("a program")
	w.Inject(emulator.Fault{Method: "storage.objects.insert", Status: 403, Optional: true})
	if again := w.put("a program"); again.URL != first.URL || again.Hash != first.Hash {
		t.Errorf("got %+v, want the file that is there, %+v", again, first)
	}
	w.RequireEncrypted(t, w.area.Key)
}

func TestOtherContentAndOtherKeysHaveOtherNames(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{w.put("a program").URL: true, w.put("another").URL: true}
	before := w.area.Key
	w.area.Key = w.CreateKey("us-central1", "others")
	seen[w.put("a program").URL] = true
	if len(seen) != 3 || len(w.objects()) != 3 {
		t.Errorf("got names %v and objects %v, want three of each", seen, w.objects())
	}
	w.RequireEncrypted(t, before, w.area.Key)
}

func TestNameSendsNothing(t *testing.T) {
	w := newWorld(t)
	content := strings.NewReader("a program")
	named, err := w.area.Name("worker", content)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.objects(); len(got) != 0 {
		t.Errorf("got objects %v, want none", got)
	}
	if rest, _ := io.ReadAll(content); string(rest) != "a program" {
		t.Errorf("got %q left to read, want all of it", rest)
	}
	if put := w.put("a program"); put.URL != named.URL || put.Hash != named.Hash || put.Size != named.Size {
		t.Errorf("got %+v put, want what was named, %+v", put, named)
	}
}

// An object of that name with other content comes from another program: names are made from hashes.
func TestAnotherObjectOfThatNameIsReplaced(t *testing.T) {
	for _, tc := range []struct {
		name  string
		plant func(w *world, o *storage.Writer)
		text  string
	}{
		{"other content", func(w *world, o *storage.Writer) { o.KMSKeyName = w.area.Key.String() }, "b program"},
		{"forged content of the same size and checksum", func(w *world, o *storage.Writer) { o.KMSKeyName = w.area.Key.String() },
			forge("a program", "evil!")},
		{"no key", func(*world, *storage.Writer) {}, "a program"},
		{"another key", func(w *world, o *storage.Writer) { o.KMSKeyName = w.CreateKey("us-central1", "k2").String() }, "a program"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			f, err := w.area.Name("worker", strings.NewReader("a program"))
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimPrefix(f.URL, "gs://bank-work/")
			object := w.area.Client.Bucket("bank-work").Object(name)
			planted := object.NewWriter(t.Context())
			tc.plant(w, planted)
			if _, err := planted.Write([]byte(tc.text)); err != nil {
				t.Fatal(err)
			}
			if err := planted.Close(); err != nil {
				t.Fatal(err)
			}
			w.put("a program")
			attrs, err := object.Attrs(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := cmekpipe.ParseKeyOrVersion(attrs.KMSKeyName); err != nil || got != w.area.Key {
				t.Errorf("got key %q, want %s", attrs.KMSKeyName, w.area.Key)
			}
			if got := string(w.ReadObject(f.URL)); got != "a program" {
				t.Errorf("got %q, want the program", got)
			}
		})
	}
}

// forge returns a text of the size and CRC32C of another one that begins with something else, as anybody could.
func forge(original, begins string) string {
	table := crc32.MakeTable(crc32.Castagnoli)
	want, text := crc32.Checksum([]byte(original), table), []byte(original)
	copy(text, begins)
	tail := text[len(text)-4:]
	sum := func(x uint32) uint32 {
		binary.LittleEndian.PutUint32(tail, x)
		return crc32.Checksum(text, table)
	}
	// The checksum is an affine function of the last four bytes: solve for them, bit by bit.
	base := sum(0)
	rows := make([][2]uint32, 0, 32) // what a combination of bits changes, and the combination
	for bit := range 32 {
		row := [2]uint32{sum(1<<bit) ^ base, 1 << bit}
		for _, known := range rows {
			if row[0]^known[0] < row[0] {
				row[0], row[1] = row[0]^known[0], row[1]^known[1]
			}
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b [2]uint32) int { return cmp.Compare(b[0], a[0]) })
	missing, x := base^want, uint32(0)
	for _, row := range rows {
		if missing^row[0] < missing {
			missing, x = missing^row[0], x^row[1]
		}
	}
	if sum(x) != want {
		panic("no forgery found")
	}
	return string(text)
}

// A composite object has no MD5 hash, so that nothing proves its content.
func TestACompositeObjectIsReplaced(t *testing.T) {
	w := newWorld(t)
	f, err := w.area.Name("worker", strings.NewReader("a program"))
	if err != nil {
		t.Fatal(err)
	}
	bucket := w.area.Client.Bucket("bank-work")
	w.WriteObject("gs://bank-work/part", []byte("a program"))
	compose := bucket.Object(strings.TrimPrefix(f.URL, "gs://bank-work/")).ComposerFrom(bucket.Object("part"))
	compose.KMSKeyName = w.area.Key.String()
	composed, err := compose.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.put("a program")
	attrs, err := bucket.Object(composed.Name).Attrs(t.Context())
	if err != nil || attrs.Generation == composed.Generation || len(attrs.MD5) == 0 {
		t.Errorf("got generation %d with MD5 %x and %v, want the composite replaced", attrs.Generation, attrs.MD5, err)
	}
}

// The day bounds the age of a file, of which a lifecycle rule may say how long it lives.
func TestEveryDayHasItsOwnFiles(t *testing.T) {
	w := newWorld(t)
	first := w.put("a program")
	w.area.Day = staging.Day(time.Date(2026, 11, 1, 1, 0, 0, 0, time.FixedZone("", 2*3600)).AddDate(0, 0, 1))
	second := w.put("a program")
	if first.URL == second.URL || !strings.Contains(second.URL, "/cmekpipe/2026-11-01/") || len(w.objects()) != 2 {
		t.Errorf("got %s and %s, want a file of each UTC day", first.URL, second.URL)
	}
}

// A large file is sent in pieces. A piece that fails is sent again, the pieces before it are not.
func TestABrokenUploadContinuesWhereItBroke(t *testing.T) {
	content := strings.Repeat("0123456789abcdef", 3<<20) // 48 MiB: three pieces
	for name, fault := range map[string]emulator.Fault{
		"unavailable": {Method: "storage.objects.insert", Call: 3, Status: 503},
		"reset":       {Method: "storage.objects.insert", Call: 3, Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Inject(fault)
			counted := &counter{ReadSeeker: strings.NewReader(content)}
			if _, err := w.area.Put(t.Context(), "worker", counted); err != nil {
				t.Fatal(err)
			}
			// Once for the hashes, once to send.
			if want := int64(2 * len(content)); counted.read != want {
				t.Errorf("got %d bytes read, want %d: the file isn't sent from its start again", counted.read, want)
			}
			if got := w.objects(); len(got) != 1 {
				t.Errorf("got objects %v, want one", got)
			}
			w.RequireEncrypted(t, w.area.Key)
		})
	}
}

func TestAFailedUploadLeavesNothing(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(w *world)
		code cmekpipe.Code
	}{
		{"away", func(w *world) { w.Inject(emulator.Fault{Method: "storage.objects.insert", Status: 503}) }, cmekpipe.Unavailable},
		{"denied", func(w *world) { w.DenyKey(w.area.Key, emulator.Storage) }, cmekpipe.KeyDenied},
		{"no bucket", func(w *world) { w.area.Location = "gs://bank-none/staging" }, cmekpipe.NotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			tc.do(w)
			f, err := w.area.Put(t.Context(), "worker", strings.NewReader("a program"))
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tc.code || e.Hint == "" || f == nil || e.Resource != f.URL {
				t.Errorf("got error %v, want code %q for the file with a hint", err, tc.code)
			}
			if got := w.objects(); len(got) != 0 {
				t.Errorf("got objects %v, want none", got)
			}
		})
	}
}

func TestUnreadableContentLeavesNothing(t *testing.T) {
	w := newWorld(t)
	torn := &tornReader{ReadSeeker: bytes.NewReader(make([]byte, 1<<20)), whole: 1}
	_, err := w.area.Put(t.Context(), "worker", torn)
	if err == nil {
		t.Error("got no error, want one")
	}
	if got := w.objects(); len(got) != 0 {
		t.Errorf("got objects %v, want none", got)
	}
}

func TestAnEndedContextStaysItself(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.area.Put(ctx, "worker", strings.NewReader("a program")); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
}

type counter struct {
	io.ReadSeeker
	read int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.read += int64(n)
	return n, err
}

// tornReader reads well as often as it says and then fails.
type tornReader struct {
	io.ReadSeeker
	whole int
}

func (r *tornReader) Seek(offset int64, whence int) (int64, error) {
	r.whole--
	return r.ReadSeeker.Seek(offset, whence)
}

func (r *tornReader) Read(p []byte) (int, error) {
	if r.whole <= 0 {
		return 0, errors.New("the disk is gone")
	}
	return r.ReadSeeker.Read(p)
}
