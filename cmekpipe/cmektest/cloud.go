package cmektest

import (
	"strings"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Project owns the keys and buckets that a [Cloud] creates. Resources with a full name may belong to any project, but
// only the service agents of Project may use the keys of [Cloud.CreateKey].
const Project = "cmektest-project"

// Cloud is a loopback cloud for one test. Its methods wrap those of [emulator.Cloud]: they need no context, and report
// errors to the test. The embedded cloud has more: the ledger, the clock, the control of Dataflow and options for
// clients. Use [NewCloud].
type Cloud struct {
	*emulator.Cloud

	t testing.TB
}

// Option configures a cloud for [NewCloud].
type Option func(*settings)

type settings struct {
	withoutEnv bool
	emulator   []emulator.Option
}

// WithoutEnv leaves the environment unchanged, for parallel tests. Clients then need [emulator.Cloud.ClientOptions]. By
// default NewCloud sets the variables of [emulator.Cloud.Environ] while the test runs.
func WithoutEnv() Option { return func(s *settings) { s.withoutEnv = true } }

// WithClock makes the cloud read the time from now. The default is [time.Now].
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.emulator = append(s.emulator, emulator.WithClock(now)) }
}

// WithJobRunner makes Dataflow run the pipelines of jobs, see [emulator.WithJobRunner].
func WithJobRunner(run emulator.Runner) Option {
	return func(s *settings) { s.emulator = append(s.emulator, emulator.WithJobRunner(run)) }
}

// NewCloud starts a cloud that stops when the test ends.
func NewCloud(t testing.TB, opts ...Option) *Cloud {
	t.Helper()
	var set settings
	for _, opt := range opts {
		opt(&set)
	}
	running, err := emulator.Start(set.emulator...)
	if err != nil {
		t.Fatalf("cmektest.NewCloud: %v", err)
	}
	c := &Cloud{Cloud: running, t: t}
	t.Cleanup(c.stop)
	if !set.withoutEnv {
		for _, pair := range running.Environ() {
			name, value, _ := strings.Cut(pair, "=")
			t.Setenv(name, value)
		}
	}
	return c
}

// Inject makes calls fail from now on until remove is called, see [emulator.Cloud.Inject]. A fault that no call met
// fails the test when it ends, because the test proved nothing about the fault; set [emulator.Fault.Optional] to allow
// it.
func (c *Cloud) Inject(f emulator.Fault) (remove func()) {
	c.t.Helper()
	return c.Cloud.Inject(f)
}

// stop runs at the end of the test, whether the cloud is running or closed.
func (c *Cloud) stop() {
	if !c.t.Failed() && !c.t.Skipped() { // a test that ended early may have met no fault
		for _, f := range c.UnusedFaults() {
			c.t.Errorf("cmektest: no call met the fault %q: correct its Method, Resource or Call, or set Optional", f)
		}
	}
	if err := c.Close(); err != nil {
		c.t.Errorf("cmektest: the loopback cloud ended with: %v", err)
	}
}

// check ends the test if err is not nil.
func (c *Cloud) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("cmektest: %s", strings.TrimPrefix(err.Error(), "emulator: "))
	}
}
