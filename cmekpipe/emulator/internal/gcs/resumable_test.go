package gcs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// start begins a resumable upload and returns the address of its session.
func (c *cloud) start(t *testing.T, name, parameters string) string {
	t.Helper()
	r := c.do(t, "POST", "/upload/storage/v1/b/keyed/o?uploadType=resumable&name="+name+parameters, nil, "{}")
	if r.StatusCode != 200 || r.Header.Get("Location") == "" {
		t.Fatalf("start: got %s, %s", r.Status, body(t, r))
	}
	return r.Header.Get("Location")
}

// chunk sends a chunk and checks the upload offset that the server returns.
func (c *cloud) chunk(t *testing.T, session, contentRange, data string, status int, wantRange string) *http.Response {
	t.Helper()
	header := map[string]string{}
	if contentRange != "" {
		header["Content-Range"] = contentRange
	}
	r := c.do(t, "PUT", session, header, data)
	if r.StatusCode != status || r.Header.Get("Range") != wantRange {
		t.Errorf("chunk %q: got %s, Range %q, %s, want %d, Range %q", contentRange, r.Status, r.Header.Get("Range"), body(t, r), status, wantRange)
	}
	return r
}

func TestResumableProtocol(t *testing.T) {
	c := newCloud(t)
	data := noise(600 * kib)
	const kib512 = 512 * kib
	session := c.start(t, "o", "")
	o := c.object("keyed", "o")
	c.chunk(t, session, "bytes */*", "", 308, "")
	c.chunk(t, session, "bytes 0-524287/*", data[:kib512], 308, "bytes=0-524287")
	wantNoObject(t, o)
	c.chunk(t, session, "bytes */*", "", 308, "bytes=0-524287")
	c.chunk(t, session, "bytes */614400", "", 308, "bytes=0-524287")
	// The same chunk again, and one that overlaps with it, as after a lost answer.
	c.chunk(t, session, "bytes 0-524287/*", data[:kib512], 308, "bytes=0-524287")
	c.chunk(t, session, "bytes 262144-614399/614400", data[256*kib:], 200, "")
	wantData(t, o, data)
	// The answer to the last chunk was lost as well.
	first, _ := o.Attrs(t.Context())
	c.chunk(t, session, "bytes */614400", "", 200, "")
	c.chunk(t, session, "bytes 524288-614399/614400", data[kib512:], 200, "")
	if again, err := o.Attrs(t.Context()); err != nil || again.Generation != first.Generation {
		t.Errorf("after a repeated end: got %v, %v, want generation %d still", again, err, first.Generation)
	}
	if got := c.do(t, "DELETE", session, nil, "").StatusCode; got != 499 {
		t.Errorf("cancel after the end: got %d, want 499", got)
	}
	wantData(t, o, data)
}

func TestResumableUploadInOneRequest(t *testing.T) {
	c := newCloud(t)
	for i, contentRange := range []string{"", "bytes 0-4/5"} {
		name := fmt.Sprint("o", i)
		c.chunk(t, c.start(t, name, ""), contentRange, "hello", 200, "")
		wantData(t, c.object("keyed", name), "hello")
	}
	c.chunk(t, c.start(t, "empty", ""), "bytes */0", "", 200, "")
	wantData(t, c.object("keyed", "empty"), "")
}

func TestChunksAreKeptInWholeQuanta(t *testing.T) {
	c := newCloud(t)
	data := noise(500 * kib)
	session := c.start(t, "o", "")
	c.chunk(t, session, "bytes 0-307199/*", data[:300*kib], 308, "bytes=0-262143")
	c.chunk(t, session, "bytes 262144-511999/512000", data[256*kib:], 200, "")
	wantData(t, c.object("keyed", "o"), data)
}

func TestBadChunks(t *testing.T) {
	c := newCloud(t)
	session := c.start(t, "o", "")
	data := noise(512 * kib)
	for _, contentRange := range []string{
		"bytes", "bytes 0-1", "bytes a-b/c", "bytes 1-0/2", "bytes -1/2", "bytes 0-99/*", "bytes 0-9/5", "items 0-1/2", "bytes */x",
		"bytes 0-524286/*", "bytes 262144-786431/*", "bytes 0-524287/524286", "bytes +0-1/2",
	} {
		c.chunk(t, session, contentRange, data, 400, "")
	}
	c.chunk(t, session, "bytes 0-9/*", data[:10], 400, "")
	c.chunk(t, session, "bytes 0-524287/*", data, 308, "bytes=0-524287")
	c.chunk(t, session, "bytes 0-9/10", data[:10], 400, "")
	wantNoObject(t, c.object("keyed", "o"))
	c.chunk(t, session, "bytes */524288", "", 200, "")
	wantData(t, c.object("keyed", "o"), data)
}

func TestCancelledSessionIsDeleted(t *testing.T) {
	c := newCloud(t)
	session := c.start(t, "o", "")
	c.chunk(t, session, "bytes 0-262143/*", noise(256*kib), 308, "bytes=0-262143")
	if got := c.do(t, "DELETE", session, nil, "").StatusCode; got != 499 {
		t.Errorf("cancel: got %d, want 499", got)
	}
	c.chunk(t, session, "bytes */*", "", 410, "")
	c.chunk(t, session, "bytes 262144-262144/262145", "x", 410, "")
	wantNoObject(t, c.object("keyed", "o"))
	c.chunk(t, c.url+"/upload/storage/v1/b/keyed/o?upload_id=no-such", "", "x", 404, "")
	c.chunk(t, strings.Replace(session, "/b/keyed/", "/b/plain/", 1), "bytes */*", "", 404, "")
	if got := c.do(t, "DELETE", "/upload/storage/v1/b/keyed/o?upload_id=no-such", nil, "").StatusCode; got != 404 {
		t.Errorf("cancel of nothing: got %d, want 404", got)
	}
}

func TestResumableChecksPreconditionsAtBothEnds(t *testing.T) {
	c := newCloud(t)
	o := c.object("keyed", "o")
	session := c.start(t, "o", "&ifGenerationMatch=0")
	mustWrite(t, o, "faster", nil)
	c.chunk(t, session, "", "slower", 412, "")
	wantData(t, o, "faster")
	if r := c.do(t, "POST", "/upload/storage/v1/b/keyed/o?uploadType=resumable&name=o&ifGenerationMatch=0", nil, "{}"); r.StatusCode != 412 {
		t.Errorf("start: got %s, want 412", r.Status)
	}
}

func TestUploadEndsAfterItsKeyIsEnabledAgain(t *testing.T) {
	c := newCloud(t)
	session := c.start(t, "o", "&kmsKeyName="+otherKey)
	c.keys.set(otherKey, 1, "DISABLED")
	c.chunk(t, session, "", "data", 400, "")
	wantNoObject(t, c.object("keyed", "o"))
	c.keys.rotate(otherKey)
	c.chunk(t, session, "bytes */4", "", 200, "")
	wantData(t, c.object("keyed", "o"), "data")
	if a, _ := c.object("keyed", "o").Attrs(t.Context()); a.KMSKeyName != otherKey+"/cryptoKeyVersions/2" {
		t.Errorf("got key %s, want the version that is primary at the end", a.KMSKeyName)
	}
}

func TestFinalChecksumIsCompared(t *testing.T) {
	c := newCloud(t)
	session := c.start(t, "o", "")
	r := c.do(t, "PUT", session, map[string]string{"Content-Range": "bytes 0-3/4", "X-Goog-Hash": "crc32c=AAAAAA=="}, "data")
	if r.StatusCode != 400 {
		t.Errorf("got %s, want 400", r.Status)
	}
	wantNoObject(t, c.object("keyed", "o"))
}

func TestBrokenUploadsAreNotKept(t *testing.T) {
	c := newCloud(t)
	session := c.start(t, "o", "")
	path := strings.TrimPrefix(session, c.url)
	for _, request := range []string{
		"PUT " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 524288\r\nContent-Range: bytes 0-524287/524288\r\n\r\nonly this",
		"PUT " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 524288\r\n\r\nonly this",
		"PUT " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
		"POST /upload/storage/v1/b/keyed/o?uploadType=media&name=o HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nonly this",
		"POST /upload/storage/v1/b/keyed/o?uploadType=media&name=o HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
	} {
		if answer := c.cut(t, request); !strings.Contains(answer, " 400 ") || !strings.Contains(answer, "uploadBrokenConnection") {
			t.Errorf("got %q, want status 400", answer)
		}
		c.chunk(t, session, "bytes */*", "", 308, "")
		wantNoObject(t, c.object("keyed", "o"))
	}
}

// cut sends an incomplete request and returns the server's answer.
func (c *cloud) cut(t *testing.T, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn) // a broken connection ends the answer
	return string(answer)
}

func TestClientSurvivesLostAnswers(t *testing.T) {
	data := noise(700 * kib)
	for call := 1; call <= 4; call++ { // the start of the session, two chunks, the end
		for name, fault := range map[string]core.Fault{
			"reset": {Reset: true}, "unavailable": {Status: 503}, "too many": {Status: 429},
		} {
			t.Run(fmt.Sprint(name, call), func(t *testing.T) {
				c := newCloud(t)
				fault.Method, fault.Resource, fault.Call = "storage.objects.insert", "gs://keyed/*", call
				c.env.Faults.Add(fault)
				// Google's client treats a connection that ends without an answer as a permanent error unless
				// RetryAlways is set.
				o := c.object("keyed", "o").Retryer(storage.WithPolicy(storage.RetryAlways), storage.WithBackoff(fast()),
					storage.WithErrorFunc(func(err error) bool { return storage.ShouldRetry(err) || errors.Is(err, io.EOF) }))
				a := mustWrite(t, o, data, func(w *storage.Writer) { w.ChunkSize = 256 * kib })
				if a.KMSKeyName != key+version1 {
					t.Errorf("got key %q", a.KMSKeyName)
				}
				wantData(t, o, data)
				if n := len(objectsMade(c)); n != 1 {
					t.Errorf("got %d objects in the ledger, want 1", n)
				}
			})
		}
	}
}

func TestAnswerForClientsThatFollow308AsARedirect(t *testing.T) {
	c := newCloud(t)
	r := c.do(t, "POST", c.start(t, "o", ""), map[string]string{"Content-Range": "bytes */*", "X-GUploader-No-308": "yes"}, "")
	if r.StatusCode != 200 || r.Header.Get("X-Http-Status-Code-Override") != "308" {
		t.Errorf("got %s, override %q", r.Status, r.Header.Get("X-Http-Status-Code-Override"))
	}
}

func TestSlowUploadDoesNotBlockOtherCalls(t *testing.T) {
	c := newCloud(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	w := c.object("keyed", "slow").NewWriter(ctx)
	w.ChunkSize = 0
	if _, err := w.Write([]byte("the first half, ")); err != nil {
		t.Fatal(err)
	}
	if _, err := write(ctx, c.object("keyed", "quick"), "data", nil); err != nil {
		t.Fatalf("during another upload: %v", err)
	}
	if _, err := w.Write([]byte("the second")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wantData(t, c.object("keyed", "slow"), "the first half, the second")
}
