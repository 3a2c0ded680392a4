package rule_test

import (
	"errors"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the list of rules anew; rules that went stay in it as retired")
	flag.Parse()
	os.Exit(m.Run())
}

const listFile = "testdata/rules.golden"

// An ID stands in alerts and suppressions for ever. A rule that goes stays in the list, marked "retired ", so that no
// other rule gets its ID.
func TestIDsAreNeverReused(t *testing.T) {
	known := golden(t)
	listed := make([]string, 0, len(known))
	for _, r := range rule.All() {
		line := string(r.ID) + " " + r.Title
		for _, old := range known {
			retired := strings.HasPrefix(old, "retired ")
			id, _, _ := strings.Cut(strings.TrimPrefix(old, "retired "), " ")
			if id == string(r.ID) && (retired || old != line) {
				t.Errorf("%s: got title %q, the list has %q: give the new rule a new ID", r.ID, r.Title, old)
			}
		}
		listed = append(listed, line)
	}
	for _, old := range known {
		if !slices.Contains(listed, old) && !strings.HasPrefix(old, "retired ") {
			t.Errorf("rule %q went: put \"retired \" before its line in %s", old, listFile)
		}
		if strings.HasPrefix(old, "retired ") {
			listed = append(listed, old)
		}
	}
	if flag.Lookup("update").Value.String() == "true" && !t.Failed() {
		if err := os.WriteFile(listFile, []byte(strings.Join(listed, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	slices.Sort(listed)
	slices.Sort(known)
	if diff := cmp.Diff(known, listed); diff != "" {
		t.Errorf("rules differ from %s (-want +got); add new ones with go test ./cmekpipe/rule -update:\n%s", listFile, diff)
	}
}

func golden(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(listFile)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

func TestEveryRuleIsWhole(t *testing.T) {
	all := rule.All()
	if len(all) == 0 {
		t.Fatal("got no rules")
	}
	for i, r := range all {
		if !regexp.MustCompile(`^CMEK\d{3}$`).MatchString(string(r.ID)) {
			t.Errorf("got ID %q, want CMEK and three digits", r.ID)
		}
		if i > 0 && r.ID <= all[i-1].ID {
			t.Errorf("got %s behind %s, want them in order and each once", r.ID, all[i-1].ID)
		}
		if (r.Code != "") != (r.Severity == rule.SeverityError) {
			t.Errorf("%s: got code %q and severity %q, want a code of an error, and of nothing else", r.ID, r.Code, r.Severity)
		}
		if r.Title == "" || r.Remedy == "" || !strings.HasPrefix(r.Link, "https://") {
			t.Errorf("got %+v, want title, remedy and link", r)
		}
		if !slices.Contains([]rule.Severity{rule.SeverityError, rule.SeverityWarning, rule.SeverityNotice}, r.Severity) {
			t.Errorf("%s: got severity %q", r.ID, r.Severity)
		}
		if found, ok := rule.Find(r.ID); !ok || found != r {
			t.Errorf("Find(%s): got %+v %v, want the rule", r.ID, found, ok)
		}
	}
	if found, ok := rule.Find("CMEK999"); ok {
		t.Errorf("got %+v for an ID that nobody has", found)
	}
}

func findings() rule.Findings {
	return rule.Findings{
		{Rule: "CMEK005", Resource: "job nightly", Detail: "no key covers: labels"},
		{Rule: "CMEK022", Resource: "gs://b/a\nb", Detail: "got k2, want k", Remedy: "gcloud storage rm gs://b/a"},
		{Rule: "CMEK002", Resource: "topic t"},
		{Rule: "", Resource: "of <a> later version"},
	}
}

func TestText(t *testing.T) {
	var got strings.Builder
	if err := rule.WriteText(&got, findings()); err != nil {
		t.Fatal(err)
	}
	want := `error CMEK022: a resource is encrypted with another key
  gs://b/a b
  got k2, want k
  to do: gcloud storage rm gs://b/a
error : a finding of a rule that this version doesn't know
  of <a> later version
  to do: use the version that found it
warning CMEK002: a transform writes to a service outside Cloud KMS
  topic t
  to do: ask the service's operator to encrypt its storage with your key
notice CMEK005: the job has metadata that no key covers
  job nightly
  no key covers: labels
  to do: keep secrets and personal data out of names, labels and parameters
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestJSONLines(t *testing.T) {
	var got strings.Builder
	if err := rule.WriteJSON(&got, findings()[1:2]); err != nil {
		t.Fatal(err)
	}
	want := `{"rule":"CMEK022","severity":"error","title":"a resource is encrypted with another key","resource":"gs://b/a\nb",` +
		`"detail":"got k2, want k","remedy":"gcloud storage rm gs://b/a",` +
		`"link":"https://docs.cloud.google.com/kms/docs/compatible-services"}` + "\n"
	if got.String() != want {
		t.Errorf("got  %s\nwant %s", got.String(), want)
	}
}

func TestErrIsNilWithoutAnErrorFinding(t *testing.T) {
	for _, f := range []rule.Findings{nil, {}, {{Rule: rule.JobMetadata, Resource: "job nightly"}, {Rule: rule.OutsideKMS, Resource: "topic t"}}} {
		if err := f.Err(); err != nil {
			t.Errorf("%v: got error %v, want nil", f, err)
		}
	}
}

func TestErrReturnsEveryErrorFinding(t *testing.T) {
	err := findings().Err()
	for _, want := range []cmekpipe.Code{cmekpipe.KeyMismatch, cmekpipe.Unsupported} {
		if !errors.Is(err, want) {
			t.Errorf("got error %v, want code %q in it", err, want)
		}
	}
	want := []string{
		`cmekpipe[key-mismatch] "gs://b/a\nb": CMEK022 a resource is encrypted with another key: got k2, want k; hint: gcloud storage rm gs://b/a`,
		`cmekpipe[unsupported] "of <a> later version": a finding of a rule that this version doesn't know; hint: use the version that found it`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOfReturnsTheFindingsOfOneRule(t *testing.T) {
	all := findings()
	if diff := cmp.Diff(rule.Findings{all[2]}, all.Of(rule.OutsideKMS)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := all.Of(rule.NoKey); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	if diff := cmp.Diff(findings(), all); diff != "" {
		t.Errorf("the findings changed (-want +got)\n%s", diff)
	}
}

func TestNoFindingsAreNoText(t *testing.T) {
	var got strings.Builder
	if err := rule.WriteText(&got, nil); err != nil || got.Len() != 0 {
		t.Errorf("got %q and error %v, want nothing", got.String(), err)
	}
	if err := rule.WriteJSON(&got, nil); err != nil || got.Len() != 0 {
		t.Errorf("got %q and error %v, want nothing", got.String(), err)
	}
}

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	for _, write := range []func(f rule.Findings) error{
		func(f rule.Findings) error { return rule.WriteText(broken{}, f) },
		func(f rule.Findings) error { return rule.WriteJSON(broken{}, f) },
	} {
		if err := write(findings()); err == nil {
			t.Error("got no error of a writer that takes nothing")
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }
