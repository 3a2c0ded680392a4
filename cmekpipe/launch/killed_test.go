package launch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// childVariable holds the configuration of a launch that this test binary is to make in place of its tests.
const childVariable = "CMEKPIPE_TEST_LAUNCH"

// outcome is what a launch in a process of its own tells of itself.
type outcome struct {
	Job     string
	Code    cmekpipe.Code
	Text    string
	Orphans []string
	Faults  int
}

// launchAsChild makes the launch that the environment describes.
func launchAsChild() int {
	var config cmekpipe.Config
	if err := json.Unmarshal([]byte(os.Getenv(childVariable)), &config); err != nil {
		return 2
	}
	opts, err := cmekpipe.FromConfig(config)
	if err != nil {
		return 2
	}
	var out outcome
	result, err := launch.Run(context.Background(), opts, streaming(), launch.WithHaste(), launch.WithProgress(nil), launch.WithLogger(nil))
	if result.Job != nil {
		out.Job = result.Job.ID
	}
	for _, o := range result.Orphans {
		out.Orphans = append(out.Orphans, o.Job.ID)
		if o.Err != nil {
			out.Faults++
		}
	}
	if err != nil {
		out.Code, out.Text = cmekpipe.CodeOf(err), err.Error()
	}
	if json.NewEncoder(os.Stdout).Encode(out) != nil {
		return 2
	}
	return 0
}

// moment is when in a call the launcher is killed.
type moment string

const (
	before  moment = "before the call takes effect"
	halfway moment = "in the middle of the call's body"
	after   moment = "before the answer"
)

// executioner stands between a launcher and the services and kills it at one of its calls.
type executioner struct {
	at     int // the call, counted from 1; 0 lets it live
	when   moment
	counts func(*http.Request) bool // the calls that count; once one does, all that follow do if they are to
	sticky bool
	begun  func() // is called when the launcher was started

	mu    sync.Mutex
	calls int
	kill  func()
}

// serve makes a proxy of the service at a host.
func (e *executioner) serve(t testing.TB, host string) string {
	service := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: host})
	service.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !e.due(r) {
			service.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		switch {
		case e.when == after:
			r.Body = io.NopCloser(bytes.NewReader(body))
			service.ServeHTTP(httptest.NewRecorder(), r)
		case e.when == halfway && len(body) > 1:
			r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), cut{}))
			func() {
				defer func() { _ = recover() }() // the proxy gives up on a body that ends early
				service.ServeHTTP(httptest.NewRecorder(), r)
			}()
		}
		e.kill()
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(proxy.Close)
	return proxy.Listener.Addr().String()
}

// due counts a call and reports whether the launcher is to die at it.
func (e *executioner) due(r *http.Request) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.counts == nil || e.counts(r) || e.sticky && e.calls > 0 {
		e.calls++
		return e.calls == e.at
	}
	return false
}

// cut is the end of a body that was not sent whole.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// quietWorld is a world that leaves the environment alone, for parallel tests.
func quietWorld(t *testing.T, worker string) *world {
	t.Helper()
	w := &world{Cloud: cmektest.NewCloud(t, cmektest.WithoutEnv()), t: t, said: &safeBuffer{}, worker: worker}
	w.key = w.CreateKey("us-central1", "pipelines")
	w.CreateBucket("bank-work", "us-central1", w.key)
	return w
}

// child launches in a process of its own. It reports whether that lived to tell.
func (w *world) child(change func(*cmekpipe.Config), e *executioner) (out outcome, lived bool) {
	w.t.Helper()
	config, err := json.Marshal(w.options(func(c *cmekpipe.Config) {
		c.Async = true
		if change != nil {
			change(c)
		}
	}).Config())
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	started := make(chan struct{})
	e.kill = func() {
		<-started
		_ = cmd.Process.Kill()
	}
	cmd.Env = append(os.Environ(), childVariable+"="+string(config))
	for _, pair := range w.Environ() {
		if name, host, _ := strings.Cut(pair, "="); name == storageHost || name == dataflowHost {
			cmd.Env = append(cmd.Env, name+"="+e.serve(w.t, strings.TrimPrefix(host, "http://")))
		}
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err = cmd.Start(); err == nil {
		close(started)
		if e.begun != nil {
			e.begun()
		}
		err = cmd.Wait()
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == -1 {
		return outcome{}, false
	}
	if err != nil || json.Unmarshal(stdout.Bytes(), &out) != nil {
		w.t.Fatalf("the launcher ended with %v: %s %s", err, stdout.String(), stderr.String())
	}
	return out, true
}

// records returns how many launches are on record in each state: "launch" for one whose job's key nobody has confirmed, "closed"
// for one whose launcher has not returned it, "told" and "settled".
func (w *world) records() map[string]int {
	marks := map[string][]string{}
	for _, e := range w.entries("object") {
		if dir, mark := path.Split(e.Name); strings.Contains(dir, "/unfinished/") {
			marks[dir] = append(marks[dir], mark)
		}
	}
	states := map[string]int{}
	for _, has := range marks {
		for _, state := range []string{"settled", "told", "closed", "launch"} {
			if slices.Contains(has, state) && slices.Contains(has, "launch") {
				states[state]++
				break
			}
		}
	}
	return states
}

// active returns the jobs that have not ended, once none is starting or stopping any more.
func (w *world) active() []*api.Job {
	for {
		var active []*api.Job
		settled := true
		for _, j := range w.jobs() {
			switch j.CurrentState {
			case "JOB_STATE_PENDING", "JOB_STATE_CANCELLING":
				settled = false
			case "JOB_STATE_RUNNING":
				active = append(active, j)
			}
		}
		if settled {
			return active
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// requireCovered fails the test if anything is not encrypted with the key, or is not what its name says.
func (w *world) requireCovered(step string) {
	w.t.Helper()
	for _, o := range w.entries("object") {
		if o.ProtectedBy() != w.key || !o.KeyAsked {
			w.t.Errorf("%s: %s is encrypted with %q, asked for: %v; want %s, asked for", step, o.Name, o.ProtectedBy(), o.KeyAsked, w.key)
		}
		if slices.Contains([]string{"closed", "told", "settled"}, path.Base(o.Name)) {
			continue // marks stand next to the record that they mark
		}
		sum := sha256.Sum256(w.ReadObject(o.Name))
		if hash, _, _ := strings.Cut(filepath.Base(filepath.Dir(o.Name)), "-"); hash != hex.EncodeToString(sum[:]) {
			w.t.Errorf("%s: %s does not hold what its name says", step, o.Name)
		}
	}
}

// requireKeyed fails the test if a job runs without the key.
func (w *world) requireKeyed(step string, jobs []*api.Job) {
	w.t.Helper()
	for _, j := range jobs {
		if j.Environment == nil || j.Environment.ServiceKmsKeyName != w.key.String() {
			w.t.Errorf("%s: job %s runs without the key", step, j.Id)
		}
	}
}

// The launcher is killed at each call that it makes to any service, until it makes none at which it could be. Whatever
// the call, nothing is stored and nothing runs without the key, and the next launch finds what runs.
func TestKilledAtEachStep(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts some hundred processes")
	}
	worker := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(worker, []byte("a program for linux"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name            string
		update, keyless bool
	}{
		{"launch", false, false},
		{"update", true, false},
		{"launch whose key Dataflow drops", false, true},
		{"update whose key Dataflow drops", true, true},
	} {
		for _, when := range []moment{before, halfway, after} {
			if tc.keyless && when != after {
				continue // nothing differs
			}
			t.Run(tc.name+", killed "+string(when), func(t *testing.T) {
				t.Parallel()
				for call := 1; ; call++ {
					k := &killing{quietWorld(t, worker), tc.update, tc.keyless}
					if k.at(call, when) {
						if call < 4 {
							t.Errorf("the launcher made %d calls, want more to be killed at", call-1)
						}
						return
					}
				}
			})
		}
	}
}

// killing is a launch that is killed and made again.
type killing struct {
	*world
	update, keyless bool
}

// at kills a launch at one call and launches again. It reports whether the launch made less calls than that.
func (k *killing) at(call int, when moment) (completed bool) {
	k.t.Helper()
	step := fmt.Sprintf("call %d", call)
	if k.update {
		k.squatter(nil)
	}
	if k.keyless {
		k.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" })
	}
	update := func(c *cmekpipe.Config) { c.Update = k.update }
	e := &executioner{at: call, when: when}
	switch {
	case when == halfway:
		e.counts = func(r *http.Request) bool { return r.ContentLength != 0 }
	case k.keyless: // until a job is there nothing differs
		e.counts, e.sticky = request("POST", "/jobs"), true
	}
	first, lived := k.child(update, e)
	k.Dataflow().Tamper(nil)
	k.requireCovered(step)
	left := k.active()
	if !k.keyless {
		k.requireKeyed(step, left)
	}
	if lived {
		k.requireFirst(first, left)
		return true
	}
	if when == before && call > 1 {
		return false // the services are as they were before the last call's answer, and so is the next launch
	}
	states := k.records()
	untold := states["launch"] > 0 || states["closed"] > 0 && !k.update // an update replaces the job, and needs no word on it
	recorded := untold && k.submitted()
	second, _ := k.child(update, &executioner{})
	k.requireCovered(step)
	k.requireSecond(step, second, left, recorded)
	return false
}

// submitted reports whether the killed launch came as far as its job.
func (k *killing) submitted() bool {
	if k.update {
		return len(k.jobs()) > 1
	}
	return len(k.jobs()) > 0
}

// requireFirst holds against what a launch that is not killed comes to.
func (k *killing) requireFirst(out outcome, left []*api.Job) {
	k.t.Helper()
	k.requireKeyed("not killed", left)
	switch {
	case k.keyless && out.Code != cmekpipe.KeyMissing:
		k.t.Errorf("got %+v from a launch whose key was dropped, want code %q", out, cmekpipe.KeyMissing)
	case !k.keyless && (out.Code != "" || len(left) != 1 || left[0].Id != out.Job):
		k.t.Errorf("got %+v and jobs %v, want one that runs", out, left)
	case k.records()["launch"]+k.records()["closed"] != 0:
		k.t.Errorf("got records %v after a launch that was not killed, want none but of a job that was told", k.records())
	}
}

// requireSecond holds against what the launch after a killed one comes to: one job that runs under the key, and the
// orphan reported.
func (k *killing) requireSecond(step string, out outcome, left []*api.Job, recorded bool) {
	k.t.Helper()
	active := k.active()
	k.requireKeyed(step+", launched again", active)
	want := out.Job
	var allowed []cmekpipe.Code
	switch {
	case k.keyless && k.update:
		allowed = []cmekpipe.Code{"", cmekpipe.NotFound} // the job without the key may have taken the other's place
	case k.keyless || k.update:
		allowed = []cmekpipe.Code{""}
	case len(left) > 0:
		allowed, want = []cmekpipe.Code{cmekpipe.AlreadyExists}, left[0].Id
	default:
		allowed = []cmekpipe.Code{""}
	}
	if !slices.Contains(allowed, out.Code) {
		k.t.Errorf("%s: got %+v from the next launch, want a code of %q", step, out, allowed)
	}
	if out.Code == cmekpipe.NotFound {
		want = ""
	}
	if want == "" && len(active) != 0 || want != "" && (len(active) != 1 || active[0].Id != want) {
		k.t.Errorf("%s: got %d jobs that run after %+v, want job %q alone", step, len(active), out, want)
	}
	if recorded != (len(out.Orphans) == 1) || k.keyless && out.Faults != len(out.Orphans) || !k.keyless && out.Faults != 0 {
		k.t.Errorf("%s: got orphans %q, %d of them at fault; want one if the launch had submitted unproven: %v", step, out.Orphans, out.Faults, recorded)
	}
	if n := k.records()["launch"]; n != 0 {
		k.t.Errorf("%s: got %d records of unconfirmed jobs left, want none", step, n)
	}
}
