package bigqueryio

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// These tests run the steps of a Query as a runner does that repeats bundles, runs them twice, or finishes them late.

const queryToken = "token"

// asked is a cloud with a table "items" of three rows and a query that reads it.
type asked struct {
	*cmektest.Cloud
	t      *testing.T
	client *bigquery.Client
	work   queryWork
}

func newAsked(t *testing.T) *asked {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "bank")
	cloud.CreateDataset(cmektest.Project+".bank", "us-central1", cmekpipe.KeyName{})
	cloud.CreateTable(cmektest.Project+".bank.items", key, []item{{1}, {2}, {3}})
	return &asked{cloud, t, cloud.BigQueryClient(),
		queryWork{Dest: key.MustBigQueryProject(cmektest.Project), Location: "us-central1"}}
}

// attempt runs the query as a new worker does and returns the streams that it emits.
func (a *asked) attempt() (streams []readStream, err error) {
	a.t.Helper()
	f := &queryFn{queryWork: a.work, Query: "SELECT ID FROM bank.items", Type: beam.EncodedType{T: reflect.TypeFor[item]()}}
	if err := f.Setup(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	err = f.ProcessElement(a.t.Context(), queryToken, func(s readStream) { streams = append(streams, s) })
	return streams, err
}

// requireRows fails unless the streams have the rows of the table.
func (a *asked) requireRows(streams []readStream) {
	a.t.Helper()
	f := &streamFn{Op: opQuery, Table: "result", Type: beam.EncodedType{T: reflect.TypeFor[item]()}}
	if err := f.Setup(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	seen := map[int64]int{}
	for _, s := range streams {
		if err := f.ProcessElement(a.t.Context(), s, func(x beam.X) { seen[x.(item).ID]++ }, func(int, string) {}); err != nil {
			a.t.Fatal(err)
		}
	}
	if want := map[int64]int{1: 1, 2: 1, 3: 1}; !reflect.DeepEqual(seen, want) {
		a.t.Errorf("got rows %v, want %v", seen, want)
	}
}

// cleanUp runs the step behind the last reader.
func (a *asked) cleanUp() {
	a.t.Helper()
	f := &cleanupFn{a.work}
	if err := f.Setup(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	if err := f.ProcessElement(a.t.Context(), 0, each(queryToken), each[string]()); err != nil {
		a.t.Fatal(err)
	}
}

// requireQueries fails unless so many queries ran, dry runs not counted.
func (a *asked) requireQueries(want int) {
	a.t.Helper()
	got := 0
	for it := a.client.Jobs(a.t.Context()); ; got++ {
		if _, err := it.Next(); err == iterator.Done { //nolint:errorlint // as documented
			break
		} else if err != nil {
			a.t.Fatal(err)
		}
	}
	if got != want {
		a.t.Errorf("got %d query jobs, want %d", got, want)
	}
}

// requireDataset fails unless the temporary dataset is there, or is not.
func (a *asked) requireDataset(want bool) {
	a.t.Helper()
	got := false
	for _, e := range a.Ledger() {
		got = got || e.Kind == "dataset" && strings.Contains(e.Name, datasetOf(queryToken)) && e.Deleted.IsZero()
	}
	if got != want {
		a.t.Errorf("got temporary dataset: %v, want %v", got, want)
	}
}

func TestQuerySurvivesARetryAtAnyCall(t *testing.T) {
	for _, tt := range []struct {
		method emulator.Method
		call   int
	}{
		{"bigquery.jobs.get", 1}, // is there a job?
		{"bigquery.jobs.insert", 1},
		{"bigquery.datasets.insert", 1},
		{"bigquery.datasets.get", 1},
		{"bigquery.jobs.insert", 2},
		{"bigquery.jobs.get", 2},
		{"bigquery.tables.get", 1},
		{"*.CreateReadSession", 1},
	} {
		t.Run(fmt.Sprintf("%s %d", tt.method, tt.call), func(t *testing.T) {
			a := newAsked(t)
			remove := a.Inject(emulator.Fault{Method: tt.method, Call: tt.call, Status: http.StatusForbidden})
			if _, err := a.attempt(); cmekpipe.CodeOf(err) != cmekpipe.PermissionDenied {
				t.Fatalf("first attempt: got %v, want code %v", err, cmekpipe.PermissionDenied)
			}
			remove()
			for range 2 { // the output of the first is lost
				streams, err := a.attempt()
				if err != nil {
					t.Fatalf("later attempt: got %v, want none", err)
				}
				a.requireRows(streams)
			}
			a.requireQueries(1)
			a.cleanUp()
			a.requireDataset(false)
		})
	}
}

func TestAnAttemptThatFailsLateLeavesTheResultToReaders(t *testing.T) {
	a := newAsked(t)
	streams, err := a.attempt()
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []emulator.Method{"bigquery.jobs.get", "bigquery.tables.get", "*.CreateReadSession"} {
		remove := a.Inject(emulator.Fault{Method: method, Status: http.StatusForbidden})
		if _, err := a.attempt(); cmekpipe.CodeOf(err) != cmekpipe.PermissionDenied {
			t.Errorf("%s: got %v, want code %v", method, err, cmekpipe.PermissionDenied)
		}
		remove()
	}
	a.requireRows(streams)
	if again, err := a.attempt(); err != nil {
		t.Error(err)
	} else {
		a.requireRows(again)
	}
	a.requireQueries(1)
}

func TestAnAttemptThatIsCancelledLeavesTheQueryRunning(t *testing.T) {
	a := newAsked(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer a.Inject(emulator.Fault{Method: "bigquery.jobs.get", Call: 2, Latency: time.Minute})()
	f := &queryFn{queryWork: a.work, Query: "SELECT ID FROM bank.items", Type: beam.EncodedType{T: reflect.TypeFor[item]()}}
	if err := f.Setup(ctx); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, cancel)
	if err := f.ProcessElement(ctx, queryToken, func(readStream) {}); err == nil {
		t.Fatal("got no error, want that of the context")
	}
	streams, err := a.attempt()
	if err != nil {
		t.Fatal(err)
	}
	a.requireRows(streams)
	a.requireQueries(1)
}

func TestAnExpiredResultIsQueriedAgain(t *testing.T) {
	a := newAsked(t)
	remove := a.Inject(emulator.Fault{Method: "*.CreateReadSession", Status: http.StatusForbidden})
	if _, err := a.attempt(); cmekpipe.CodeOf(err) != cmekpipe.PermissionDenied {
		t.Fatalf("first attempt: got %v, want code %v", err, cmekpipe.PermissionDenied)
	}
	remove()
	a.Advance(resultLife + time.Hour)
	streams, err := a.attempt()
	if err != nil {
		t.Fatal(err)
	}
	a.requireRows(streams)
	a.requireQueries(2)
	a.cleanUp()
	a.requireDataset(false)
}

func TestAnAttemptAfterTheEndOfTheRunCreatesNothing(t *testing.T) {
	a := newAsked(t)
	if _, err := a.attempt(); err != nil {
		t.Fatal(err)
	}
	a.cleanUp()
	before := len(a.Ledger())
	_, err := a.attempt()
	e, ok := cmekpipe.FindError(err.Error())
	if !ok || e.Code != cmekpipe.NotFound || e.Hint == "" {
		t.Errorf("got %v, want code %v with a hint", err, cmekpipe.NotFound)
	}
	if got := len(a.Ledger()) - before; got != 0 {
		t.Errorf("got %d resources created, want none", got)
	}
	a.requireDataset(false)
	a.requireQueries(1)
}
