package storage

import (
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// maxMessage is the most that the server receives at once, in bytes. It is more than a request may have, so that the
// refusal is the API's.
const maxMessage = 32 << 20

// Server is the loopback Storage Read and Write APIs. Use [New].
type Server struct{ *core.GRPCServer }

var _ core.Server = (*Server)(nil)

// New returns a server of what a store holds.
func New(env *core.Env, tables *store.Store) *Server {
	api := core.GRPCAPI{Title: "BigQuery Storage API", Name: nameCall, Methods: methods(), MaxRequest: maxMessage}
	s := &Server{core.NewGRPCServer(env, api)}
	storagepb.RegisterBigQueryWriteServer(s.GRPC(), &writeService{env: env, store: tables, streams: make(map[string]*stream)})
	storagepb.RegisterBigQueryReadServer(s.GRPC(), &readService{env: env, store: tables, sessions: make(map[string]*session)})
	return s
}
