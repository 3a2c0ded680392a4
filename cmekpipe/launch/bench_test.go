package launch_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

// workerSize is about half of what a worker of Beam with Google's clients has.
const workerSize = 96 << 20

// BenchmarkVsBeamSecondLaunch submits an unchanged program again, with Beam's own runner and with ours, to the same
// loopback servers, where sending costs next to nothing. Neither waits for the job: Beam's asks for its state every 30 s
// only. The worker is named: what building it again costs is a benchmark of internal/workerbin.
func BenchmarkVsBeamSecondLaunch(b *testing.B) {
	r := newRace(b)
	r.ours()
	benchpair.Run(b, r.ours, benchpair.Other{Unit: "x/beam", Run: r.beams})
}

// BenchmarkVsBeamFirstLaunch changes the program before each launch, so that nothing of it is staged.
func BenchmarkVsBeamFirstLaunch(b *testing.B) {
	r := newRace(b)
	benchpair.Run(b, func() { r.change(); r.ours() }, benchpair.Other{Unit: "x/beam", Run: func() { r.change(); r.beams() }})
}

// race is a pipeline and a worker that both sides launch.
type race struct {
	b      *testing.B
	world  *world
	number int
}

func newRace(b *testing.B) *race {
	b.Helper()
	benchpair.Quiet(b)
	r := &race{b: b, world: newWorld(b)}
	text := make([]byte, workerSize)
	if _, err := rand.Read(text); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(r.world.worker, text, 0o700); err != nil {
		b.Fatal(err)
	}
	for name, value := range map[string]string{
		"project": cmektest.Project, "region": "us-central1", "staging_location": "gs://bank-work/beam",
		"temp_location": "gs://bank-work/tmp", "async": "true",
		"worker_binary":    r.world.worker,
		"dataflow_kms_key": r.world.key.String(), "dataflow_endpoint": dataflowURL(b),
	} {
		setFlag(b, name, value)
	}
	b.Setenv("GOOGLE_APPLICATION_CREDENTIALS", credentials(b))
	return r
}

// change makes another program of the worker, in no time.
func (r *race) change() {
	f, err := os.OpenFile(r.world.worker, os.O_WRONLY, 0)
	if err != nil {
		r.b.Fatal(err)
	}
	defer f.Close()
	r.number++
	if _, err := fmt.Fprintf(f, "program %d", r.number); err != nil {
		r.b.Fatal(err)
	}
}

func (r *race) name() string {
	r.number++
	return fmt.Sprintf("nightly-%d", r.number)
}

func (r *race) ours() {
	opts := r.world.options(func(c *cmekpipe.Config) { c.Async, c.JobName = true, r.name() })
	if _, err := launch.Run(r.b.Context(), opts, harmless()); err != nil {
		r.b.Fatal(err)
	}
}

func (r *race) beams() {
	setFlag(r.b, "job_name", r.name())
	if _, err := dataflow.Execute(r.b.Context(), harmless()); err != nil {
		r.b.Fatal(err)
	}
}

// setFlag sets a flag that Beam's runner reads for the rest of the benchmark.
func setFlag(b *testing.B, name, value string) {
	b.Helper()
	f := flag.Lookup(name)
	if f == nil {
		b.Fatalf("got no flag %s, want Beam's", name)
	}
	before := f.Value.String()
	if err := flag.Set(name, value); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = flag.Set(name, before) })
}

// dataflowURL is where the loopback Dataflow is, as Beam's runner wants it.
func dataflowURL(b *testing.B) string {
	b.Helper()
	host := os.Getenv("DATAFLOW_EMULATOR_HOST")
	if !strings.Contains(host, "://") {
		host = "http://" + host
	}
	return strings.TrimSuffix(host, "/") + "/"
}

// credentials writes those of an account that a server of this benchmark gives tokens to: Beam's runner insists on some,
// even for a loopback address.
func credentials(b *testing.B) string {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"loopback","token_type":"Bearer","expires_in":3600}`)
	}))
	b.Cleanup(server.Close)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "launcher@" + cmektest.Project + ".iam.gserviceaccount.com",
		"private_key": string(block), "token_uri": server.URL, "project_id": cmektest.Project,
	})
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "credentials.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
