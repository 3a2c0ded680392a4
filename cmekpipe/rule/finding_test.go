package rule_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// findings has every verdict and severity, a rule with two findings, a rule that nobody knows, and text from outside.
func findings() rule.Findings {
	return rule.Findings{
		{Rule: "CMEK005", Resource: "job nightly", Detail: "no key covers: labels"},
		{Rule: "CMEK022", Resource: "gs://b/a\nb", Detail: "got k2, want k", Remedy: "gcloud storage rm gs://b/a"},
		{Rule: "CMEK002", Resource: "topic t"},
		{Rule: "CMEK021", Verdict: rule.VerdictPass, Resource: "gs://b/c"},
		{Rule: "", Resource: "of <a> later version"},
		{Rule: "CMEK022", Verdict: rule.VerdictFail, Resource: "gs://b/d", Detail: "got k3, want k"},
		{Rule: "CMEK021", Verdict: rule.VerdictCannotSee, Resource: "gs://b/e", Detail: "needs storage.objects.get"},
		{Rule: "CMEK009", Verdict: rule.VerdictNotApplicable, Resource: "one sink"},
		{Rule: "CMEK005", Verdict: rule.VerdictCannotSee, Resource: "job other", Remedy: "grant dataflow.jobs.get"},
		{Rule: "CMEK021", Verdict: "maybe", Resource: "gs://b/f"},
	}
}

func TestVerdictsDecideSeverityTitleAndRemedy(t *testing.T) {
	const title, remedy = "a resource is not encrypted with a Cloud KMS key", "find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again"
	type want struct {
		Severity    rule.Severity
		Title, ToDo string
	}
	cases := []struct {
		id      rule.ID
		verdict rule.Verdict
		want    want
	}{
		{rule.NoKey, "", want{rule.SeverityError, title, remedy}},
		{rule.NoKey, rule.VerdictFail, want{rule.SeverityError, title, remedy}},
		{rule.NoKey, "maybe", want{rule.SeverityError, title, remedy}},
		{rule.NoKey, rule.VerdictCannotSee, want{rule.SeverityWarning, "cannot see whether " + title,
			"grant the caller the permission that is missing, and check once more"}},
		{rule.NoKey, rule.VerdictPass, want{rule.SeverityNone, "ruled out: " + title, ""}},
		{rule.NoKey, rule.VerdictNotApplicable, want{rule.SeverityNone, "not applicable: " + title, ""}},
		{rule.WorkerDisk, rule.VerdictCannotSee, want{rule.SeverityWarning, "cannot see whether a transform writes to the worker's own disk",
			"grant the caller the permission that is missing, and check once more"}},
		{rule.JobMetadata, rule.VerdictCannotSee, want{rule.SeverityNotice, "cannot see whether the job has metadata that no key covers",
			"grant the caller the permission that is missing, and check once more"}},
		{"CMEK999", "", want{rule.SeverityError, "a finding of a rule that this version doesn't know", "use the version that found it"}},
	}
	for _, c := range cases {
		f := rule.Finding{Rule: c.id, Verdict: c.verdict}
		if diff := cmp.Diff(c.want, want{f.Severity(), f.Title(), f.ToDo()}); diff != "" {
			t.Errorf("%s %q (-want +got)\n%s", c.id, c.verdict, diff)
		}
		f.Remedy = "gcloud"
		own := "gcloud"
		if c.want.ToDo == "" {
			own = "" // nothing to do
		}
		if got := f.ToDo(); got != own {
			t.Errorf("%s %q with a remedy of its own: got %q, want %q", c.id, c.verdict, got, own)
		}
	}
}

func TestByRuleHasTheMostSevereFirst(t *testing.T) {
	var got []string
	for _, group := range findings().ByRule() {
		line := string(group[0].Severity())
		for _, f := range group {
			line += " " + string(f.Rule) + "/" + string(f.Verdict) + "/" + f.Resource
		}
		got = append(got, line)
	}
	want := []string{
		"error /fail/of <a> later version",
		"error CMEK021/fail/gs://b/f",
		"error CMEK022/fail/gs://b/a\nb CMEK022/fail/gs://b/d",
		"warning CMEK002/fail/topic t",
		"warning CMEK021/cannot-see/gs://b/e",
		"notice CMEK005/fail/job nightly",
		"notice CMEK005/cannot-see/job other",
		"none CMEK021/pass/gs://b/c",
		"none CMEK009/not-applicable/one sink",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if groups := (rule.Findings{}).ByRule(); len(groups) != 0 {
		t.Errorf("got %v of no findings", groups)
	}
}

func TestSummaryCountsEachFindingOnce(t *testing.T) {
	got := findings().Summary()
	want := rule.Summary{Errors: 4, Warnings: 1, Notices: 1, CannotSee: 2, Passed: 1, NotApplicable: 1}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for s, want := range map[rule.Summary]string{
		got:                         "4 errors, 1 warning, 1 notice, 2 cannot be seen, 1 passed, 1 not applicable",
		{Errors: 1, Warnings: 2}:    "1 error, 2 warnings",
		{Notices: 2, CannotSee: 1}:  "2 notices, 1 cannot be seen",
		{Passed: 12}:                "12 passed",
		{}:                          "no findings",
		rule.Findings{}.Summary():   "no findings",
		findings()[:1].Summary():    "1 notice",
		{NotApplicable: 3}:          "3 not applicable",
		{Errors: 10, CannotSee: 10}: "10 errors, 10 cannot be seen",
	} {
		if got := s.String(); got != want {
			t.Errorf("%+v: got %q, want %q", s, got, want)
		}
	}
}

func TestErrIsNilWithoutAnErrorFinding(t *testing.T) {
	for _, f := range []rule.Findings{
		nil, {}, {{Rule: rule.JobMetadata, Resource: "job nightly"}, {Rule: rule.OutsideKMS, Resource: "topic t"}},
		{{Rule: rule.NoKey, Verdict: rule.VerdictCannotSee}, {Rule: rule.NoKey, Verdict: rule.VerdictPass}, {Rule: rule.NoKey, Verdict: rule.VerdictNotApplicable}},
	} {
		if err := f.Err(); err != nil {
			t.Errorf("%v: got error %v, want nil", f, err)
		}
	}
}

func TestErrReturnsEveryErrorFinding(t *testing.T) {
	err := findings().Err()
	for _, want := range []cmekpipe.Code{cmekpipe.KeyMismatch, cmekpipe.Unsupported, cmekpipe.KeyMissing} {
		if !errors.Is(err, want) {
			t.Errorf("got error %v, want code %q in it", err, want)
		}
	}
	want := []string{
		`cmekpipe[key-mismatch] "gs://b/a\nb": CMEK022 a resource is encrypted with another key: got k2, want k; hint: gcloud storage rm gs://b/a`,
		`cmekpipe[unsupported] "of <a> later version": a finding of a rule that this version doesn't know; hint: use the version that found it`,
		`cmekpipe[key-mismatch] "gs://b/d": CMEK022 a resource is encrypted with another key: got k3, want k; ` +
			`hint: find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again`,
		`cmekpipe[key-missing] "gs://b/f": CMEK021 a resource is not encrypted with a Cloud KMS key; ` +
			`hint: find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again`,
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
	if got := all.Of(rule.KeyUnknown); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	if diff := cmp.Diff(findings(), all); diff != "" {
		t.Errorf("the findings changed (-want +got)\n%s", diff)
	}
}
