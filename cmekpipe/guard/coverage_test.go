package guard_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigqueryio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

var someTime = time.Unix(0, 0)

func typeOf(v any) reflect.Type { return reflect.TypeOf(v) }

// configFn has constants of every kind in its fields.
type configFn struct {
	Text   string
	Zero   string
	Number int32
	Bytes  []byte
	List   []string
	Table  map[string]bool
	Inner  *configFn
	Hidden string `json:"-"`
	own    string
}

func (*configFn) ProcessElement(string) {}

func TestErrHasOneErrorForEachUnprotectedTransform(t *testing.T) {
	one := inspect(t, pipeline(func(s beam.Scope) { textio.Write(s.Scope("Daily"), "gs://bank-records/a", lines(s)) })).Err()
	var e *cmekpipe.Error
	if !errors.As(one, &e) {
		t.Fatalf("Err() = %v, want a *cmekpipe.Error", one)
	}
	want := &cmekpipe.Error{Op: "guard.Inspect", Code: cmekpipe.Unprotected, Resource: "root/Daily/textio.Write/textio.writeFileFn",
		Hint: "use github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio.Write with an object created from a key: textio.Write(s, key.MustObject(\"gs://bank-records/a\"), col)",
		Err:  errors.New("creates an object without naming a key: gs://bank-records/a")}
	if diff := cmp.Diff(want, e, cmp.Comparer(func(a, b error) bool { return a.Error() == b.Error() })); diff != "" {
		t.Errorf("Err() differs (-want +got):\n%s", diff)
	}
	two := inspect(t, pipeline(func(s beam.Scope) {
		textio.Write(s.Scope("Daily"), "gs://bank-records/a", lines(s))
		bigqueryio.Write(s, "bank-prod", "bank-prod:ledger.entries", records(s))
	})).Err()
	joined := guard.Refusals(fmt.Errorf("launch: %w", two))
	if len(joined) != 2 || !errors.Is(two, cmekpipe.Unprotected) || cmekpipe.CodeOf(two) != cmekpipe.Unprotected {
		t.Fatalf("Err() = %v, want it to hold 2 errors", two)
	}
	if got := strings.Split(two.Error(), "\n"); len(got) != 2 || got[0] != joined[0].Error() || got[1] != joined[1].Error() {
		t.Errorf("Err() = %v, want a line for each transform", two)
	}
	if got := guard.Refusals(one); len(got) != 1 || got[0].Resource != want.Resource {
		t.Errorf("Refusals() = %v, want the one transform", got)
	}
	if got := guard.Refusals(errors.New("another")); got != nil {
		t.Errorf("Refusals() = %v for another error, want none", got)
	}
	for i, path := range []string{"root/Daily/textio.Write/textio.writeFileFn", "root/bigquery.Write/bigqueryio.writeFn"} {
		if e := joined[i]; e.Resource != path || e.Hint == "" {
			t.Errorf("error %d is %v, want one about %s with a hint", i, e, path)
		}
	}
}

func TestWhatInspectDidNotMakeIsRefused(t *testing.T) {
	good := inspect(t, pipeline(func(s beam.Scope) { beam.Impulse(s) }))
	if err := good.Err(); err != nil {
		t.Fatalf("Err() = %v, want nil", err)
	}
	good.Transforms[0].Verdict = ""
	text, err := json.Marshal(inspect(t, beam.NewPipeline()))
	if err != nil {
		t.Fatal(err)
	}
	var decoded guard.Coverage
	if err := json.Unmarshal(text, &decoded); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*guard.Coverage{"nil": nil, "zero": {}, "decoded": &decoded, "zero verdict": good} {
		if err := c.Err(); !errors.Is(err, cmekpipe.Unprotected) {
			t.Errorf("%s: Err() = %v, want %v", name, err, cmekpipe.Unprotected)
		}
	}
}

func TestInspectFailsOnWhatBeamCannotBuild(t *testing.T) {
	other := beam.NewPipeline()
	dangling := pipeline(func(s beam.Scope) { beam.ParDo0(s, userSink, lines(other.Root())) })
	for name, p := range map[string]*beam.Pipeline{"nil": nil, "zero": {}, "two pipelines in one": dangling} {
		c, err := guard.Inspect(p)
		if c != nil || cmekpipe.CodeOf(err) != cmekpipe.InvalidOptions {
			t.Errorf("%s: Inspect() = %v, %v, want %v", name, c, err, cmekpipe.InvalidOptions)
		}
	}
}

func TestInspectChangesNothingAndRepeats(t *testing.T) {
	for _, tt := range connectors() {
		p := pipeline(tt.build)
		before := p.String()
		first, second := inspect(t, p), inspect(t, p)
		if diff := cmp.Diff(first, second, cmpopts.IgnoreUnexported(guard.Coverage{}), cmp.Comparer(sameKey)); diff != "" {
			t.Errorf("%s: second inspection differs:\n%s", tt.call, diff)
		}
		if first.String() != second.String() || p.String() != before {
			t.Errorf("%s: text or pipeline changed", tt.call)
		}
		again := inspect(t, pipeline(tt.build))
		if again.String() != first.String() {
			t.Errorf("%s: the same program gave another text", tt.call)
		}
	}
}

func sameKey(a, b cmekpipe.KeyName) bool { return a == b }

func TestCoverageSurvivesJSON(t *testing.T) {
	for _, tt := range connectors() {
		want := inspect(t, pipeline(tt.build))
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got guard.Coverage
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, &got, cmpopts.IgnoreUnexported(guard.Coverage{}), cmp.Comparer(sameKey)); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", tt.call, diff)
		}
	}
}

func TestConstantsAreCountedAndNeverShown(t *testing.T) {
	const secret = "s3cr3t-value"
	fn := &configFn{Text: secret, Number: 7, Bytes: []byte(secret), List: []string{secret, ""}, Table: map[string]bool{secret: true},
		Inner: &configFn{Text: secret}, Hidden: secret, own: secret}
	c := inspect(t, pipeline(func(s beam.Scope) {
		beam.ParDo0(s, fn, beam.Create(s, secret, secret))
		beam.External(s, "beam:transform:org.example:x:v1", []byte(secret), nil, nil, true)
	}))
	n := len(secret)
	want := guard.Metadata{
		Uncovered: []string{"job name", "job id", "labels", "parameter values", "pipeline graph", "worker addresses"},
		// An element is a length and its text; the impulse before them is empty.
		Elements: 2, ElementBytes: 2 * (n + 1),
		Constants: 8, ConstantBytes: 6*n + 4 + 1,
	}
	if diff := cmp.Diff(want, c.Metadata); diff != "" {
		t.Errorf("Metadata differs (-want +got):\n%s", diff)
	}
	hide(t, c, secret)
}

func TestNoConnectorShowsASecret(t *testing.T) {
	for _, tt := range connectors() {
		hide(t, inspect(t, pipeline(tt.build)), "secret")
	}
}

// hide looks for a secret in everything that a Coverage prints.
func hide(t *testing.T, c *guard.Coverage, secret string) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{string(text), c.String(), fmt.Sprint(c.Err()), fmt.Sprintf("%+v %#v", c, c)} {
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))} {
			if strings.Contains(out, form) {
				t.Errorf("%q stands in:\n%s", form, out)
			}
		}
	}
}

func TestTextStaysOnItsLines(t *testing.T) {
	c := inspect(t, pipeline(func(s beam.Scope) { textio.Write(s.Scope("a\nb"), "gs://bank-records/a\nunprotected root/x", lines(s)) }))
	for line := range strings.Lines(c.String()) {
		if strings.HasPrefix(line, "b/") || strings.HasPrefix(line, "unprotected root/x") {
			t.Errorf("a name broke the line: %q", line)
		}
	}
}

func TestWriteTextReportsTheWritersError(t *testing.T) {
	if err := inspect(t, beam.NewPipeline()).WriteText(failing{}); !errors.Is(err, errFull) {
		t.Errorf("WriteText() = %v, want %v", err, errFull)
	}
}

var errFull = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }
