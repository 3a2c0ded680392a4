package template_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

func TestAJobWithoutTheKeyIsCancelled(t *testing.T) {
	for name, tc := range map[string]struct {
		key  func(*world) string
		code cmekpipe.Code
	}{
		"none":    {func(*world) string { return "" }, cmekpipe.KeyMissing},
		"another": {func(w *world) string { return w.other.String() }, cmekpipe.KeyMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, w *world, k kind) {
				w.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = tc.key(w) })
				result, err := w.run(k, nil)
				jobs := w.jobs()
				if len(jobs) != 1 || jobs[0].CurrentState != "JOB_STATE_CANCELLED" || result.Job != nil {
					t.Fatalf("got jobs %v and result %+v, want one that is cancelled", jobs, result)
				}
				requireError(t, err, tc.code, parent+jobs[0].Id)
				if n := w.records(); n != 0 {
					t.Errorf("got %d records, want none of a job that has stopped", n)
				}
			})
		})
	}
}

// Google does not document which of two keys counts. A job that gets the template's wrong key after the check is found.
func TestAStoredKeyThatWinsIsFoundOut(t *testing.T) {
	w := newWorld(t)
	w.putClassic(nil)
	w.Dataflow().StoredKeyWins(true)
	changed := false
	intercept(t, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.Contains(r.URL.Path, "templates:launch") && !changed {
			changed = true
			w.putClassic(func(j *api.Job) { j.Environment.ServiceKmsKeyName = w.other.String() })
		}
		service.ServeHTTP(rw, r)
	})
	_, err := w.run(kinds()[0], nil)
	if !errors.Is(err, cmekpipe.KeyMismatch) || len(w.running()) != 0 {
		t.Errorf("got error %v and jobs %v, want code %q and none that runs", err, w.running(), cmekpipe.KeyMismatch)
	}
}

func TestAJobWhoseAnswersHideTheKeyIsRefused(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Dataflow().TamperAnswers(func(_ emulator.Method, j *api.Job) {
			if j.Environment != nil {
				j.Environment.ServiceKmsKeyName = ""
			}
		})
		if _, err := w.run(k, nil); !errors.Is(err, cmekpipe.KeyMissing) {
			t.Errorf("got error %v, want code %q", err, cmekpipe.KeyMissing)
		}
		if got := w.running(); len(got) != 0 {
			t.Errorf("got jobs %v, want none", got)
		}
	})
}

// A job that came of the launch and lost its label can't be told from another's, but for its key.
func TestAJobWithoutLabelIsNotAdopted(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Dataflow().Tamper(func(j *api.Job) { j.Labels, j.Environment.ServiceKmsKeyName = nil, "" })
		if _, err := w.run(k, nil); !errors.Is(err, cmekpipe.KeyMissing) || len(w.running()) != 0 {
			t.Errorf("got error %v and jobs %v, want the job cancelled", err, w.running())
		}
		w.Dataflow().Tamper(func(j *api.Job) { j.Labels = nil })
		result, err := w.run(k, nil)
		if e, ok := errors.AsType[*cmekpipe.Error](err); !ok || e.Code != cmekpipe.AlreadyExists || result.Job != nil {
			t.Errorf("got %+v and %v, want that it isn't known to be ours", result.Job, err)
		}
		w.requireNoneRunsWithout()
	})
}

func TestTheJobOfALostAnswerIsVerifiedAndTheCallNotRetried(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"reset": {Reset: true}, "cut off": {Truncate: 10},
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, w *world, k kind) {
				w.Dataflow().SetVisibility(emulator.Visibility{Delay: 50 * time.Millisecond})
				fault.Method = emulator.Method(k.method)
				w.Inject(fault)
				result, err := w.run(k, nil)
				if err != nil {
					t.Fatal(err)
				}
				running := w.running()
				if n := w.calls(k.method); n != 1 || len(running) != 1 || running[0].Id != result.Job.ID {
					t.Errorf("got %d launches, jobs %v and %v, want one proven job", n, running, result.Job)
				}
				if n := w.records(); n != 0 {
					t.Errorf("got %d records, want none", n)
				}
			})
		})
	}
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" })
		w.Inject(emulator.Fault{Method: emulator.Method(k.method), Reset: true})
		if _, err := w.run(k, nil); !errors.Is(err, cmekpipe.KeyMissing) || len(w.running()) != 0 {
			t.Errorf("got error %v and jobs %v, want the job cancelled", err, w.running())
		}
	})
}

func TestALaunchThatMayHaveTakenEffectIsNotRetried(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		var calls atomic.Int32
		intercept(t, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
			if !strings.Contains(strings.ToLower(r.URL.Path), "templates:launch") {
				service.ServeHTTP(rw, r)
				return
			}
			calls.Add(1)
			http.Error(rw, "lost", http.StatusServiceUnavailable)
		})
		result, err := w.run(k, nil)
		if !errors.Is(err, cmekpipe.Unavailable) || result.Job != nil || calls.Load() != 1 {
			t.Errorf("got %v, %v and %d calls, want code %q after one", result.Job, err, calls.Load(), cmekpipe.Unavailable)
		}
		if n := w.records(); n != 1 {
			t.Errorf("got %d records, want one for the next launch to look at", n)
		}
	})
}

func TestALaunchRefusedWith429IsRetried(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Inject(emulator.Fault{Method: emulator.Method(k.method), Status: 429, Call: 1})
		w.Inject(emulator.Fault{Method: emulator.Method(k.method), Status: 429, Call: 2})
		if _, err := w.run(k, nil); err != nil || len(w.running()) != 1 {
			t.Errorf("got error %v and jobs %v, want one job", err, w.running())
		}
	})
}

func TestARefusalLeavesNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		for status, code := range map[int]cmekpipe.Code{403: cmekpipe.PermissionDenied, 400: cmekpipe.InvalidOptions, 404: cmekpipe.NotFound} {
			remove := w.Inject(emulator.Fault{Method: emulator.Method(k.method), Status: status})
			_, err := w.run(k, nil)
			remove()
			e, ok := errors.AsType[*cmekpipe.Error](err)
			resource := map[bool]string{true: stored, false: parent + "nightly"}[status == 400]
			if !ok || e.Code != code || e.Resource != resource || e.Hint == "" {
				t.Errorf("status %d: got error %v, want code %q", status, err, code)
			}
		}
		if jobs, n := w.jobs(), w.records(); len(jobs) != 0 || n != 0 {
			t.Errorf("got jobs %v and %d records, want neither", jobs, n)
		}
	})
}

func TestATakenNameIsNeverAdopted(t *testing.T) {
	for name, arrange := range map[string]func(*world){
		"seen":             func(*world) {},
		"seen, and adopts": func(w *world) { w.Dataflow().AnswerExisting(true) },
		"not seen yet":     func(w *world) { w.Dataflow().SetVisibility(emulator.Visibility{Delay: 100 * time.Millisecond}) },
		"not seen yet, and adopts": func(w *world) {
			w.Dataflow().AnswerExisting(true)
			w.Dataflow().SetVisibility(emulator.Visibility{Delay: 100 * time.Millisecond})
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, w *world, k kind) {
				arrange(w)
				id := w.squatter(w.other.String())
				result, err := w.run(k, nil)
				e := requireError(t, err, cmekpipe.AlreadyExists, parent+id)
				if !strings.Contains(e.Err.Error(), w.other.String()) || result.Job != nil {
					t.Errorf("got %v and job %v, want the other job's key", e, result.Job)
				}
				if running := w.running(); len(running) != 1 || running[0].Id != id {
					t.Errorf("got jobs %v, want the other one untouched", running)
				}
				if n := w.records(); n != 0 {
					t.Errorf("got %d records, want none", n)
				}
			})
		})
	}
}

// Dataflow may say of another's job that it is the launch's. One without a key is not stopped as long as it was seen before.
func TestAnothersJobWithoutAKeyIsNotStopped(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Dataflow().AnswerExisting(true)
		id := w.squatter("")
		_, err := w.run(k, nil)
		e := requireError(t, err, cmekpipe.AlreadyExists, parent+id)
		if running := w.running(); len(running) != 1 || !strings.Contains(e.Err.Error(), "it has no key") {
			t.Errorf("got %v and jobs %v, want the other one untouched", e, running)
		}
	})
}

func TestALaunchThatCannotSearchForItsJobIsNotSent(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Inject(emulator.Fault{Method: "dataflow.jobs.list", Status: 403})
		_, err := w.run(k, nil)
		requireError(t, err, cmekpipe.PermissionDenied, parent+"nightly")
		if w.calls(k.method) != 0 {
			t.Error("got a job, want none that nobody could find again")
		}
	})
}

func TestAJobThatCantBeReadBackIsCancelled(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		remove := w.Inject(emulator.Fault{Method: "dataflow.jobs.get", Status: 403, Call: 1})
		_, err := w.run(k, nil)
		remove()
		if !errors.Is(err, cmekpipe.PermissionDenied) || len(w.running()) != 0 {
			t.Errorf("got error %v and jobs %v, want the job cancelled", err, w.running())
		}
	})
}

func TestAJobThatCantBeCancelledIsToldOf(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" })
		w.Inject(emulator.Fault{Method: "dataflow.jobs.update", Status: 403})
		_, err := w.run(k, nil)
		if !errors.Is(err, cmekpipe.KeyMissing) || !errors.Is(err, cmekpipe.Internal) || !strings.Contains(err.Error(), "gcloud dataflow jobs cancel") {
			t.Errorf("got error %v, want the command that cancels the job", err)
		}
		if n := w.records(); n != 1 {
			t.Errorf("got %d records, want one for the next launch", n)
		}
	})
}

func TestALaunchWhoseContextEndsLeavesNoJob(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		ctx, cancel := context.WithCancel(t.Context())
		intercept(t, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
			if !strings.Contains(strings.ToLower(r.URL.Path), "templates:launch") {
				service.ServeHTTP(rw, r)
				return
			}
			service.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
			cancel()
		})
		_, err := k.launch(ctx, w.options(nil), template.Request{Template: stored}, template.WithHaste())
		if !errors.Is(err, context.Canceled) || len(w.entries("job")) != 1 || len(w.running()) != 0 {
			t.Errorf("got error %v and jobs %v, want one that is cancelled", err, w.jobs())
		}
	})
}

// The program in the container decides: what is read while the job is queued proves nothing.
func TestAFlexJobIsVerifiedWhenItsLauncherHasSetTheKey(t *testing.T) {
	w := newWorld(t)
	w.putFlex(nil)
	slow := w.Dataflow().Pace()
	slow.Queued = 300 * time.Millisecond
	w.Dataflow().SetPace(slow)
	for name, tc := range map[string]struct {
		queued, then string
		code         cmekpipe.Code
	}{
		"named late":      {"", w.key.String(), ""},
		"changed late":    {w.key.String(), w.other.String(), cmekpipe.KeyMismatch},
		"dropped late":    {w.key.String(), "", cmekpipe.KeyMissing},
		"wrong at once":   {w.other.String(), w.key.String(), cmekpipe.KeyMismatch},
		"never named":     {"", "", cmekpipe.KeyMissing},
		"right all along": {w.key.String(), w.key.String(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			w.Dataflow().TamperAnswers(func(_ emulator.Method, j *api.Job) {
				if j.Environment == nil {
					return
				}
				j.Environment.ServiceKmsKeyName = tc.then
				if j.CurrentState == "JOB_STATE_QUEUED" {
					j.Environment.ServiceKmsKeyName = tc.queued
				}
			})
			defer w.Dataflow().TamperAnswers(nil)
			result, err := w.run(kinds()[1], nil)
			if tc.code == "" && err != nil || tc.code != "" && !errors.Is(err, tc.code) {
				t.Errorf("got error %v, want code %q", err, tc.code)
			}
			if tc.code == "" && result.Job.State == "JOB_STATE_QUEUED" {
				t.Errorf("got a job in %s, want it decided", result.Job.State)
			}
			if n := len(w.running()); (n == 1) != (tc.code == "") {
				t.Errorf("got %d jobs that run", n)
			}
			w.cancelAll()
			w.running()
		})
	}
}

func TestAFlexJobWhoseLauncherIsSlowIsCancelledWithTheContext(t *testing.T) {
	w := newWorld(t)
	w.putFlex(nil)
	slow := w.Dataflow().Pace()
	slow.Queued = time.Hour
	w.Dataflow().SetPace(slow)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := template.LaunchFlex(ctx, w.options(nil), template.Request{Template: stored}, template.WithHaste())
	if jobs := w.jobs(); !errors.Is(err, context.DeadlineExceeded) || len(jobs) != 1 || jobs[0].CurrentState != "JOB_STATE_CANCELLED" {
		t.Errorf("got error %v and jobs %v, want one that is cancelled", err, jobs)
	}
}

func TestALauncherThatFailsIsNotTakenForAMissingKey(t *testing.T) {
	w := newWorld(t)
	w.putFlex(nil)
	slow := w.Dataflow().Pace()
	slow.Queued = time.Hour
	w.Dataflow().SetPace(slow)
	w.Dataflow().TamperAnswers(func(_ emulator.Method, j *api.Job) {
		if j.Environment != nil {
			j.Environment.ServiceKmsKeyName = ""
		}
		if j.CurrentState == "JOB_STATE_QUEUED" && j.Id != "" {
			j.CurrentState = "JOB_STATE_FAILED"
		}
	})
	_, err := w.run(kinds()[1], nil)
	if e, ok := errors.AsType[*cmekpipe.Error](err); !ok || e.Code != cmekpipe.JobFailed || !strings.Contains(e.Hint, "console_logs") {
		t.Errorf("got error %v, want code %q with the place of the console", err, cmekpipe.JobFailed)
	}
}

// leave makes a launch that hangs, as good as dead, when its call took effect: nobody proves the job, and the record
// stays.
func (w *world) leave(k kind, change func(*cmekpipe.Config)) (id string) {
	w.t.Helper()
	before := len(w.entries("job"))
	died, over := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	intercept(w.t, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if !strings.Contains(strings.ToLower(r.URL.Path), "templates:launch") || calls.Add(1) > 1 {
			service.ServeHTTP(rw, r)
			return
		}
		service.ServeHTTP(httptest.NewRecorder(), r)
		close(died)
		<-over
	})
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(func() { cancel(); close(over) })
	opts := w.options(change)
	go func() {
		_, _ = k.launch(ctx, opts, template.Request{Template: stored}, template.WithHaste(), template.WithProgress(nil), template.WithLogger(nil))
	}()
	<-died
	jobs := w.entries("job")
	if len(jobs) != before+1 {
		w.t.Fatalf("got %d jobs, want one more than %d", len(jobs), before)
	}
	return path.Base(jobs[len(jobs)-1].Name)
}

func TestAnOrphanIsFoundByTheNextLaunch(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		id := w.leave(k, nil)
		w.running()
		if n := w.records(); n != 1 {
			t.Fatalf("got %d records, want the orphan's", n)
		}
		result, err := w.run(k, nil)
		requireError(t, err, cmekpipe.AlreadyExists, parent+id)
		if len(result.Orphans) != 1 || result.Orphans[0].Job.ID != id || result.Orphans[0].Err != nil || len(w.running()) != 1 {
			t.Errorf("got orphans %v and jobs %v, want job %s left alone", result.Orphans, w.running(), id)
		}
		if n := w.records(); n != 0 {
			t.Errorf("got %d records, want none of an orphan that is proven", n)
		}
	})
}

func TestAnOrphanWithoutTheKeyIsCancelledByTheNextLaunch(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		w.Dataflow().Tamper(func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" })
		id := w.leave(k, nil)
		w.Dataflow().Tamper(nil)
		w.running()
		result, err := w.run(k, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Orphans) != 1 || result.Orphans[0].Job.ID != id || !errors.Is(result.Orphans[0].Err, cmekpipe.KeyMissing) {
			t.Errorf("got orphans %v, want job %s at fault", result.Orphans, id)
		}
		if running := w.running(); len(running) != 1 || running[0].Id != result.Job.ID {
			t.Errorf("got jobs %v, want %s alone", running, result.Job.ID)
		}
	})
}

func TestAnOrphanOfTheSameTemplateIsNotDoubled(t *testing.T) {
	eachKind(t, func(t *testing.T, w *world, k kind) {
		unnamed := func(c *cmekpipe.Config) { c.JobName = "" }
		id := w.leave(k, unnamed)
		w.running()
		_, err := w.run(k, unnamed)
		requireError(t, err, cmekpipe.AlreadyExists, parent+id)
		other := template.Request{Template: stored, Parameters: map[string]string{"input": "other"}}
		if _, err := k.launch(t.Context(), w.options(unnamed), other, template.WithHaste()); err != nil {
			t.Errorf("got error %v, want other parameters to make another job", err)
		}
	})
}

// A launcher that lives is found too while its job is queued. Cancelling that would be wrong.
func TestAQueuedOrphanIsLeftForLater(t *testing.T) {
	w := newWorld(t)
	w.putFlex(nil)
	slow := w.Dataflow().Pace()
	slow.Queued = time.Hour
	w.Dataflow().SetPace(slow)
	w.Dataflow().TamperAnswers(func(_ emulator.Method, j *api.Job) {
		if j.CurrentState == "JOB_STATE_QUEUED" && j.Environment != nil {
			j.Environment.ServiceKmsKeyName = ""
		}
	})
	id := w.leave(kinds()[1], nil)
	result, err := w.run(kinds()[1], nil)
	requireError(t, err, cmekpipe.AlreadyExists, parent+id)
	if len(result.Orphans) != 1 || !result.Orphans[0].Undecided || !strings.Contains(result.Orphans[0].String(), "has not set its key") {
		t.Errorf("got orphans %v, want one that is not decided", result.Orphans)
	}
	if n := w.records(); n != 1 {
		t.Errorf("got %d records, want the orphan's to stay", n)
	}
	slow.Queued = time.Millisecond
	w.Dataflow().SetPace(slow)
	w.running()
	result, err = w.run(kinds()[1], nil)
	requireError(t, err, cmekpipe.AlreadyExists, parent+id)
	if len(result.Orphans) != 1 || result.Orphans[0].Undecided || w.records() != 0 {
		t.Errorf("got orphans %v and %d records, want the orphan proven", result.Orphans, w.records())
	}
}
