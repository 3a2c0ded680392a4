// Package cutproxy breaks downloads of Cloud Storage, as a proxy does that cuts connections and knows no ranges.
package cutproxy

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// Proxy is between the clients of the test and the loopback cloud. Create one with [Start].
type Proxy struct {
	left atomic.Int64 // downloads to cut
	cut  atomic.Int64
}

// Start starts a proxy before the storage service at an address, and points the clients that the test creates from now on to
// the proxy. It cuts the next downloads after some bytes, each of them from the beginning of the object: it ignores ranges.
func Start(t testing.TB, address string, after, downloads int64) *Proxy {
	t.Helper()
	p := &Proxy{}
	p.left.Store(downloads)
	target := &url.URL{Scheme: "http", Host: address}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, "/storage/") || p.left.Add(-1) < 0 {
			forward.ServeHTTP(w, r)
			return
		}
		p.cut.Add(1)
		r.Header.Del("Range")
		forward.ServeHTTP(&cutWriter{w, after}, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(server.URL, "http://"))
	return p
}

// Cut returns how many downloads the proxy has cut.
func (p *Proxy) Cut() int64 { return p.cut.Load() }

// cutWriter breaks the connection after some bytes of the body.
type cutWriter struct {
	http.ResponseWriter
	left int64
}

// Write sends the bytes that are left.
func (w *cutWriter) Write(b []byte) (int, error) {
	n := min(w.left, int64(len(b)))
	w.left -= n
	if _, err := w.ResponseWriter.Write(b[:n]); err != nil {
		return 0, err
	}
	if n < int64(len(b)) {
		http.NewResponseController(w.ResponseWriter).Flush() //nolint:errcheck // the connection breaks now
		panic(http.ErrAbortHandler)
	}
	return int(n), nil
}
