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

// HTTP serves one call over HTTP as the faults allow: it waits, answers the fault's status through fail, or lets
// serve do its work and then spoils the answer.
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
		serve(&spoiled{ResponseWriter: w}, r)
		reset(w)
	case fault.Truncate > 0:
		serve(&spoiled{ResponseWriter: w, allow: fault.Truncate, pass: true}, r)
		http.NewResponseController(w).Flush() //nolint:errcheck // the connection is broken next
		panic(http.ErrAbortHandler)
	default:
		serve(w, r)
	}
}

// reset breaks the connection as a peer does that went away: the client sees "connection reset", not an orderly end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the client sees an orderly end, which is still no answer
	}
	conn.Close()
}

// spoiled lets a handler believe that it answers, and sends at most allow bytes of what it says.
type spoiled struct {
	http.ResponseWriter
	allow int
	pass  bool
}

func (s *spoiled) WriteHeader(status int) {
	if s.pass {
		s.ResponseWriter.WriteHeader(status)
	}
}

func (s *spoiled) Write(p []byte) (int, error) {
	if s.pass && s.allow > 0 {
		n := min(s.allow, len(p))
		s.allow -= n
		if _, err := s.ResponseWriter.Write(p[:n]); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
