package fhirio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/worker"
)

func TestOperationThatNobodyWaitsForIsCancelled(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	const name = "projects/" + cmektest.Project + "/locations/us-central1/datasets/records/fhirStores/main"
	cloud.CreateFHIRStore(name, key)
	cloud.CreateBucket("scratch", "us-central1", key)
	cloud.WriteObject("gs://scratch/a.ndjson", []byte(`{"resourceType":"Patient","id":"a"}`))
	c, err := newClient(t.Context(), opImport, key.MustFHIRStore(name))
	if err != nil {
		t.Fatal(err)
	}
	cloud.Inject(emulator.Fault{Method: "healthcare.operations.get", Latency: time.Minute})
	cloud.Inject(emulator.Fault{Method: "healthcare.operations.cancel", Status: http.StatusTeapot})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.importFile(ctx, "gs://scratch/a.ndjson", ContentStructureResource)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
	if code := cmekpipe.CodeOf(c.wrap(ctx, err)); code != "" {
		t.Errorf("got code %q, want the context's error to stay itself", code)
	}
	if e, ok := errors.AsType[*googleapi.Error](err); !ok || e.Code != http.StatusTeapot {
		t.Errorf("got %v, want the operation to be cancelled", err)
	}
}

func TestKeyIsCheckedAgain(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	const name = "projects/" + cmektest.Project + "/locations/us-central1/datasets/records/fhirStores/main"
	cloud.CreateFHIRStore(name, key)
	w := worker.New(t)
	c, err := newClient(w.Context(), opBundles, key.MustFHIRStore(name))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.verify(w.Context()); err != nil {
		t.Fatal(err)
	}
	datasets := c.service.Projects.Locations.Datasets
	if _, err := datasets.Delete(c.store.DatasetName()).Do(); err != nil {
		t.Fatal(err)
	}
	cloud.CreateFHIRStore(name, cloud.CreateKey("us-central1", "other"))
	w.Advance(shared.CheckInterval - time.Minute)
	if err := c.verify(w.Context()); err != nil {
		t.Errorf("within the interval: got %v, want no check", err)
	}
	w.Advance(time.Minute)
	if err := c.verify(w.Context()); !errors.Is(err, cmekpipe.KeyMismatch) {
		t.Errorf("after the interval: got %v, want %v", err, cmekpipe.KeyMismatch)
	}
}

func TestAnswerIsReadToTheLastEntry(t *testing.T) {
	const sent = `{"entry":[{},{}]}`
	for name, tt := range map[string]struct {
		body              string
		succeeded, failed int
		key               cmekpipe.Code
	}{
		"batch":            {`{"type":"batch-response","entry":[{"response":{"status":"200 OK"}},{"response":{"status":"201"}}]}`, 2, 0, ""},
		"refused":          {`{"type":"batch-response","entry":[{"response":{"status":"200 OK"}},{"response":{"status":"412 x"}}]}`, 1, 1, ""},
		"without a status": {`{"type":"batch-response","entry":[{},{"response":{"status":"2"}}]}`, 0, 2, ""},
		"strange entry":    {`{"type":"batch-response","entry":[7,{"response":{"status":"200"}}]}`, 1, 1, ""},
		"key":              {`{"type":"batch-response","entry":[{"response":{"status":"200 OK"}},{"response":{"status":"400","outcome":{"diagnostics":"v is not enabled, current state is: DISABLED"}}}]}`, 1, 1, cmekpipe.KeyDisabled},
		"transaction":      {`{"type":"transaction-response","entry":[{},{}]}`, 1, 0, ""},
		"too few answers":  {`{"type":"transaction-response","entry":[{}]}`, 0, 1, ""},
		"no answers":       {`{"type":"batch-response"}`, 0, 1, ""},
		"other type":       {`{"type":"collection","entry":[{},{}]}`, 0, 1, ""},
		"no JSON":          {`<html>`, 0, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := readAnswer(sent, []byte(tt.body))
			if len(a.succeeded) != tt.succeeded || len(a.failed) != tt.failed || a.key != tt.key {
				t.Errorf("got %+v, want %+v", a, tt)
			}
		})
	}
}

// ended is a Healthcare API whose operations end with errors, one after the other, and then succeed.
func ended(t *testing.T, codes ...int) (*client, *int) {
	t.Helper()
	begun := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		begun++
		if begun > len(codes) {
			fmt.Fprint(w, `{"name":"operations/1","done":true,"metadata":{"counter":{"success":"1"}}}`)
			return
		}
		fmt.Fprintf(w, `{"name":"operations/1","done":true,"error":{"code":%d,"message":"no"}}`, codes[begun-1])
	}))
	t.Cleanup(func() {
		server.Close()
		shared.CloseEndpoint(server.Listener.Addr().String())
	})
	t.Setenv(shared.HealthcareHost, server.Listener.Addr().String())
	key, err := cmekpipe.ParseKeyName("projects/clinic-keys/locations/us-central1/keyRings/prod/cryptoKeys/records")
	if err != nil {
		t.Fatal(err)
	}
	c, err := newClient(t.Context(), opImport, key.MustFHIRStore("projects/clinic/locations/us-central1/datasets/records/fhirStores/main"))
	if err != nil {
		t.Fatal(err)
	}
	return c, &begun
}

func TestOnlyInvalidDataIsForDeadLetters(t *testing.T) {
	for _, tt := range []struct {
		name  string
		codes []int
		data  bool
		want  cmekpipe.Code
		begun int
	}{
		{"aborted twice", []int{10, 10}, false, "", 3},
		{"invalid", []int{3}, true, cmekpipe.InvalidOptions, 1},
		{"failed precondition", []int{9}, false, cmekpipe.PreconditionFailed, 1},
		{"aborted, then a failed precondition", []int{10, 9}, false, cmekpipe.PreconditionFailed, 2},
		{"already exists", []int{6}, false, cmekpipe.AlreadyExists, 1},
		{"internal", []int{13}, false, cmekpipe.Unavailable, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, begun := ended(t, tt.codes...)
			ctx := shortpause.Context(t.Context())
			counter, err := c.importFile(ctx, "gs://clinic/a.ndjson", ContentStructureResource)
			if *begun != tt.begun {
				t.Errorf("got %d operations, want %d", *begun, tt.begun)
			}
			if tt.want == "" {
				if err != nil || counter.Success != 1 {
					t.Errorf("got %+v and %v, want the success", counter, err)
				}
				return
			}
			if code := cmekpipe.CodeOf(c.wrap(ctx, err)); isAboutData(err) != tt.data || code != tt.want {
				t.Errorf("got %v, about data %v, code %q, want about data %v, code %q", err, isAboutData(err), code, tt.data, tt.want)
			}
		})
	}
}
