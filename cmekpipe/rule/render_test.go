package rule_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/golden"
)

// writers are the functions under test.
func writers() map[string]func(io.Writer, rule.Findings) error {
	return map[string]func(io.Writer, rule.Findings) error{"text": rule.WriteText, "json": rule.WriteJSON}
}

func TestReportsAreThoseOfTheGoldenFiles(t *testing.T) {
	for format, write := range writers() {
		var got bytes.Buffer
		if err := write(&got, findings()); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, "findings."+format, got.String())
	}
}

func TestTextWithoutFindings(t *testing.T) {
	for want, f := range map[string]rule.Findings{
		"no findings\n": nil,
		"1 passed\n":    findings().Of("CMEK021")[:1],
	} {
		var got strings.Builder
		if err := rule.WriteText(&got, f); err != nil || got.String() != want {
			t.Errorf("got %q and error %v, want %q", got.String(), err, want)
		}
	}
}

// A notice asks for nothing at once, so that nothing is next.
func TestTextOfNoticesNamesNothingNext(t *testing.T) {
	var got strings.Builder
	if err := rule.WriteText(&got, findings()[:1]); err != nil || strings.Contains(got.String(), "next:") {
		t.Errorf("got %q and error %v, want no line \"next\"", got.String(), err)
	}
}

func TestDocumentsHaveTheFormOfTheSchema(t *testing.T) {
	check := findingsSchema(t)
	for name, f := range map[string]rule.Findings{
		"none": nil, "all": findings(), "zero": {{}}, "hostile": {{Rule: "\xff\u202e", Verdict: "\xff", Resource: "\xff\x00", Detail: "<&>\u2028", Remedy: "\xc3("}},
	} {
		var got bytes.Buffer
		if err := rule.WriteJSON(&got, f); err != nil {
			t.Fatal(err)
		}
		if err := check(got.Bytes()); err != nil {
			t.Errorf("%s: %v\n%s", name, err, got.String())
		}
	}
}

// The schema is worth nothing if it accepts everything.
func TestTheSchemaRefusesOtherDocuments(t *testing.T) {
	const whole = `{"schema":"cmekpipe.findings/1","summary":{"errors":1,"warnings":0,"notices":0,"cannotSee":0,"passed":0,"notApplicable":0},` +
		`"findings":[{"rule":"CMEK021","verdict":"fail","severity":"error","duty":"customer","title":"t","resource":"r","remedy":"m","link":"https://x.example"}]}`
	check := findingsSchema(t)
	if err := check([]byte(whole)); err != nil {
		t.Fatal(err)
	}
	for old, changed := range map[string]string{
		"findings/1": "findings/2", `"errors":1`: `"errors":-1`, `"fail"`: `"maybe"`, `"error"`: `"none"`, `"remedy":"m",`: "", `"customer"`: `"nobody"`,
		`"verdict":"fail"`: `"verdict":"pass"`, `"resource":"r",`: "", `"https://x.example"`: `"no link"`, `"title":"t"`: `"title":""`,
	} {
		if err := check([]byte(strings.Replace(whole, old, changed, 1))); err == nil {
			t.Errorf("%s became %s: got a valid document", old, changed)
		}
	}
}

// findingsSchema returns a function that validates a document.
func findingsSchema(t testing.TB) func(document []byte) error {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("findings.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(document []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
}

// The list of a document is one of findings again, with nothing lost.
func TestFindingsCanBeReadFromADocument(t *testing.T) {
	var got bytes.Buffer
	if err := rule.WriteJSON(&got, findings()); err != nil {
		t.Fatal(err)
	}
	var document struct{ Findings rule.Findings }
	if err := json.Unmarshal(got.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	var want rule.Findings
	for _, group := range findings().ByRule() {
		for _, f := range group {
			f.Remedy = f.ToDo()
			want = append(want, f)
		}
	}
	if diff := cmp.Diff(want, document.Findings); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	for format, write := range writers() {
		if err := write(broken{}, findings()); err == nil {
			t.Errorf("%s: got no error of a writer that writes nothing", format)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }
