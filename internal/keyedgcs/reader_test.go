package keyedgcs_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// breaks is a transport that breaks downloads.
type breaks struct {
	after   int                 // bytes of each answer that arrive
	left    int                 // answers to break
	noRange func(call int) bool // answers a request for a range with the whole object
	spoil   bool                // changes a byte of the last answer
	calls   int
}

func (b *breaks) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		b.calls++
		if b.noRange != nil && b.noRange(b.calls) {
			r = r.Clone(r.Context())
			r.Header.Del("Range")
		}
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	switch {
	case err != nil || r.Method != http.MethodGet:
	case b.left > 0:
		b.left--
		answer.Body = brokenBody{io.LimitReader(answer.Body, int64(b.after)), answer.Body}
	case b.spoil:
		data, _ := io.ReadAll(answer.Body)
		data[len(data)-1]++
		answer.Body = io.NopCloser(bytes.NewReader(data))
	}
	return answer, err
}

// brokenBody ends too early.
type brokenBody struct {
	io.Reader
	io.Closer
}

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestBrokenDownloads(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	second := func(call int) bool { return call == 2 }
	tests := []struct {
		name   string
		breaks breaks
		want   cmekpipe.Code // "" if all is read
	}{
		{"once", breaks{after: 1000, left: 1}, ""},
		{"many times", breaks{after: 1000, left: 40}, ""},
		{"answered with the whole object once", breaks{after: 1000, left: 2, noRange: second}, ""},
		{"never again a range", breaks{after: 1000, left: 1, noRange: func(int) bool { return true }}, cmekpipe.Unavailable},
		{"other bytes", breaks{spoil: true}, cmekpipe.Corrupted},
		{"other bytes after a break", breaks{after: 1000, left: 2, noRange: second, spoil: true}, cmekpipe.Corrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.WriteObject("gs://"+bucket+"/in", data)
			client, err := storage.NewClient(t.Context(), option.WithHTTPClient(&http.Client{Transport: &tt.breaks}))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			store := keyedgcs.New(client, "test.Read", retry.Policy{Initial: time.Millisecond, Max: time.Millisecond, Attempts: 4})
			r, err := store.NewReader(t.Context(), w.key.MustObject("gs://"+bucket+"/in"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got, err := io.ReadAll(r)
			if tt.want == "" {
				if err != nil || !bytes.Equal(got, data) {
					t.Errorf("got %d bytes and %v, want all %d", len(got), err, len(data))
				}
				return
			}
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tt.want || e.Op != "test.Read" || e.Hint == "" || e.Resource != "gs://"+bucket+"/in" {
				t.Errorf("got %v, want %v about the object", err, tt.want)
			}
		})
	}
}
