package template_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the golden files")
	flag.Parse()
	beam.Init()
	os.Exit(m.Run())
}

// LaunchClassic accepts what launch.Run stages, with everything that Beam writes into it.
func TestATemplateThatRunStagedIsLaunched(t *testing.T) {
	w := newWorld(t)
	worker := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(worker, []byte("a program for linux"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	beam.Create(s, "a line")
	staging := w.options(func(c *cmekpipe.Config) {
		c.TemplateLocation, c.WorkerBinary, c.Labels = stored, worker, map[string]string{"team": "risk"}
		c.NoPublicIPs, c.Subnetwork = true, "regions/us-central1/subnetworks/s"
	})
	staged, err := launch.Run(hasty(t.Context()), staging, p)
	if err != nil {
		t.Fatal(err)
	}
	opts := w.options(func(c *cmekpipe.Config) { c.MachineType = "n2-standard-4" })
	for range 2 { // one template makes many jobs
		result, err := template.LaunchClassic(t.Context(), opts, template.Request{Template: staged.Template}, template.WithHaste())
		if err != nil {
			t.Fatal(err)
		}
		if err := launch.Watch(hasty(t.Context()), result.Job); err != nil || result.Job.State != "JOB_STATE_DONE" {
			t.Errorf("got state %s and error %v, want a job that is done", result.Job.State, err)
		}
	}
	for _, j := range w.jobs() {
		pool := j.Environment.WorkerPools[0]
		if j.Environment.ServiceKmsKeyName != w.key.String() || pool.IpConfiguration != "WORKER_IP_PRIVATE" || pool.MachineType != "n2-standard-4" {
			t.Errorf("got key %q and workers %+v, want the key, what was staged and what the launch says", j.Environment.ServiceKmsKeyName, pool)
		}
	}
	w.RequireEncrypted(t, w.key)
}
