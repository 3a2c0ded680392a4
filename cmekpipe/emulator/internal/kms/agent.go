package kms

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Wrap returns the primary version of a key if agent, a service account's e-mail address, may encrypt with it.
func (s *Server) Wrap(ctx context.Context, agent string, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	if err := ctx.Err(); err != nil {
		return cmekpipe.KeyVersionName{}, err
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	v, err := s.store.encrypting(memberOf(agent), key, key.String())
	if err != nil {
		return cmekpipe.KeyVersionName{}, keyError(err)
	}
	return v.name, nil
}

// Unwrap returns an error unless agent may decrypt with the version and the version is enabled.
func (s *Server) Unwrap(ctx context.Context, agent string, version cmekpipe.KeyVersionName) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k, err := s.store.usableKey(memberOf(agent), useToDecrypt, version.KeyName(), version.KeyName().String())
	if err != nil {
		return keyError(err)
	}
	if _, err := k.byNumber(version.Number()); err != nil {
		return keyError(err)
	}
	return nil
}

func memberOf(agent string) string { return "serviceAccount:" + agent }

// keyError converts a refusal to an error without a gRPC code.
func keyError(err error) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.KeyError
	}
	return err
}
