package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/compute"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/healthcare"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/kms"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/orgpolicy"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/serviceusage"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Cloud is a running loopback cloud. Use [Start].
type Cloud struct {
	env         *core.Env
	access      *access.Store // policies and roles
	usage       *serviceusage.State
	policies    *orgpolicy.Store
	machines    *compute.Server
	running     []running
	keys        *kms.Server
	objects     *gcs.Server
	records     *healthcare.Server
	tables      *store.Store // of BigQuery
	queries     *bigquery.Server
	jobs        *dataflow.Server
	ahead       atomic.Int64 // nanoseconds that Advance added to the clock
	connections atomic.Int64
	close       func() error

	mu      sync.Mutex // guards the fields below
	faults  []injected
	clients clients
}

// running is a service that serves on a listener.
type running struct {
	row
	host   string
	server core.Server
	ended  chan error
}

// Option configures a cloud for [Start].
type Option func(*settings)

type settings struct {
	now func() time.Time
	run Runner
}

// WithClock makes the cloud read the time from now. The default is [time.Now].
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.now = now }
}

// WithJobRunner makes Dataflow run the staged pipelines of jobs: it calls run for each batch or streaming job with a
// pipeline. By default jobs change their states and run nothing.
func WithJobRunner(run Runner) Option {
	return func(s *settings) { s.run = run }
}

// Start starts a cloud with every service on a port of its own on 127.0.0.1. It returns an error if no local port is
// free. Callers must call Close.
func Start(opts ...Option) (*Cloud, error) {
	set := settings{now: time.Now}
	for _, opt := range opts {
		opt(&set)
	}
	c := &Cloud{}
	c.close = sync.OnceValue(c.stop)
	c.env = &core.Env{
		Now:    func() time.Time { return set.now().Add(time.Duration(c.ahead.Load())) },
		Ledger: &core.Ledger{}, Faults: &core.Faults{},
	}
	c.access = access.New(c.env.Now, hierarchy.New(c.env.Now))
	c.usage = serviceusage.NewState(c.access.Tree(), func(bucket string) string { return c.objects.BucketProject(bucket) })
	c.env.Services = c.usage
	c.policies = orgpolicy.NewStore(c.env.Now, c.access.Tree())
	c.env.Constraints = c.policies
	c.env.Faults.Gate(c.usage.Admit)
	for _, r := range services() {
		if err := c.start(r); err != nil {
			return nil, errors.Join(fmt.Errorf("emulator.Start: %s: %w", r.name, err), c.Close())
		}
	}
	if set.run != nil {
		c.jobs.ExecuteJobs(func(ctx context.Context, e dataflow.Execution) ([]*api.MetricUpdate, error) {
			return set.run(ctx, Execution(e))
		}, c.Environ)
	}
	return c, nil
}

func (c *Cloud) start(r row) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := running{r, l.Addr().String(), r.start(c, c.env), make(chan error, 1)}
	go func() { s.ended <- s.server.Serve(countingListener{l, &c.connections}) }()
	c.running = append(c.running, s)
	return nil
}

// Close stops every service, ends open calls and discards everything in the cloud. Closing twice does no harm.
func (c *Cloud) Close() error { return c.close() }

func (c *Cloud) stop() error {
	c.env.Faults.Close()
	errs := []error{c.clients.close()}
	for _, s := range slices.Backward(c.running) {
		shared.CloseEndpoint(s.host)
		errs = append(errs, s.server.Close(), <-s.ended)
	}
	return errors.Join(errs...)
}

// Advance moves the cloud's clock forward by d. What becomes due then happens, such as the rotation and destruction of key
// versions, the lifecycle rules of buckets, the end of retention and soft delete, and policies that [Cloud.DelayGrants]
// delayed. It panics if d is negative.
func (c *Cloud) Advance(d time.Duration) {
	if d < 0 {
		panic("emulator: Advance by " + d.String() + ": want a duration of 0 or more")
	}
	c.ahead.Add(int64(d))
	c.objects.ApplyLifecycle()
}
