package datastore

import (
	"errors"
	"net"
	"sync"

	"cloud.google.com/go/datastore/apiv1/datastorepb"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// store is everything that both APIs know, under one lock.
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
	*store
	grpc *grpc.Server
}

var _ core.Server = (*Data)(nil)

func newData(s *store) *Data {
	opts := append(s.env.Faults.GRPC(nameCall), grpc.MaxRecvMsgSize(2*maxRequest))
	d := &Data{store: s, grpc: grpc.NewServer(opts...)}
	datastorepb.RegisterDatastoreServer(d.grpc, d)
	return d
}

// Serve answers on the listener until [Data.Close] is called, then returns nil.
func (d *Data) Serve(l net.Listener) error {
	if err := d.grpc.Serve(l); !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// Close stops serving, ends open requests and releases the listener.
func (d *Data) Close() error {
	d.grpc.Stop()
	return nil
}
