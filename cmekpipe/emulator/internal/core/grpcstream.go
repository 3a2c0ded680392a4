package core

import (
	"cmp"
	"context"
	"sync"

	"google.golang.org/grpc"
)

// faultStream applies a fault at the first received message, or a new one at each, and to the answers that follow.
type faultStream struct {
	grpc.ServerStream
	next func(message any) (Hit, error)
	each bool

	mu      sync.Mutex // a server may send while it receives
	hit     *Hit
	ctx     context.Context // of the work for the last message
	release func()
	pending bool  // the work for the last message has not ended
	lost    error // ends a stream whose client receives nothing, after the server did all work
}

// Context returns the context of the work for the last received message, which a detached fault separates from the client.
func (s *faultStream) Context() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx != nil {
		return s.ctx
	}
	return s.ServerStream.Context()
}

func (s *faultStream) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil || !s.each && s.current() != nil {
		return err
	}
	hit, err := s.next(message)
	if err != nil {
		return err
	}
	ctx, release, err := hit.before(s.ServerStream.Context())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.release != nil {
		s.release()
	}
	s.hit, s.ctx, s.release, s.pending = &hit, ctx, release, err == nil
	return err
}

func (s *faultStream) current() *Hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hit
}

// SendMsg sends an answer. In a stream that answers one message it discards lost answers, so that the server does all its
// work.
func (s *faultStream) SendMsg(message any) error {
	err := s.answered(!carriesError(message))
	if s.each && err != nil {
		return err
	}
	s.mu.Lock()
	if err != nil {
		s.lost = err
	}
	lost := s.lost != nil
	s.mu.Unlock()
	if lost {
		return nil
	}
	return s.ServerStream.SendMsg(message)
}

// answered ends the work for the last message, if that has not ended. An error ends the stream before the answer.
func (s *faultStream) answered(tookEffect bool) error {
	s.mu.Lock()
	hit, pending := s.hit, s.pending
	s.pending = false
	s.mu.Unlock()
	if !pending {
		return nil
	}
	return hit.after(s.ServerStream.Context(), tookEffect)
}

// finish ends the stream after its server returned. An error replaces the server's.
func (s *faultStream) finish(tookEffect bool) error {
	err := s.answered(tookEffect)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.release != nil {
		s.release()
	}
	return cmp.Or(s.lost, err)
}
