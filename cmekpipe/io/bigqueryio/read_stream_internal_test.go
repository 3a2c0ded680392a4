package bigqueryio

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

const (
	readCall = "bigquerystorage.ReadRows"      // the first answer of a stream
	nextCall = "bigquerystorage.ReadRows.next" // each further one
)

// answered is a cloud with a table whose only stream has four answers.
type answered struct {
	*cmektest.Cloud
	t      *testing.T
	stream readStream
}

const (
	answers    = 4
	answerRows = 8192
)

func newAnswered(t *testing.T) *answered {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "bank")
	cloud.CreateDataset(cmektest.Project+".bank", "us-central1", cmekpipe.KeyName{})
	rows := make([]item, answers*answerRows)
	for i := range rows {
		rows[i].ID = int64(i)
	}
	cloud.CreateTable(cmektest.Project+".bank.items", key, rows)
	client, err := openReadClient(t.Context(), opRead)
	if err != nil {
		t.Fatal(err)
	}
	a := &answered{cloud, t, readStream{}}
	s := session{client: client, op: opRead, project: cmektest.Project, table: tableName{cmektest.Project, "bank", "items"}, maxStreams: 1}
	if err := s.begin(t.Context(), reflect.TypeFor[item](), func(r readStream) { a.stream = r }); err != nil {
		t.Fatal(err)
	}
	return a
}

// read reads the stream and returns how many rows came, each once and in order, and whether the stream was read to its end.
func (a *answered) read(policy retry.Policy) (rows int64, whole bool, err error) {
	a.t.Helper()
	f := &streamFn{Op: opRead, Table: "items", Type: beam.EncodedType{T: reflect.TypeFor[item]()}}
	if err := f.Setup(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	f.policy.Initial, f.policy.Max = 1, 1
	if policy.Attempts > 0 {
		f.policy.Attempts, f.policy.MaxElapsed = policy.Attempts, 0
	}
	err = f.ProcessElement(a.t.Context(), a.stream, func(x beam.X) {
		if id := x.(item).ID; id != rows {
			a.t.Fatalf("got row %d, want row %d", id, rows)
		}
		rows++
	}, func(int, string) { whole = true })
	return rows, whole, err
}

func TestStreamThatBreaksAgainGoesOnAtItsOffset(t *testing.T) {
	a := newAnswered(t)
	type broken struct {
		method emulator.Method
		call   int
	}
	for name, breaks := range map[string][]broken{
		"twice in the middle":                {{nextCall, 1}, {nextCall, 2}},
		"in the middle, then at its offset":  {{nextCall, 1}, {readCall, 2}},
		"five times at its offset":           {{nextCall, 2}, {readCall, 2}, {readCall, 3}, {readCall, 4}, {readCall, 5}},
		"before each answer":                 {{nextCall, 0}},
		"at the beginning, and then forever": {{readCall, 1}, {readCall, 2}, {nextCall, 0}},
	} {
		for _, code := range []codes.Code{codes.Unavailable, codes.Internal, codes.Aborted, codes.DeadlineExceeded, codes.Unknown,
			codes.ResourceExhausted, codes.Canceled} {
			t.Run(fmt.Sprintf("%s %v", name, code), func(t *testing.T) {
				for _, b := range breaks {
					defer a.Inject(emulator.Fault{Method: b.method, Call: b.call, Code: code})()
				}
				rows, whole, err := a.read(retry.Policy{})
				if err != nil || !whole || rows != answers*answerRows {
					t.Errorf("got %d rows, to the end %v, error %v, want %d", rows, whole, err, answers*answerRows)
				}
			})
		}
	}
}

func TestStreamThatCannotGoOnFailsTyped(t *testing.T) {
	a := newAnswered(t)
	for _, tt := range []struct {
		method emulator.Method
		code   codes.Code
		want   cmekpipe.Code
	}{
		{readCall, codes.Unavailable, cmekpipe.Unavailable}, // for longer than workers wait
		{readCall, codes.Internal, cmekpipe.Unavailable},
		{readCall, codes.ResourceExhausted, cmekpipe.Unavailable},
		{nextCall, codes.PermissionDenied, cmekpipe.PermissionDenied},
		{nextCall, codes.NotFound, cmekpipe.NotFound},
		{nextCall, codes.FailedPrecondition, cmekpipe.PreconditionFailed},
	} {
		t.Run(fmt.Sprintf("%s %v", tt.method, tt.code), func(t *testing.T) {
			defer a.Inject(emulator.Fault{Method: tt.method, Code: tt.code})()
			rows, whole, err := a.read(retry.Policy{Attempts: 3})
			e, ok := cmekpipe.FindError(fmt.Sprint(err))
			if !ok || e.Code != tt.want || e.Op != opRead || e.Resource != "items" || e.Hint == "" {
				t.Errorf("got %v, want code %v with operation, table and hint", err, tt.want)
			}
			if whole || rows > answerRows {
				t.Errorf("got %d rows, to the end %v, want a part", rows, whole)
			}
		})
	}
}
