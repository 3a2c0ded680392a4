package cmektest

import (
	"strings"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Project owns the keys and buckets that a [Cloud] creates. Resources with a full name may belong to any project; only
// the service agents of this one may use keys of [Cloud.CreateKey].
const Project = "cmektest-project"

// Cloud is a loopback cloud that lives as long as a test. Its methods are those of [emulator.Cloud] with the test in
// place of a context and of errors; the embedded cloud has the rest: the ledger, the clock, the control of Dataflow and
// the options of other clients. Use [NewCloud].
type Cloud struct {
	*emulator.Cloud

	t testing.TB
}

// Option changes what [NewCloud] does.
type Option func(*settings)

type settings struct {
	withoutEnv bool
	emulator   []emulator.Option
}

// WithoutEnv leaves the environment alone, for parallel tests. Clients then need [emulator.Cloud.ClientOptions]. The
// default is to set the variables of [emulator.Cloud.Environ] while the test runs.
func WithoutEnv() Option { return func(s *settings) { s.withoutEnv = true } }

// WithClock makes the cloud read the time from now. The default is [time.Now].
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.emulator = append(s.emulator, emulator.WithClock(now)) }
}

// WithJobRunner makes jobs of Dataflow run their pipelines, see [emulator.WithJobRunner].
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

// Inject makes calls fail from now on until remove is called, see [emulator.Cloud.Inject]. A fault that no call met fails
// the test when it ends, because the test proved nothing about it; [emulator.Fault.Optional] allows it.
func (c *Cloud) Inject(f emulator.Fault) (remove func()) {
	c.t.Helper()
	return c.Cloud.Inject(f)
}

// stop runs when the test is over, in whatever state that left the cloud.
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
