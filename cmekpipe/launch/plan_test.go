package launch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// updating reports whether golden files are to be written anew. The flag is Beam's own, which no test needs otherwise.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

type payment struct{ Account string }

// manySinks is a pipeline with sinks of several kinds and a constant in it.
func (w *world) manySinks() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	lines := beam.ParDo(s, shout, beam.Create(s, secret))
	textio.Write(s, w.key.MustObject("gs://bank-work/out/all"), lines)
	textio.WriteSharded(s, w.key.MustObject("gs://bank-work/out/lines"), lines, textio.WithNumShards(2))
	pubsubio.Write(s, w.key.MustPubSubTopic("projects/bank-prod/topics/lines"), beam.ParDo(s, toMessage, lines))
	bigqueryio.Write(s, w.key.MustBigQueryTable("bank-prod.ledger.payments"), beam.ParDo(s, toPayment, lines))
	return p
}

func (w *world) plan(p *beam.Pipeline, change func(*cmekpipe.Config), options ...launch.Option) (*plan.Plan, error) {
	w.t.Helper()
	return launch.Plan(w.t.Context(), w.options(change), p, append(options, launch.WithProgress(w.said))...)
}

// onThatDay fixes the day in the names of staged files.
func onThatDay() launch.Option { return launch.WithDay(time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)) }

// golden compares a print with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if updating() {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), go test -update writes it anew:\n%s", path, diff)
	}
}

// alone runs the test in a process of its own and reports whether that was done: what other tests put into
// beam.PipelineOptions can't be taken out again, and is a part of every request.
func alone(t *testing.T) bool {
	t.Helper()
	const mark = "CMEKPIPE_TEST_ALONE"
	if os.Getenv(mark) != "" {
		return false
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-update="+strconv.FormatBool(updating()))
	cmd.Env = append(os.Environ(), mark+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return true
}

func TestAPlanPrintsTheSameInEveryRun(t *testing.T) {
	if alone(t) {
		return
	}
	beam.PipelineOptions.Set("mine", secret)
	for range 2 {
		w := newWorld(t)
		planned, err := w.plan(w.manySinks(), func(c *cmekpipe.Config) { c.Labels = map[string]string{"team": "risk", "env": "prod"} }, onThatDay())
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.MarshalIndent(planned, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		// A sharded write names a temporary folder by chance when the pipeline is built, so that runs don't share one.
		model := planned.Staged[1].SHA256
		stable := strings.NewReplacer(model, "HASH-OF-THE-MODEL", model[:12], "HASH")
		golden(t, "plan.txt", stable.Replace(planned.String()))
		golden(t, "plan.json", stable.Replace(string(text))+"\n")
		for _, print := range []string{planned.String(), string(text)} {
			if found := leak(print); found != "" {
				t.Errorf("found the secret in %q of\n%s", found, print)
			}
		}
	}
}

// What is submitted can't differ from the plan: both are compared as they go over the wire.
func TestRunSubmitsWhatPlanSays(t *testing.T) {
	w := newWorld(t)
	beam.PipelineOptions.Set("mine", secret)
	change := func(c *cmekpipe.Config) {
		c.Labels, c.NumWorkers, c.WorkerZone = map[string]string{"team": "risk"}, 3, "us-central1-b"
		c.Experiments, c.ServiceOptions = []string{"mine"}, []string{"block_project_ssh_keys"}
	}
	var sent []byte
	intercept(t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.Method == http.MethodPost {
			sent, _ = io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(sent))
		}
		service.ServeHTTP(rw, r)
	})
	planned, err := w.plan(harmless(), change)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.entries("object"))+len(w.entries("job")) != 0 || sent != nil {
		t.Fatalf("a plan left %v and sent %s", w.Ledger(), sent)
	}
	result, err := w.run(change)
	if err != nil {
		t.Fatal(err)
	}
	requestID := regexp.MustCompile(`"(clientRequestId|cmekpipe-request)":"[0-9a-f]{32}(-[0-9a-f]{8})?",`)
	if !requestID.Match(sent) {
		t.Fatalf("got %s, want a request id", sent)
	}
	for name, d := range map[string]*plan.Plan{"Plan": planned, "Run": result.Plan} {
		planned, err := json.Marshal(d.Request)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(planned), strings.TrimSpace(requestID.ReplaceAllString(string(sent), ""))); diff != "" {
			t.Errorf("%s's request (-planned +sent)\n%s", name, diff)
		}
		if len(d.Staged) != 2 {
			t.Fatalf("%s: got staged files %+v, want worker and model", name, d.Staged)
		}
		for _, f := range d.Staged {
			if got := w.ReadObject(f.URL); int64(len(got)) != f.Size || f.Key != w.key {
				t.Errorf("%s: got %d bytes of %+v", name, len(got), f)
			}
		}
	}
	if result.Plan.JobID != result.Job.ID || result.Plan.JobName != "nightly" {
		t.Errorf("got planned of job %s %s, want %s", result.Plan.JobName, result.Plan.JobID, result.Job.ID)
	}
}

func TestAGeneratedNameIsNotPromised(t *testing.T) {
	w := newWorld(t)
	noName := func(c *cmekpipe.Config) { c.JobName = "" }
	var prints []string
	for range 2 {
		planned, err := w.plan(harmless(), noName)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(planned)
		if err != nil {
			t.Fatal(err)
		}
		prints = append(prints, planned.String()+string(text))
		if planned.JobName != "" || planned.Request.Name == "" {
			t.Errorf("got name %q and request's %q", planned.JobName, planned.Request.Name)
		}
	}
	if prints[0] != prints[1] {
		t.Errorf("got two plans that differ:\n%s", cmp.Diff(prints[0], prints[1]))
	}
	result, err := w.run(noName)
	if err != nil {
		t.Fatal(err)
	}
	if result.Plan.JobName != result.Job.Name || !strings.Contains(result.Plan.String(), result.Job.Name+" ("+result.Job.ID+")") {
		t.Errorf("got %s, want it to name the job that runs", result.Plan)
	}
}

func TestARefusedPipelineHasAPlanAllTheSame(t *testing.T) {
	w := newWorld(t)
	planned, err := w.plan(unprotected(), nil)
	if got := cmekpipe.CodeOf(err); got != cmekpipe.Unprotected {
		t.Fatalf("got error %v, want code %q", err, cmekpipe.Unprotected)
	}
	found := 0
	for _, f := range planned.Findings {
		if f.Rule == rule.UnprotectedTransform && f.Resource != "" && f.Remedy != "" {
			found++
		}
	}
	if found != 1 || planned.Request != nil {
		t.Errorf("got %d findings on the transform and request %v in\n%s", found, planned.Request, planned)
	}
}

func TestAPlanIsRefusedAsALaunchWouldBe(t *testing.T) {
	w := newWorld(t)
	_, err := w.plan(harmless(), func(c *cmekpipe.Config) { c.WorkerBinary = "/none" })
	if e := requireError(t, err, cmekpipe.NotFound, "/none"); e.Op != "launch.Plan" {
		t.Errorf("got operation %s, want launch.Plan", e.Op)
	}
	planned, err := launch.Plan(t.Context(), nil, harmless())
	if got := cmekpipe.CodeOf(err); got != cmekpipe.InvalidOptions || planned != nil {
		t.Errorf("got planned %v and error %v, want none and code %q", planned, err, cmekpipe.InvalidOptions)
	}
	t.Setenv("PUBSUB_EMULATOR_HOST", "example.com:1")
	if _, err := w.plan(harmless(), nil); cmekpipe.CodeOf(err) != cmekpipe.EmulatorSet {
		t.Errorf("got error %v, want code %q", err, cmekpipe.EmulatorSet)
	}
}

func TestAPlanForAnotherRunnerHasDestinationsOnly(t *testing.T) {
	w := newWorld(t)
	planned, err := w.plan(w.manySinks(), func(c *cmekpipe.Config) { c.Runner = "prism" })
	if err != nil {
		t.Fatal(err)
	}
	if len(planned.Destinations) != 4 || planned.Request != nil || len(planned.Staged) != 0 || planned.Runner != cmekpipe.RunnerPrism {
		t.Errorf("got\n%s", planned)
	}
}

func TestTwoKeysForOneDestinationAreFound(t *testing.T) {
	w := newWorld(t)
	p, s := beam.NewPipelineWithRoot()
	rows := beam.ParDo(s, toPayment, beam.Create(s, "a"))
	bigqueryio.Write(s, w.key.MustBigQueryTable("bank-prod.ledger.payments"), rows)
	bigqueryio.Write(s, w.CreateKey("us-central1", "second").MustBigQueryTable("bank-prod.ledger.payments"), rows)
	planned, err := w.plan(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range planned.Findings {
		if f.Rule == rule.TwoKeys && f.Resource == "bank-prod.ledger.payments" {
			found++
		}
	}
	if found != 1 {
		t.Errorf("got\n%s, want one finding CMEK009", planned)
	}
}

func TestTwoSinksOfOneObjectAreRefused(t *testing.T) {
	w := newWorld(t)
	p, s := beam.NewPipelineWithRoot()
	lines := beam.Create(s, "a")
	textio.Write(s, w.key.MustObject("gs://bank-work/out/all"), lines)
	textio.Write(s, w.CreateKey("us-central1", "second").MustObject("gs://bank-work/out/all"), lines)
	_, planning := w.plan(p, nil)
	_, running := launch.Run(t.Context(), w.options(nil), p, launch.WithProgress(w.said))
	for _, err := range []error{planning, running} {
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != cmekpipe.InvalidOptions || !strings.HasSuffix(e.Err.Error(), ": gs://bank-work/out/all") {
			t.Errorf("got error %v, want code %q and the object", err, cmekpipe.InvalidOptions)
		}
	}
}

func TestAPlanIsReadBackWhole(t *testing.T) {
	w := newWorld(t)
	planned, err := w.plan(w.manySinks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(planned)
	if err != nil {
		t.Fatal(err)
	}
	var read plan.Plan
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(&read)
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("got another JSON from what was read back (error %v):\n%s", err, cmp.Diff(string(text), string(again)))
	}
	if read.String() != planned.String() || read.Request != nil {
		t.Errorf("got another text from what was read back:\n%s", cmp.Diff(planned.String(), read.String()))
	}
}

func toMessage(line string) *pubsubpb.PubsubMessage {
	return &pubsubpb.PubsubMessage{Data: []byte(line)}
}

func toPayment(line string) payment { return payment{line} }

func init() {
	register.Function1x1(toMessage)
	register.Function1x1(toPayment)
	beam.RegisterType(reflect.TypeFor[payment]())
}

func TestADryRunPrintsThePlanAndTouchesNothing(t *testing.T) {
	w := newWorld(t)
	var calls atomic.Int64
	count := func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		calls.Add(1)
		service.ServeHTTP(rw, r)
	}
	intercept(t, dataflowHost, count)
	want, err := w.plan(harmless(), nil)
	if err != nil {
		t.Fatal(err)
	}
	before := len(w.Ledger())
	for _, runner := range []cmekpipe.Runner{cmekpipe.RunnerDataflow, cmekpipe.RunnerPrism} {
		opts := w.options(func(c *cmekpipe.Config) { c.DryRun, c.Runner = true, string(runner) })
		var result *launch.Result
		printed := printedBy(t, func() {
			result, err = launch.Run(t.Context(), opts, harmless(), launch.WithHaste(), launch.WithProgress(nil))
		})
		if err != nil || result.Job != nil || result.Plan == nil || result.Plan.Runner != runner {
			t.Fatalf("%s: got %+v and error %v, want a plan and no job", runner, result, err)
		}
		if got := result.Plan.String(); !strings.HasSuffix(printed, got) || runner == cmekpipe.RunnerDataflow && got != want.String() {
			t.Errorf("%s: got plan\n%s\nand printed\n%s\nwant what Plan has, in both", runner, got, printed)
		}
	}
	if calls.Load() > 0 || len(w.Ledger()) > before {
		t.Errorf("got %d calls and %d new resources, want none", calls.Load(), len(w.Ledger())-before)
	}
}

// printedBy returns what f prints on standard output, which is no terminal.
func printedBy(t *testing.T, f func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = file
	defer func() { os.Stdout = stdout }()
	f()
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
