package gcs

import (
	"crypto/rand"
	"sync"
)

// sessions are things that clients come back to by a token. They may be used by many goroutines.
type sessions[T any] struct {
	mu      sync.Mutex
	byToken map[string]T
}

func newSessions[T any]() *sessions[T] { return &sessions[T]{byToken: make(map[string]T)} }

// add keeps a session and returns the token that leads to it.
func (s *sessions[T]) add(session T) (token string) {
	token = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byToken[token] = session
	return token
}

func (s *sessions[T]) get(token string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.byToken[token]
	return session, ok
}
