package gcs

import (
	"crypto/rand"
	"sync"
)

// sessions stores values that clients refer to by a token. It is safe for concurrent use.
type sessions[T any] struct {
	mu      sync.Mutex
	byToken map[string]T
}

func newSessions[T any]() *sessions[T] { return &sessions[T]{byToken: make(map[string]T)} }

// add stores a session and returns its token.
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
