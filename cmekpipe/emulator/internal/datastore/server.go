package datastore

import (
	"sync"

	"cloud.google.com/go/datastore/apiv1/datastorepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// store is the state of both APIs, under one lock.
type store struct {
	env *core.Env

	mu         sync.Mutex
	databases  map[string]*database // by full name
	operations map[string]*operation
	serial     int64
}

// New returns the servers of both APIs, without databases.
func New(env *core.Env) (*Data, *Admin) {
	s := &store{env: env, databases: map[string]*database{}, operations: map[string]*operation{}}
	return newData(s), newAdmin(s)
}

// Data is the loopback Datastore API. Use [New].
type Data struct {
	datastorepb.UnimplementedDatastoreServer
	*core.GRPCServer
	*store
}

var _ core.Server = (*Data)(nil)

func newData(s *store) *Data {
	api := core.GRPCAPI{Title: "Datastore", Name: nameCall, Methods: methods(), MaxRequest: 2 * maxRequest}
	d := &Data{store: s, GRPCServer: core.NewGRPCServer(s.env, api)}
	datastorepb.RegisterDatastoreServer(d.GRPC(), d)
	return d
}
