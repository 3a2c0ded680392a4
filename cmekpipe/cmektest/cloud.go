package cmektest

import (
	"strings"
	"testing"
	"time"

	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Project owns the keys and buckets that a [Cloud] makes.
const Project = "cmektest-project"

// Cloud is a loopback cloud that lives as long as a test. Its embedded [emulator.Cloud] has the rest: the ledger,
// faults, the clock and options for other clients. Use [NewCloud].
type Cloud struct {
	*emulator.Cloud

	t       testing.TB
	storage *storage.Client
	kms     *kms.KeyManagementClient
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

// WithClock makes the cloud take the time from now. The default is [time.Now].
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.emulator = append(s.emulator, emulator.WithClock(now)) }
}

// WithJobs makes jobs of Dataflow run their pipelines, see [emulator.WithJobs].
func WithJobs(run emulator.Runner) Option {
	return func(s *settings) { s.emulator = append(s.emulator, emulator.WithJobs(run)) }
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
	c.makeClients()
	return c
}

func (c *Cloud) makeClients() {
	c.t.Helper()
	var err error
	if c.storage, err = storage.NewClient(c.t.Context(), c.ClientOptions(emulator.Storage)...); err != nil {
		c.t.Fatalf("cmektest.NewCloud: client of Cloud Storage: %v", err)
	}
	if c.kms, err = kms.NewKeyManagementClient(c.t.Context(), c.ClientOptions(emulator.KMS)...); err != nil {
		c.t.Fatalf("cmektest.NewCloud: client of Cloud KMS: %v", err)
	}
}

// stop runs when the test is over, in whatever state that left the cloud.
func (c *Cloud) stop() {
	if c.storage != nil {
		c.storage.Close()
	}
	if c.kms != nil {
		c.kms.Close()
	}
	if err := c.Close(); err != nil {
		c.t.Errorf("cmektest: the loopback cloud ended with: %v", err)
	}
}

// Storage returns a client of Cloud Storage that is closed with the cloud.
func (c *Cloud) Storage() *storage.Client { return c.storage }

// KMS returns a client of Cloud KMS that is closed with the cloud. It may manage every key and use none, see
// [emulator.As].
func (c *Cloud) KMS() *kms.KeyManagementClient { return c.kms }
