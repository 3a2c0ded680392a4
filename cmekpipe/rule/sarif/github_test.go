package sarif_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// log is what GitHub reads of a file.
type log struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name  string
				Rules *[]struct {
					ID                                string
					ShortDescription, FullDescription struct{ Text string }
					Help                              struct{ Text, Markdown string }
					DefaultConfiguration              struct{ Level string }
					Properties                        struct {
						Tags             []string
						SecuritySeverity string `json:"security-severity"`
					}
				}
			}
		}
		AutomationDetails struct{ ID string }
		Invocations       []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
		Results *[]result
	}
}

type result struct {
	RuleID, Kind, Level string
	RuleIndex           int
	Message             struct{ Text string }
	Locations           []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine int }
		}
		LogicalLocations []struct{ FullyQualifiedName string }
	}
	PartialFingerprints map[string]string
}

// parse reads a file and fails the test unless code scanning on GitHub accepts it and shows each of its results. The limits are
// those of "SARIF support for code scanning" in GitHub's documentation.
func parse(t testing.TB, file []byte) (log, []result) {
	t.Helper()
	var l log
	if err := json.Unmarshal(file, &l); err != nil {
		t.Fatal(err)
	}
	if size := compressed(t, file); size > 10_000_000 {
		t.Errorf("got %d bytes after compression, want at most 10 MB", size)
	}
	if l.Schema == "" || l.Version != "2.1.0" || len(l.Runs) != 1 || l.Runs[0].Tool.Driver.Name == "" {
		t.Fatalf("got schema %q, version %q and %d runs, want one of a named tool", l.Schema, l.Version, len(l.Runs))
	}
	driver, results := l.Runs[0].Tool.Driver, l.Runs[0].Results
	if driver.Rules == nil || results == nil {
		t.Fatal("got no list of rules or of results, want both, if only empty ones")
	}
	if len(*results) > 25_000 || len(*driver.Rules) > 25_000 {
		t.Errorf("got %d results and %d rules, want at most 25,000", len(*results), len(*driver.Rules))
	}
	for _, r := range *driver.Rules {
		severity, err := strconv.ParseFloat(r.Properties.SecuritySeverity, 64)
		if r.ID == "" || len(r.ID) > 1024 || err != nil || severity <= 0 || severity > 10 || len(r.Properties.Tags) > 20 || r.Help.Text == "" || r.Help.Markdown == "" {
			t.Errorf("got rule %+v, want an ID, a help, a severity from 0.1 to 10.0 and at most 20 tags", r)
		}
		for _, text := range []string{r.ShortDescription.Text, r.FullDescription.Text} {
			if text == "" || len(text) > 1024 {
				t.Errorf("%s: got a description of %d bytes, want 1 to 1024", r.ID, len(text))
			}
		}
	}
	requireResults(t, l, *results)
	return l, *results
}

func requireResults(t testing.TB, l log, results []result) {
	t.Helper()
	rules, prints := *l.Runs[0].Tool.Driver.Rules, map[string]bool{}
	for _, r := range results {
		if r.RuleIndex < 0 || r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
			t.Fatalf("got rule %d of %q, want the place of that rule", r.RuleIndex, r.RuleID)
		}
		if r.Message.Text == "" || len(r.Locations) != 1 {
			t.Fatalf("got %+v, want a message and one location", r)
		}
		place := r.Locations[0].PhysicalLocation
		if uri := place.ArtifactLocation.URI; uri == "" || path.IsAbs(uri) || strings.Contains(uri, "://") || place.Region.StartLine < 1 {
			t.Errorf("got place %+v, want a line of a file of the repository", place)
		}
		if r.Kind == "pass" || r.Kind == "notApplicable" || (r.Kind != "fail") != (r.Level == "none") {
			t.Errorf("got kind %q and level %q, want a level of a failure, and no result that passed", r.Kind, r.Level)
		}
		print := r.PartialFingerprints["primaryLocationLineHash"]
		if print == "" || prints[r.RuleID+print] {
			t.Fatalf("%s: got fingerprint %q, want one that no other result has", r.RuleID, print)
		}
		prints[r.RuleID+print] = true
	}
}

// compressed returns the size of a file as GitHub's action uploads it.
func compressed(t testing.TB, file []byte) int {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// officialSchema returns a function that validates a log.
func officialSchema(t testing.TB) func(log []byte) error {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/sarif-2.1.0-rtm.5.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(log []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(log))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
}
