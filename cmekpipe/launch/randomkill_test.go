package launch_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// killsVariable sets how many launches are killed at random moments. One thousand take some five minutes:
//
//	CMEKPIPE_TEST_KILLS=1000 go test ./cmekpipe/launch -run TestKilledAtRandomMoments -timeout 1h -v
const killsVariable = "CMEKPIPE_TEST_KILLS"

// TestKilledAtRandomMoments kills launches, each a process of its own, by SIGKILL: after a random time, while a random call is under
// way, which then takes effect late or not, or after one took effect. Each is followed by a launch that is not killed. However they
// are named, no job runs without the key afterwards, none of one fixed name or of one unnamed pipeline runs twice, every object was
// written with the key, and what was refused was refused for a job of an earlier launch.
func TestKilledAtRandomMoments(t *testing.T) {
	kills := 8
	if text := os.Getenv(killsVariable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		kills = n
	} else if testing.Short() {
		t.Skip("it starts processes")
	}
	worker := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(worker, []byte("a program for linux"), 0o700); err != nil {
		t.Fatal(err)
	}
	var survived, refused, orphans, faulty atomic.Int64
	t.Run("kills", func(t *testing.T) {
		const groups = 4
		for g := range groups {
			t.Run(strconv.Itoa(g), func(t *testing.T) {
				t.Parallel()
				for n := g; n < kills; n += groups {
					k := &randomKill{world: quietWorld(t, worker), random: rand.New(rand.NewPCG(uint64(n), 12))}
					k.run(n)
					survived.Add(k.survived)
					refused.Add(k.refused)
					orphans.Add(k.orphans)
					faulty.Add(k.faulty)
					k.Close()
				}
			})
		}
	})
	t.Logf("%d launches: %d ended before they could be killed, %d next launches refused to double a job, %d orphans found, %d of them without the key",
		kills, survived.Load(), refused.Load(), orphans.Load(), faulty.Load())
}

// randomKill is one launch that is killed, and the next.
type randomKill struct {
	*world
	random                             *rand.Rand
	same                               bool // both launches have one name, or none
	survived, refused, orphans, faulty int64
}

// run kills one launch and makes another. Dataflow drops the key of one job in three.
func (k *randomKill) run(n int) {
	names := []string{"nightly", ""}
	first, second := names[k.random.IntN(2)], names[k.random.IntN(2)]
	if k.random.IntN(4) == 0 {
		second = "weekly"
	}
	keyless := k.random.IntN(3) == 0
	k.same = first == second
	var dropping atomic.Bool
	dropping.Store(keyless)
	k.Dataflow().Tamper(func(j *api.Job) {
		if dropping.Load() {
			j.Environment.ServiceKmsKeyName = ""
		}
	})
	step := fmt.Sprintf("kill %d (%q, then %q, key dropped: %v)", n, first, second, keyless)
	late, remove := k.kill(named(first))
	// Only the job of the first launch loses its key: a late call is still under way.
	if !late {
		dropping.Store(false)
	} else {
		k.Dataflow().Tamper(func(j *api.Job) {
			if keyless && k.firstOf(j, first) {
				j.Environment.ServiceKmsKeyName = ""
			}
		})
	}
	k.requireCovered(step)
	out, lived := k.child(named(second), &executioner{})
	remove()
	if !lived {
		k.t.Fatalf("%s: the second launch died", step)
	}
	k.require(step, first, second, out)
}

// firstOf reports whether a job that is being created is the killed launch's. A next launch of the same job comes later.
func (k *randomKill) firstOf(j *api.Job, first string) bool {
	named := j.Name == first || first == "" && strings.HasPrefix(j.Name, "cmekpipe-")
	return named && len(k.entries("job")) == 0 || named && !k.same
}

// kill makes a launch and kills it at a random moment. It reports whether a call that creates a job may take effect later.
func (k *randomKill) kill(change func(*cmekpipe.Config)) (late bool, remove func()) {
	e := &executioner{}
	remove = func() {}
	switch k.random.IntN(4) {
	case 0: // after some time
		wait := time.Duration(k.random.Int64N(int64(400 * time.Millisecond)))
		e.begun = func() { time.AfterFunc(wait, e.kill) }
	case 1: // at a random call
		e.at, e.when = 1+k.random.IntN(18), []moment{before, halfway, after}[k.random.IntN(3)]
	case 2: // while the job is being created, which takes effect after the launcher has died
		late = true
		remove = k.Inject(emulator.Fault{Method: emulator.DataflowJobsCreate, Call: 1, Detached: true, Optional: true,
			Latency: time.Duration(k.random.Int64N(int64(600 * time.Millisecond))),
			OnBegin: func(emulator.Method, string) { e.kill() }})
	case 3: // when a call took effect
		method := []emulator.Method{emulator.DataflowJobsCreate, emulator.DataflowJobsGet, emulator.StorageObjectsInsert}[k.random.IntN(3)]
		remove = k.Inject(emulator.Fault{Method: method, Call: 1 + k.random.IntN(4), Optional: true,
			OnEffect: func(emulator.Method, string) { e.kill() }})
	}
	if _, lived := k.child(change, e); lived {
		k.survived++
	}
	if !late {
		remove()
		remove = func() {}
	}
	return late, remove
}

// require holds what exists after the next launch against what may.
func (k *randomKill) require(step, first, second string, out outcome) {
	k.t.Helper()
	k.requireCovered(step)
	active := k.active()
	k.requireKeyed(step, active)
	k.orphans, k.faulty = int64(len(out.Orphans)), int64(out.Faults)
	if k.same && len(active) > 1 {
		k.t.Errorf("%s: got %d jobs that run after %+v, want at most one", step, len(active), out)
	}
	switch {
	case out.Code == cmekpipe.AlreadyExists && k.same:
		k.refused++
		if len(active) != 1 {
			k.t.Errorf("%s: got %+v and %d jobs that run, want the one that was not doubled", step, out, len(active))
		}
	case out.Code != "":
		k.t.Errorf("%s: got %+v, want a job", step, out)
	case !slices.ContainsFunc(active, func(j *api.Job) bool { return j.Id == out.Job }):
		k.t.Errorf("%s: got %+v and jobs %v, want its job to run", step, out, active)
	}
	if n := k.records()["launch"]; n != 0 {
		k.t.Errorf("%s: got %d records of unconfirmed jobs after %+v, want none", step, n, out)
	}
}
