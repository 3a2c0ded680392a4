package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func TestInjectPanicsForAFaultThatNoCallCanMeet(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	for _, tt := range []struct {
		fault emulator.Fault
		want  string
	}{
		{emulator.Fault{Method: "objects.insert", Status: 403},
			"no service has such a method; did you mean storage.buckets.insert or storage.objects.insert or bigquery.datasets.insert or bigquery.jobs.insert or bigquery.tables.insert?"},
		{emulator.Fault{Method: "storage.Objects.Insert", Status: 403}, "did you mean"},
		{emulator.Fault{Method: "storage.objects.upload", Status: 403}, "no service has such a method; the constants of type Method name those that exist"},
		{emulator.Fault{Method: "storage.folders.*", Status: 403}, "no service has such a method"},
		{emulator.Fault{Method: "kms.ImportCryptoKeyVersion", Code: codes.Internal}, "no service has such a method"},
		{emulator.Fault{Method: "storage.[", Status: 403}, "want a pattern of path.Match"},
		{emulator.Fault{Resource: "gs://b/[", Status: 403}, "want a pattern of path.Match"},
		{emulator.Fault{Method: emulator.StorageObjectsInsert}, "got no effect"},
		{emulator.Fault{}, "got no effect"},
		{emulator.Fault{Detached: true}, "got Detached, want OnBegin or Latency"},
		{emulator.Fault{Status: 503, OnEffect: hook}, "want a call that takes effect or one that is refused"},
		{emulator.Fault{Code: codes.Aborted, Latency: time.Second, Detached: true}, "want a call that takes effect or one that is refused"},
		{emulator.Fault{Status: 503, AnswerLatency: time.Second}, "want a call that takes effect or one that is refused"},
		{emulator.Fault{Status: 200}, "got status 200, want one from 400 to 599"},
		{emulator.Fault{Status: 503, Call: -1}, "got call -1"},
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, tt.want) {
					t.Errorf("Inject(%+v): got panic %q, want one with %q", tt.fault, got, tt.want)
				}
			}()
			cloud.Inject(tt.fault)
		}()
	}
	if got := cloud.UnusedFaults(); got != nil {
		t.Errorf("UnusedFaults() = %v, want none of those that were refused", got)
	}
}

func hook(emulator.Method, string) {}

func TestInjectAcceptsEveryEffectAlone(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	for _, f := range []emulator.Fault{
		{OnBegin: hook}, {Latency: 1}, {Latency: 1, Detached: true}, {OnBegin: hook, Detached: true}, {OnEffect: hook}, {AnswerLatency: 1},
		{Status: 503}, {Code: codes.Aborted}, {Reset: true}, {Truncate: 1},
	} {
		cloud.Inject(f)()
	}
}

func TestInjectAcceptsEveryMethodAndPatternsOfThem(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	methods := []emulator.Method{"", "*", "storage.*", "storage.objects.*", "*.get", "kms.Get*"}
	for _, s := range endpoints() {
		methods = append(methods, cloud.Methods(s)...)
	}
	for _, m := range methods {
		cloud.Inject(emulator.Fault{Method: m, Latency: time.Nanosecond})()
	}
}

func TestUnusedFaultsAreThoseThatNoCallMet(t *testing.T) {
	t.Parallel()
	cloud := start(t)
	for _, bucket := range []string{"abc", "bcd"} {
		must(t, cloud.CreateBucket(t.Context(), project, bucket, "us-central1", none))
		must(t, cloud.WriteObject(t.Context(), "gs://"+bucket+"/o", nil))
	}
	met := emulator.Fault{Method: emulator.StorageObjectsGet, Resource: "gs://a*/*", Status: 403}
	later := emulator.Fault{Method: emulator.StorageObjectsGet, Call: 9, Status: 403}
	elsewhere := emulator.Fault{Method: emulator.StorageObjectsGet, Resource: "gs://other/*", Status: 403}
	hidden := emulator.Fault{Method: emulator.StorageObjectsGet, Resource: "gs://a*/*", Code: codes.NotFound}
	removed := emulator.Fault{Method: emulator.KMSEncrypt, Code: codes.Internal}
	optional := emulator.Fault{Method: emulator.KMSDecrypt, Code: codes.Internal, Optional: true}
	for _, f := range []emulator.Fault{met, later, elsewhere, hidden, optional} {
		cloud.Inject(f)
	}
	cloud.Inject(removed)()
	for range 2 {
		if _, err := cloud.ReadObject(t.Context(), "gs://abc/o"); err == nil {
			t.Error("read gs://abc/o: got no error, want the fault's")
		}
	}
	if _, err := cloud.ReadObject(t.Context(), "gs://bcd/o"); err != nil {
		t.Errorf("read gs://bcd/o: got %v, want no fault to match", err)
	}
	want := []emulator.Fault{later, elsewhere, hidden, removed}
	if diff := cmp.Diff(want, cloud.UnusedFaults()); diff != "" {
		t.Errorf("UnusedFaults() (-want +got):\n%s", diff)
	}
}

func TestFaultStringSaysWhatFailsAndHow(t *testing.T) {
	t.Parallel()
	for want, fault := range map[string]emulator.Fault{
		"storage.objects.insert, call 2: status 503": {Method: emulator.StorageObjectsInsert, Call: 2, Status: 503},
		"kms.* of projects/*: code PermissionDenied": {Method: "kms.*", Resource: "projects/*", Code: codes.PermissionDenied},
		"every method: latency 1s, connection reset": {Latency: time.Second, Reset: true},
		"every method: hook at the begin, detached from the client, hook after the effect, answer after 1s": {OnBegin: hook, Detached: true,
			OnEffect: hook, AnswerLatency: time.Second},
		"dataflow.jobs.get: answer cut to 10 bytes": {Method: emulator.DataflowJobsGet, Truncate: 10},
	} {
		if got := fault.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
