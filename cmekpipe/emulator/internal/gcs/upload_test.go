package gcs_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	raw "google.golang.org/api/storage/v1"
)

const kib = 1 << 10

// noise returns bytes that can't be compressed.
func noise(n int) string {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}).Read(data) // never fails
	return string(data)
}

func TestUploadsOfAnySizeComeBackWhole(t *testing.T) {
	c := newCloud(t)
	for _, size := range []int{0, 1, 4*kib - 1, 4 * kib, 4*kib + 1, 256 * kib, 256*kib + 1, 512 * kib, 5<<20 + 3} {
		for _, chunk := range []int{0, 256 * kib, 16 << 20} {
			t.Run(fmt.Sprintf("%d in %d", size, chunk), func(t *testing.T) {
				data := noise(size)
				o := c.object("keyed", "o")
				a := mustWrite(t, o, data, func(w *storage.Writer) { w.ChunkSize = chunk })
				sum := md5.Sum([]byte(data))
				if a.Size != int64(size) || a.CRC32C != crc32.Checksum([]byte(data), crc32.MakeTable(crc32.Castagnoli)) || !bytes.Equal(a.MD5, sum[:]) {
					t.Errorf("got size %d, crc32c %d, md5 %x", a.Size, a.CRC32C, a.MD5)
				}
				wantData(t, o, data)
			})
		}
	}
}

func TestUploadKeepsMetadata(t *testing.T) {
	c := newCloud(t)
	want := storage.ObjectAttrs{
		ContentType: "text/x", ContentEncoding: "identity", ContentDisposition: "attachment", ContentLanguage: "de",
		CacheControl: "no-store", StorageClass: "NEARLINE", Metadata: map[string]string{"k": "v"},
		CustomTime: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC),
	}
	for _, chunk := range []int{0, 256 * kib} {
		mustWrite(t, c.object("plain", "o"), noise(300*kib), func(w *storage.Writer) {
			name := w.Name
			w.ObjectAttrs = want
			w.Name, w.ChunkSize = name, chunk
		})
		got, err := c.object("plain", "o").Attrs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.ContentType != want.ContentType || got.ContentEncoding != want.ContentEncoding ||
			got.ContentDisposition != want.ContentDisposition || got.ContentLanguage != want.ContentLanguage ||
			got.CacheControl != want.CacheControl || got.StorageClass != want.StorageClass || got.Metadata["k"] != "v" ||
			!got.CustomTime.Equal(want.CustomTime) {
			t.Errorf("got %+v", got)
		}
		if got.Generation == 0 || got.Metageneration != 1 || got.Etag == "" || got.MediaLink == "" || !got.Created.Equal(c.clock.Now().Truncate(time.Millisecond)) {
			t.Errorf("got %+v", got)
		}
	}
}

func TestMediaUploadReadsItsSettingsFromTheQuery(t *testing.T) {
	c := newCloud(t)
	r := c.do(t, "POST", "/upload/storage/v1/b/plain/o?uploadType=media&name=a/b&contentEncoding=x", map[string]string{"Content-Type": "text/y"}, "data")
	if r.StatusCode != 200 {
		t.Fatal(body(t, r))
	}
	a, err := c.object("plain", "a/b").Attrs(t.Context())
	if err != nil || a.ContentType != "text/y" || a.ContentEncoding != "x" || a.Size != 4 {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestNameMayBeInTheMetadata(t *testing.T) {
	c := newCloud(t)
	if _, err := c.raw.Objects.Insert("plain", &raw.Object{Name: "meta name"}).Media(strings.NewReader("data")).Do(); err != nil {
		t.Fatal(err)
	}
	wantData(t, c.object("plain", "meta name"), "data")
	if _, err := c.raw.Objects.Insert("plain", &raw.Object{Name: "no data"}).Do(); err != nil {
		t.Fatal(err)
	}
	wantData(t, c.object("plain", "no data"), "")
}

func TestObjectNames(t *testing.T) {
	c := newCloud(t)
	for _, name := range []string{
		"a", "a/b", "/", "//a//", "a b", "a?b", "a#b", "a%b", "a%2Fb", "a+b", "ü/語", "a&b=c", "a;b", "o/acl", "rewriteTo",
		"x/compose", "./a", "../a", "a/../b", "a/./b", "a\\b", "\"'`", "*[]{}", strings.Repeat("x", 1024), "\t", "tab\tbed", "a:b@c",
	} {
		t.Run(name, func(t *testing.T) {
			o := c.object("keyed", name)
			if a := mustWrite(t, o, "data of "+name, nil); a.Name != name {
				t.Errorf("got name %q, want %q", a.Name, name)
			}
			wantData(t, o, "data of "+name)
			if a, err := o.Attrs(t.Context()); err != nil || a.Name != name {
				t.Errorf("attrs: got %v, %v", a, err)
			}
			if a, err := c.object("keyed", name+"2"[:min(1, 1024-len(name))]).CopierFrom(o).Run(t.Context()); err != nil {
				t.Errorf("copy: got %v, %v", a, err)
			}
			if err := o.Delete(t.Context()); err != nil {
				t.Error(err)
			}
			wantNoObject(t, o)
		})
	}
}

func TestBadObjectNames(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "source"), "data", nil)
	for name, reason := range map[string]string{
		"": "required", strings.Repeat("x", 1025): "invalid", "a\nb": "invalid", "a\rb": "invalid", ".": "invalid",
		"..": "invalid", ".well-known/acme-challenge/x": "invalid",
	} {
		_, err := c.raw.Objects.Insert("plain", &raw.Object{Name: name}).Media(strings.NewReader("data")).Do()
		wantError(t, err, 400, reason)
		if name == "" {
			continue
		}
		_, err = c.raw.Objects.Rewrite("plain", "source", "plain", name, &raw.Object{}).Do()
		wantError(t, err, 400, reason)
	}
	r := c.do(t, "POST", "/upload/storage/v1/b/plain/o?uploadType=media&name=%ff", nil, "data")
	if got := body(t, r); r.StatusCode != 400 {
		t.Errorf("name that is not UTF-8: got %s, %s", r.Status, got)
	}
}

func TestChecksumsAreCompared(t *testing.T) {
	c := newCloud(t)
	o := c.object("plain", "o")
	for name, set := range map[string]func(*storage.Writer){
		"multipart crc32c": func(w *storage.Writer) { w.ChunkSize, w.SendCRC32C, w.CRC32C = 0, true, 1 },
		"multipart md5":    func(w *storage.Writer) { w.ChunkSize, w.MD5 = 0, make([]byte, 16) },
		"resumable crc32c": func(w *storage.Writer) { w.ChunkSize, w.SendCRC32C, w.CRC32C = 256*kib, true, 1 },
		"resumable md5":    func(w *storage.Writer) { w.ChunkSize, w.MD5 = 256*kib, make([]byte, 16) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := write(t.Context(), o, noise(300*kib), set)
			wantError(t, err, 400, "invalid")
			wantNoObject(t, o)
		})
	}
	media := "/upload/storage/v1/b/plain/o?uploadType=media&name=o"
	for name, header := range map[string]map[string]string{
		"hash header":   {"X-Goog-Hash": "crc32c=AAAAAA==,md5=AAAAAAAAAAAAAAAAAAAAAA=="},
		"content md5":   {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="},
		"no base64":     {"X-Goog-Hash": "crc32c=!"},
		"unknown hash":  {"X-Goog-Hash": "sha1=AAAA"},
		"wrong length":  {"X-Goog-Hash": "crc32c=AAAA"},
		"short content": {"Content-MD5": "AAAA"},
	} {
		if r := c.do(t, "POST", media, header, "data"); r.StatusCode != 400 {
			t.Errorf("%s: got %s, want 400", name, r.Status)
		}
	}
	if r := c.do(t, "POST", media, map[string]string{"X-Goog-Hash": "md5=jXd/OF5/sR3o9FeI9t7i7g=="}, "data"); r.StatusCode != 400 {
		t.Errorf("wrong md5: got %s, want 400", r.Status)
	}
	wantNoObject(t, o)
}

func TestCancelledUploadLeavesNothing(t *testing.T) {
	c := newCloud(t)
	for _, chunk := range []int{0, 256 * kib} {
		o := c.object("keyed", "o"+strconv.Itoa(chunk))
		ctx, cancel := context.WithCancel(t.Context())
		w := o.NewWriter(ctx)
		w.ChunkSize = chunk
		if _, err := io.WriteString(w, noise(600*kib)); err != nil {
			t.Fatal(err)
		}
		cancel()
		// The client notices the end of the context in a goroutine of its own, and a Close that is faster ends the request
		// well. CloseWithError does what that goroutine does.
		//lint:ignore SA1019 nothing else waits for the goroutine
		w.CloseWithError(ctx.Err()) //nolint:errcheck // always nil
		if err := w.Close(); err == nil {
			t.Error("Close: got no error, want the cancelled context's")
		}
		wantNoObject(t, o)
	}
}

func TestMalformedUploads(t *testing.T) {
	c := newCloud(t)
	const part = "--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"o\"}\r\n"
	const multi = "/upload/storage/v1/b/plain/o?uploadType=multipart"
	related := map[string]string{"Content-Type": "multipart/related; boundary=b"}
	for name, tc := range map[string]struct {
		path   string
		header map[string]string
		body   string
	}{
		"unknown type":     {"/upload/storage/v1/b/plain/o?uploadType=x&name=o", nil, "data"},
		"no type":          {"/upload/storage/v1/b/plain/o?name=o", nil, "data"},
		"no boundary":      {multi, map[string]string{"Content-Type": "multipart/related"}, part},
		"not multipart":    {multi, map[string]string{"Content-Type": "text/plain"}, part},
		"no parts":         {multi, related, ""},
		"no media":         {multi, related, part + "--b--\r\n"},
		"unfinished media": {multi, related, part + "--b\r\n\r\ndata"},
		"third part":       {multi, related, part + "--b\r\n\r\ndata\r\n--b\r\n\r\nmore\r\n--b--\r\n"},
		"no JSON":          {multi, related, "--b\r\n\r\n{\r\n--b\r\n\r\ndata\r\n--b--\r\n"},
		"two JSON values":  {multi, related, "--b\r\n\r\n{\"name\":\"o\"}{}\r\n--b\r\n\r\ndata\r\n--b--\r\n"},
		"resumable JSON":   {"/upload/storage/v1/b/plain/o?uploadType=resumable&name=o", nil, "["},
		"bad condition":    {"/upload/storage/v1/b/plain/o?uploadType=media&name=o&ifGenerationMatch=x", nil, "data"},
		"negative":         {"/upload/storage/v1/b/plain/o?uploadType=media&name=o&ifGenerationMatch=-1", nil, "data"},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.do(t, "POST", tc.path, tc.header, tc.body)
			if got := body(t, r); r.StatusCode != 400 || !json.Valid([]byte(got)) {
				t.Errorf("got %s, %s, want 400 and JSON", r.Status, got)
			}
			wantNoObject(t, c.object("plain", "o"))
		})
	}
	good := c.do(t, "POST", multi, related, part+"--b\r\n\r\ndata\r\n--b--\r\n")
	if good.StatusCode != 200 {
		t.Errorf("well formed: got %s", good.Status)
	}
}
