package prismrun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	fnpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/fnexecution_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// pool starts the job's worker binary whenever Prism asks for a worker.
type pool struct {
	fnpb.UnimplementedBeamFnExternalWorkerPoolServer

	program, options, endpoint string
	environ                    []string
	server                     *grpc.Server
	root                       context.Context
	cancel                     context.CancelFunc

	mu      sync.Mutex
	workers map[string]context.CancelFunc
	alive   sync.WaitGroup
	broken  error              // the error of the first worker that did not start or ended early
	onBreak context.CancelFunc // called when broken is set
}

// startPool writes the files that workers need into a folder and listens for Prism.
func startPool(dir string, e emulator.Execution, onBreak context.CancelFunc) (*pool, error) {
	p := &pool{onBreak: onBreak, program: filepath.Join(dir, "worker"), options: filepath.Join(dir, "options.json"), environ: e.Environ,
		server: grpc.NewServer(), workers: make(map[string]context.CancelFunc)}
	if err := os.WriteFile(p.program, e.Worker, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(p.options, e.Options, 0o600); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.endpoint = l.Addr().String()
	p.root, p.cancel = context.WithCancel(context.Background())
	fnpb.RegisterBeamFnExternalWorkerPoolServer(p.server, p)
	go p.server.Serve(l) //nolint:errcheck // stop ends it
	return p, nil
}

// stop ends every worker and waits until all have ended.
func (p *pool) stop() {
	p.cancel()
	p.server.Stop()
	p.alive.Wait()
}

// fail records the first error of a worker and ends the run.
func (p *pool) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken == nil {
		p.broken = fmt.Errorf("the worker broke: %w", err)
		p.onBreak()
	}
}

// failure returns the first error of a worker, nil if there is none.
func (p *pool) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.broken
}

// StartWorker starts the worker binary as the boot loader of Beam's containers does. It never returns an error, because
// Prism would panic; a worker that fails ends the job instead.
func (p *pool) StartWorker(_ context.Context, r *fnpb.StartWorkerRequest) (*fnpb.StartWorkerResponse, error) {
	ctx, cancel := context.WithCancel(p.root)
	worker := exec.CommandContext(ctx, p.program, "--worker=true", "--id="+r.GetWorkerId(),
		"--logging_endpoint="+r.GetLoggingEndpoint().GetUrl(), "--control_endpoint="+r.GetControlEndpoint().GetUrl())
	worker.Env = append(append(os.Environ(), p.environ...), "PIPELINE_OPTIONS_FILE="+p.options)
	if err := worker.Start(); err != nil {
		cancel()
		p.fail(err)
		return &fnpb.StartWorkerResponse{}, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.workers[r.GetWorkerId()] = cancel
	p.alive.Go(func() {
		defer cancel()
		if err := worker.Wait(); ctx.Err() == nil { // the pool kills a worker when its work is done
			p.fail(cmp.Or(err, errors.New("it ended before its work did")))
		}
	})
	return &fnpb.StartWorkerResponse{}, nil
}

// StopWorker ends a worker.
func (p *pool) StopWorker(_ context.Context, r *fnpb.StopWorkerRequest) (*fnpb.StopWorkerResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cancel, ok := p.workers[r.GetWorkerId()]; ok {
		cancel()
	}
	return &fnpb.StopWorkerResponse{}, nil
}

// outside makes Prism get the workers of a pipeline from a pool instead of from containers.
func outside(model *pipepb.Pipeline, endpoint string) {
	payload, err := proto.Marshal(&pipepb.ExternalPayload{Endpoint: &pipepb.ApiServiceDescriptor{Url: endpoint}})
	if err != nil {
		panic("prismrun: " + err.Error()) // the payload always marshals
	}
	for _, environment := range model.GetComponents().GetEnvironments() {
		environment.Urn, environment.Payload = graphx.URNEnvExternal, payload
	}
}
