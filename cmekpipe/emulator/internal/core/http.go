package core

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// HTTP serves one call over HTTP and applies the faults: it waits, answers the fault's status through fail, or calls
// serve and then delays, resets or truncates the answer.
func (f *Faults) HTTP(w http.ResponseWriter, r *http.Request, method, resource string,
	fail func(http.ResponseWriter, int), serve http.HandlerFunc) {
	defer f.opened()()
	call := callOverHTTP(r, method, resource)
	if f.intercepted(r.Context(), call) != nil {
		reset(w)
		return
	}
	if err := f.admitted(call); err != nil {
		_, _ = io.Copy(io.Discard, r.Body) // a client may not reuse the buffers of a body that nobody has read
		WriteError(w, gateError(err))
		return
	}
	hit := f.Next(method, resource)
	body := r.Body
	if hit.needsRequest() {
		body = received(body)
	}
	ctx, release, err := hit.begin(r.Context())
	defer release()
	if err != nil {
		abandon(err)
		return
	}
	if status := hit.httpStatus(); status != 0 {
		fail(w, status)
		return
	}
	work := r.WithContext(ctx)
	work.Body = body
	if !hit.holdsAnswer() {
		serve(w, work)
		return
	}
	answer := &heldAnswer{ResponseWriter: w, status: http.StatusOK}
	serve(answer, work)
	if err := hit.end(r.Context(), answer.status < http.StatusBadRequest); err != nil {
		abandon(err)
		return
	}
	switch {
	case hit.Reset:
		reset(w)
	case hit.Truncate > 0:
		answer.send(hit.Truncate)
		http.NewResponseController(w).Flush() //nolint:errcheck // the connection is broken next
		panic(http.ErrAbortHandler)
	default:
		answer.send(len(answer.body))
	}
}

// abandon ends a call that was ended while it waited. A client that is still there must not read a success.
func abandon(err error) {
	if errors.Is(err, closedError{}) {
		panic(http.ErrAbortHandler)
	}
}

// received reads a request's body to its end, so that the call no longer needs its client. A body that ends too early
// fails for its reader at the same place.
func received(body io.ReadCloser) io.ReadCloser {
	data, err := io.ReadAll(body)
	whole := io.Reader(bytes.NewReader(data))
	if err != nil {
		whole = io.MultiReader(whole, failingReader{err})
	}
	return io.NopCloser(whole)
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// reset breaks the connection so that the client gets "connection reset" instead of a regular end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0) // without it the client gets a regular end, still without an answer
	}
	conn.Close()
}

// heldAnswer keeps what a handler writes until send.
type heldAnswer struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (a *heldAnswer) WriteHeader(status int) { a.status = status }

func (a *heldAnswer) Write(p []byte) (int, error) {
	a.body = append(a.body, p...)
	return len(p), nil
}

// send writes the answer with at most n bytes of its body.
func (a *heldAnswer) send(n int) {
	a.ResponseWriter.WriteHeader(a.status)
	_, _ = a.ResponseWriter.Write(a.body[:min(n, len(a.body))]) // the client may have disconnected
}
