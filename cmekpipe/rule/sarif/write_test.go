package sarif_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule/sarif"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/golden"
)

// findings has every verdict and severity, two findings on one resource, a rule that nobody knows, and text from outside.
func findings() rule.Findings {
	return rule.Findings{
		{Rule: rule.JobMetadata, Resource: "job nightly", Detail: "labels env, team"},
		{Rule: rule.OtherKey, Resource: "gs://bank-out/a", Detail: "got k2, want k", Remedy: "gcloud storage rm gs://bank-out/a"},
		{Rule: rule.BucketDefaultKey, Resource: "gs://bank-work", Detail: "for the temp location"},
		{Rule: rule.BucketDefaultKey, Resource: "gs://bank-work", Detail: "for the staging location"},
		{Rule: rule.NoKey, Verdict: rule.VerdictCannotSee, Resource: "bank-prod.ledger.entries", Detail: "needs bigquery.tables.get"},
		{Rule: rule.NoKey, Verdict: rule.VerdictPass, Resource: "gs://bank-out/b"},
		{Rule: rule.TwoKeys, Verdict: rule.VerdictNotApplicable, Resource: "one sink"},
		{Rule: "CMEK999", Resource: "a\nb\u202e", Detail: "{0} [click](https://evil.example) \xff"},
		{},
	}
}

func write(t testing.TB, f rule.Findings, options ...sarif.Option) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := sarif.Write(&out, f, options...); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestLogIsThatOfTheGoldenFile(t *testing.T) {
	var out bytes.Buffer
	if err := json.Indent(&out, write(t, findings(), sarif.WithCategory("nightly")), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "findings.sarif", out.String())
}

// Each rule is written with every verdict, each log has the form of the official schema, and GitHub accepts it.
func TestLogsHaveTheFormOfTheOfficialSchema(t *testing.T) {
	check := officialSchema(t)
	var all rule.Findings
	for _, r := range rule.All() {
		for _, v := range []rule.Verdict{"", rule.VerdictFail, rule.VerdictCannotSee, rule.VerdictPass, rule.VerdictNotApplicable} {
			all = append(all, rule.Finding{Rule: r.ID, Verdict: v, Resource: "gs://b/" + string(v)})
		}
	}
	for name, f := range map[string]rule.Findings{"none": nil, "one of each": findings(), "all rules": all, "passed": findings()[5:7]} {
		log := write(t, f, sarif.WithFile("cmd/a b/main.go"))
		if err := check(log); err != nil {
			t.Errorf("%s: %v\n%s", name, err, log)
		}
		_, results := parse(t, log)
		s := f.Summary()
		if want := s.Errors + s.Warnings + s.Notices + s.CannotSee; len(results) != want {
			t.Errorf("%s: got %d results, want %d", name, len(results), want)
		}
	}
}

// The schema is worth nothing if it accepts everything.
func TestTheOfficialSchemaRefusesOtherLogs(t *testing.T) {
	check, log := officialSchema(t), string(write(t, findings()))
	for old, changed := range map[string]string{
		`"version":"2.1.0"`: `"version":"2.0.0"`, `"startLine":1`: `"startLine":0`, `"kind":"open"`: `"kind":"closed"`, `"message":`: `"text":`,
	} {
		if broken := strings.Replace(log, old, changed, 1); broken == log || check([]byte(broken)) == nil {
			t.Errorf("%s became %s: got a valid log", old, changed)
		}
	}
}

func TestVerdictsAndSeverities(t *testing.T) {
	_, results := parse(t, write(t, findings()))
	got := map[string]string{}
	for _, r := range results {
		got[r.RuleID] = r.Kind + " " + r.Level
	}
	for id, want := range map[string]string{
		"CMEK005": "fail note", "CMEK010": "fail warning", "CMEK021": "open none", "CMEK022": "fail error", "CMEK999": "fail error", "unknown": "fail error",
	} {
		if got[id] != want {
			t.Errorf("%s: got %q, want %q", id, got[id], want)
		}
	}
	if results[len(results)-1].RuleID != "CMEK005" || results[0].Level != "error" {
		t.Errorf("got %+v, want the most severe first", results)
	}
}

// A message shows text from outside as it is: no link, no placeholder, no control character.
func TestMessagesHoldNoMarkup(t *testing.T) {
	_, results := parse(t, write(t, findings()))
	want := "a finding of a rule that this version doesn't know: a b\\u202e\n{{0}} [click\\](https://evil.example) \\xff\nTo do: use the version that found it"
	for _, r := range results {
		if r.RuleID == "CMEK999" && r.Message.Text != want {
			t.Errorf("got %q\nwant %q", r.Message.Text, want)
		}
	}
}

func TestFingerprintsDependOnRuleAndResourceOnly(t *testing.T) {
	prints := func(f ...rule.Finding) (all []string) {
		_, results := parse(t, write(t, f))
		for _, r := range results {
			all = append(all, r.PartialFingerprints["primaryLocationLineHash"])
		}
		return all
	}
	one := rule.Finding{Rule: rule.NoKey, Resource: "gs://b/a", Detail: "got no key"}
	reworded, elsewhere, other := one, one, one
	reworded.Detail, reworded.Remedy = "the key is missing", "fix it"
	elsewhere.Resource = "gs://b/b"
	other.Rule = rule.OtherKey
	first := prints(one)[0]
	if got := prints(reworded)[0]; got != first {
		t.Errorf("with other words: got %s, want %s", got, first)
	}
	for _, f := range []rule.Finding{elsewhere, other} {
		if got := prints(f)[0]; got == first {
			t.Errorf("%+v: got %s, want another one", f, got)
		}
	}
	if got := prints(one, one); got[0] != first || got[1] == first {
		t.Errorf("of one twice: got %v, want %s and another one", got, first)
	}
}

func TestResultsAreLocatedInTheFile(t *testing.T) {
	for file, want := range map[string]string{
		"cmd/nightly/main.go": "cmd/nightly/main.go", "a b%.go": "a%20b%25.go", "a:b.go": "./a:b.go", "./x/../main.go": "./x/../main.go",
	} {
		_, results := parse(t, write(t, findings(), sarif.WithFile(file)))
		if got := results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
	_, results := parse(t, write(t, findings()))
	if got := results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != "go.mod" {
		t.Errorf("without an option: got %q, want go.mod", got)
	}
	for _, file := range []string{"", "/etc/passwd", "../main.go", "x/../../main.go"} {
		var out bytes.Buffer
		if err := sarif.Write(&out, nil, sarif.WithFile(file)); !errors.Is(err, cmekpipe.InvalidOptions) || out.Len() != 0 {
			t.Errorf("%q: got error %v and %d bytes, want code %q", file, err, out.Len(), cmekpipe.InvalidOptions)
		}
	}
}

// GitHub reads the category up to the last slash.
func TestCategory(t *testing.T) {
	for category, want := range map[string]string{"": "", "nightly": "nightly/", "nightly/preflight": "nightly/preflight/", "nightly/": "nightly/"} {
		l, _ := parse(t, write(t, nil, sarif.WithCategory(category)))
		if got := l.Runs[0].AutomationDetails.ID; got != want {
			t.Errorf("%q: got id %q, want %q", category, got, want)
		}
	}
}

func TestTooManyFindingsAreLeftOutAndCounted(t *testing.T) {
	f := make(rule.Findings, 0, 25_010)
	for i := range 25_007 {
		f = append(f, rule.Finding{Rule: rule.OpaqueTransform, Resource: fmt.Sprint("step ", i)})
	}
	f = append(f, rule.Finding{Rule: rule.NoKey, Resource: "gs://b/a"})
	l, results := parse(t, write(t, f))
	if len(results) != 25_000 || results[0].RuleID != string(rule.NoKey) {
		t.Errorf("got %d results and %s first, want 25,000 and the error first", len(results), results[0].RuleID)
	}
	requireNotice(t, l, "8 findings are not in this file")
	if log := write(t, f[:25_000]); bytes.Contains(log, []byte("toolExecutionNotifications")) {
		t.Error("got a notification about 25,000 findings, want none")
	}
}

// Texts that cannot be compressed are cut, and results left out, until GitHub accepts the file.
func TestLongTextsFitIntoTheLimit(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	noise := func(bytes int) string {
		b := make([]byte, bytes)
		_, _ = random.Read(b) // never fails
		return base64.StdEncoding.EncodeToString(b)
	}
	var f rule.Findings
	for range 2500 {
		f = append(f, rule.Finding{Rule: rule.NoKey, Resource: noise(1500), Detail: noise(1500), Remedy: noise(1500)})
	}
	l, results := parse(t, write(t, f))
	if len(results) < 2000 || len(results) >= len(f) {
		t.Errorf("got %d results of %d, want as many as fit", len(results), len(f))
	}
	requireNotice(t, l, fmt.Sprint(len(f)-len(results), " findings are not in this file"))

	long := strings.Repeat("ü", 1<<20)
	log := write(t, rule.Findings{{Rule: rule.ID(long), Resource: long, Detail: "x" + long, Remedy: "xy" + long}})
	if _, results := parse(t, log); len(log) > 20_000 || len(results) != 1 || !utf8.Valid(log) || !strings.Contains(results[0].Message.Text, "ü…") {
		t.Errorf("got %d bytes, want texts cut between characters", len(log))
	}
}

func requireNotice(t *testing.T, l log, want string) {
	t.Helper()
	notices := l.Runs[0].Invocations[0].ToolExecutionNotifications
	if len(notices) != 1 || !strings.HasPrefix(notices[0].Message.Text, want) {
		t.Errorf("got notifications %+v, want %q", notices, want)
	}
}

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	if err := sarif.Write(broken{}, findings()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got error %v, want %v", err, os.ErrClosed)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

// FuzzWrite writes findings of arbitrary text: every log has the form of the official schema, and GitHub shows every finding.
func FuzzWrite(f *testing.F) {
	for _, seed := range findings() {
		f.Add(string(seed.Rule), string(seed.Verdict), seed.Resource, seed.Detail, seed.Remedy, "nightly", "go.mod")
	}
	f.Add("\xff", "\xff", "\x00", "{{0}", "](", "\n/", "a:\xff/b")
	check := officialSchema(f)
	f.Fuzz(func(t *testing.T, id, verdict, resource, detail, remedy, category, file string) {
		all := append(findings(), rule.Finding{Rule: rule.ID(id), Verdict: rule.Verdict(verdict), Resource: resource, Detail: detail, Remedy: remedy})
		var out bytes.Buffer
		if err := sarif.Write(&out, all, sarif.WithCategory(category), sarif.WithFile(file)); err != nil {
			if !errors.Is(err, cmekpipe.InvalidOptions) {
				t.Fatal(err)
			}
			return
		}
		if err := check(out.Bytes()); err != nil {
			t.Errorf("%v\n%s", err, out.String())
		}
		_, results := parse(t, out.Bytes())
		s := all.Summary()
		if want := s.Errors + s.Warnings + s.Notices + s.CannotSee; len(results) != want {
			t.Errorf("got %d results, want %d", len(results), want)
		}
	})
}

func ExampleWrite() {
	findings := rule.Findings{{Rule: rule.NoKey, Resource: "gs://bank-out/counts", Remedy: "gcloud storage rm gs://bank-out/counts"}}
	var log bytes.Buffer
	if err := sarif.Write(&log, findings, sarif.WithFile("cmd/nightly/main.go"), sarif.WithCategory("nightly")); err != nil {
		fmt.Println(err)
	}
	var read struct {
		Runs []struct {
			Results []struct {
				RuleID, Level string
				Message       struct{ Text string }
			}
		}
	}
	if err := json.Unmarshal(log.Bytes(), &read); err != nil {
		fmt.Println(err)
	}
	for _, r := range read.Runs[0].Results {
		fmt.Println(r.Level, r.RuleID, r.Message.Text)
	}
	// Output:
	// error CMEK021 a resource is not encrypted with a Cloud KMS key: gs://bank-out/counts
	// To do: gcloud storage rm gs://bank-out/counts
}
