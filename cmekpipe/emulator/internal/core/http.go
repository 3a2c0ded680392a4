package core

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Wait sleeps for the fault's latency, or until the call is cancelled.
func (f Fault) Wait(ctx context.Context) error {
	if f.Latency <= 0 {
		return nil
	}
	timer := time.NewTimer(f.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// HTTP serves one call over HTTP and applies the faults: it waits, answers the fault's status through fail, or calls
// serve and then resets or truncates the answer.
func (f *Faults) HTTP(w http.ResponseWriter, r *http.Request, method, resource string,
	fail func(http.ResponseWriter, int), serve http.HandlerFunc) {
	fault := f.Next(method, resource)
	if fault.Wait(r.Context()) != nil {
		return
	}
	status := fault.httpStatus()
	switch {
	case status != 0:
		fail(w, status)
	case fault.Reset:
		serve(&truncatedWriter{ResponseWriter: w}, r)
		reset(w)
	case fault.Truncate > 0:
		serve(&truncatedWriter{ResponseWriter: w, allow: fault.Truncate, pass: true}, r)
		http.NewResponseController(w).Flush() //nolint:errcheck // the connection is broken next
		panic(http.ErrAbortHandler)
	default:
		serve(w, r)
	}
}

// reset breaks the connection so that the client gets "connection reset" instead of a regular end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the client gets a regular end, still without an answer
	}
	conn.Close()
}

// truncatedWriter accepts everything that a handler writes and sends at most allow bytes of it.
type truncatedWriter struct {
	http.ResponseWriter
	allow int
	pass  bool
}

func (s *truncatedWriter) WriteHeader(status int) {
	if s.pass {
		s.ResponseWriter.WriteHeader(status)
	}
}

func (s *truncatedWriter) Write(p []byte) (int, error) {
	if s.pass && s.allow > 0 {
		n := min(s.allow, len(p))
		s.allow -= n
		if _, err := s.ResponseWriter.Write(p[:n]); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
