package kms

import (
	"sync"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// store is the state of Cloud KMS. Callers of its methods hold mu.
type store struct {
	env *core.Env

	access *access.Store // the policies of keys and key rings, and of what is above them

	mu    sync.Mutex
	rings map[string]*ring
	keys  map[cmekpipe.KeyName]*key
}

func newStore(env *core.Env, policies *access.Store) *store {
	return &store{env: env, access: policies, rings: make(map[string]*ring), keys: make(map[cmekpipe.KeyName]*key)}
}

type ring struct{ *kmspb.KeyRing }

type key struct {
	*kmspb.CryptoKey // without Primary, see view
	name             cmekpipe.KeyName
	versions         []*version // number N at N-1
	primary          *version
}

type version struct {
	*kmspb.CryptoKeyVersion
	name   cmekpipe.KeyVersionName
	cipher *versionCipher // nil when the purpose has none, and once destroyed
}

// key returns a key in its current state, after changes that were due.
func (s *store) key(name cmekpipe.KeyName) (*key, error) {
	k, ok := s.keys[name]
	if !ok {
		return nil, notFound("CryptoKey %s not found.", name)
	}
	s.advance(k)
	return k, nil
}

func (s *store) version(name cmekpipe.KeyVersionName) (*key, *version, error) {
	k, err := s.key(name.KeyName())
	if err != nil {
		return nil, nil, err
	}
	v := k.version(name.Number())
	if v == nil {
		return nil, nil, notFound("CryptoKeyVersion %s not found.", name)
	}
	return k, v, nil
}

func (k *key) version(number int64) *version {
	if number < 1 || number > int64(len(k.versions)) {
		return nil
	}
	return k.versions[number-1]
}

func (s *store) now() *timestamppb.Timestamp { return timestamppb.New(s.env.Now()) }

// record records a creation in the ledger.
func (s *store) record(at time.Time, method, kind, name, project string) {
	s.env.Ledger.Record(core.Entry{
		Time: at, Service: "kms", Method: method, Kind: kind, Name: name, Project: project,
	})
}
