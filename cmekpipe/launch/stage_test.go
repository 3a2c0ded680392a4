package launch_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

func TestAKeyThatCloudStorageCantUseStopsTheLaunch(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(w *world)
		code  cmekpipe.Code
	}{
		{"denied", func(w *world) { w.DenyKey(w.key, emulator.Storage) }, cmekpipe.KeyDenied},
		{"disabled", func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled},
		{"away", func(w *world) { w.Inject(emulator.Fault{Method: "storage.objects.insert", Status: 503}) }, cmekpipe.Unavailable},
		{"forbidden", func(w *world) { w.Inject(emulator.Fault{Method: "storage.objects.insert", Status: 403}) }, cmekpipe.PermissionDenied},
		{"forbidden to look", func(w *world) { w.Inject(emulator.Fault{Method: "storage.objects.get", Status: 403}) }, cmekpipe.PermissionDenied},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			tc.spoil(w)
			_, err := w.run(nil)
			e := requireError(t, err, tc.code, resourceOf(err))
			if !strings.HasPrefix(e.Resource, "gs://bank-work/tmp/staging/cmekpipe/") || !strings.HasSuffix(e.Resource, "/worker") {
				t.Errorf("got resource %s, want the worker in staging", e.Resource)
			}
			requireNothing(t, w)
		})
	}
}

func resourceOf(err error) string {
	if e, ok := err.(*cmekpipe.Error); ok {
		return e.Resource
	}
	return ""
}

func TestAnUploadWhoseAnswerIsLostIsFoundInPlace(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "storage.objects.insert", Call: 1, Reset: true})
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if got := w.entries("object"); len(got) != 2 {
		t.Errorf("got objects %v, want worker and model", got)
	}
}

func TestConcurrentLaunchesShareStagedFiles(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		group.Go(func() {
			if _, err := w.run(func(c *cmekpipe.Config) { c.JobName = name }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := w.entries("object"); len(got) != 2 {
		t.Errorf("got objects %v, want one worker and one model", got)
	}
}

// Cloud Storage reports the version of the key that encrypted an object. A rotation changes the version of new objects only.
func TestAfterARotationStagedFilesAreNotSentAgain(t *testing.T) {
	w := newWorld(t)
	before, err := w.quietly(nil)
	if err != nil {
		t.Fatal(err)
	}
	staged := w.entries("object")
	w.RotateKey(w.key)
	after, err := w.quietly(nil)
	if err != nil {
		t.Fatal(err)
	}
	if again := w.entries("object"); len(staged) != 2 || !slices.Equal(staged, again) {
		t.Errorf("got staged files %v, want worker and model as they were before the rotation: %v", again, staged)
	}
	for name, result := range map[string]*launch.Result{"before": before, "after": after} {
		if found, err := verify.Run(t.Context(), result.Plan); err != nil || len(found) != 0 {
			t.Errorf("launch %s the rotation: got findings %+v and %v, want none", name, found, err)
		}
	}
	used := map[cmekpipe.KeyVersionName]bool{}
	for _, e := range w.Ledger() {
		if e.Kind == emulator.KindObject && e.Deleted.IsZero() {
			used[e.Key] = true
		}
	}
	if len(used) != 2 {
		t.Errorf("got objects encrypted with versions %v, want one from before and one from after the rotation", used)
	}
}

// An object that the service reports with another key, or none, is deleted.
func TestAnObjectWithAnotherKeyIsDeleted(t *testing.T) {
	for _, tc := range []struct {
		name, old, new string
		code           cmekpipe.Code
	}{
		{"another key", "/cryptoKeys/pipelines/", "/cryptoKeys/pipelines2/", cmekpipe.KeyMismatch},
		{"no key", `"kmsKeyName"`, `"nothing"`, cmekpipe.KeyMissing},
		{"another size", `"size":"19"`, `"size":"18"`, cmekpipe.Corrupted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			intercept(t, storageHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
				if !strings.HasPrefix(r.URL.Path, "/upload/") {
					service.ServeHTTP(rw, r)
					return
				}
				answer := httptest.NewRecorder()
				service.ServeHTTP(answer, r)
				body, _ := io.ReadAll(answer.Body)
				changed := bytes.ReplaceAll(body, []byte(tc.old), []byte(tc.new))
				if bytes.Equal(body, changed) {
					t.Errorf("answer %s holds no %s", body, tc.old)
				}
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(answer.Code)
				_, _ = rw.Write(changed)
			})
			_, err := w.run(nil)
			requireError(t, err, tc.code, resourceOf(err))
			requireNothing(t, w)
		})
	}
}
