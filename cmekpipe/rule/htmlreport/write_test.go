package htmlreport_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule/htmlreport"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/golden"
)

// findings has every verdict and severity, remedies that differ within a rule, a rule that nobody knows, and text from outside.
func findings() rule.Findings {
	return rule.Findings{
		{Rule: rule.JobMetadata, Resource: "job nightly", Detail: "labels env, team"},
		{Rule: rule.OtherKey, Resource: "gs://bank-out/a", Detail: "got k2, want k", Remedy: "gcloud storage rm gs://bank-out/a"},
		{Rule: rule.OtherKey, Resource: "gs://bank-out/b", Detail: "got k3, want k"},
		{Rule: rule.BucketDefaultKey, Resource: "gs://bank-work"},
		{Rule: rule.BucketDefaultKey, Resource: "gs://bank-stage"},
		{Rule: rule.NoKey, Verdict: rule.VerdictCannotSee, Resource: "bank-prod.ledger.entries", Detail: "needs bigquery.tables.get"},
		{Rule: rule.NoKey, Verdict: rule.VerdictPass, Resource: "gs://bank-out/c", Detail: "key k"},
		{Rule: rule.TwoKeys, Verdict: rule.VerdictNotApplicable, Resource: "one sink"},
		{Rule: "<b>", Resource: "</td><script>alert(1)</script>", Detail: "a\nb\u202e\xff", Remedy: `"onload="x`},
		{},
	}
}

func write(t testing.TB, f rule.Findings, options ...htmlreport.Option) string {
	t.Helper()
	var out strings.Builder
	if err := htmlreport.Write(&out, f, options...); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPageIsThatOfTheGoldenFile(t *testing.T) {
	made := time.Date(2026, 12, 1, 3, 30, 0, 0, time.FixedZone("CET", 3600))
	page := write(t, findings(), htmlreport.WithTitle("nightly <bank-prod>"), htmlreport.WithTime(made))
	_, body, _ := strings.Cut(page, "</style>\n") // how it is drawn may change
	golden.Compare(t, "findings.html", body)
}

func TestEveryFindingIsOnThePage(t *testing.T) {
	page := write(t, findings(), htmlreport.WithTitle("nightly"), htmlreport.WithTime(time.Date(2026, 12, 1, 2, 30, 0, 0, time.UTC)))
	for _, want := range []string{
		"<title>nightly · cmekpipe</title>", "<h1>nightly</h1>", `<time datetime="2026-12-01T02:30:00Z">1 December 2026, 02:30 UTC</time>`,
		`<section id="CMEK022" class="error">`, `<section id="CMEK021-cannot-see" class="warning">`, `href="#CMEK010"`, `<section class="done" id="passed">`,
		"<code>gcloud storage rm gs://bank-out/a</code>", "needs bigquery.tables.get", "key k", "one sink",
		"&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;", `a b\u202e\xff`, "&#34;onload=&#34;x", "&lt;b&gt;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("got no %q in the page", want)
		}
	}
	for _, f := range findings()[:5] {
		r, _ := rule.Find(f.Rule)
		for _, want := range []string{f.Resource, f.Detail, r.Title} {
			if !strings.Contains(page, strings.ReplaceAll(want, "'", "&#39;")) {
				t.Errorf("got no %q in the page", want)
			}
		}
	}
}

// What is to do about all resources of a rule is written once.
func TestTheSameRemedyIsWrittenOnce(t *testing.T) {
	r, _ := rule.Find(rule.BucketDefaultKey)
	if got := strings.Count(write(t, findings().Of(rule.BucketDefaultKey)), r.Remedy); got != 1 {
		t.Errorf("got the remedy %d times, want once", got)
	}
}

// The page loads nothing: it has no script and no frame, and refers to other places in links only, which a person follows.
func TestThePageLoadsNothing(t *testing.T) {
	page := write(t, findings())
	for _, part := range []string{"<script", "<iframe", "<img", "<object", "<link", "<base", "@import", "url(", " src=", "javascript:", "<form"} {
		if strings.Contains(strings.ToLower(page), part) {
			t.Errorf("got %q in the page", part)
		}
	}
	for _, m := range regexp.MustCompile(`\w*="(?:https?:)?//[^"]*"`).FindAllString(page, -1) {
		if !strings.HasPrefix(m, "href=") {
			t.Errorf("got %s, want other places in links only", m)
		}
	}
	if !strings.Contains(page, `content="default-src 'none'; style-src 'unsafe-inline'"`) {
		t.Error("got no policy that forbids the page to load anything")
	}
}

func TestAPageWithoutFindings(t *testing.T) {
	page := write(t, nil)
	for _, want := range []string{"<h1>Findings</h1>", "no findings", "</html>"} {
		if !strings.Contains(page, want) {
			t.Errorf("got no %q in the page", want)
		}
	}
	for _, other := range []string{"<section", "<time", "<table", "<fieldset"} {
		if strings.Contains(page, other) {
			t.Errorf("got %q in a page without findings", other)
		}
	}
}

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	if err := htmlreport.Write(broken{}, findings()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got error %v, want %v", err, os.ErrClosed)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

// FuzzWrite writes findings of arbitrary text. Text never becomes a tag or an attribute: the page has as many of both as one of
// plain words in the same places.
func FuzzWrite(f *testing.F) {
	for _, seed := range findings() {
		f.Add(string(seed.Rule), string(seed.Verdict), seed.Resource, seed.Detail, seed.Remedy, "nightly")
	}
	f.Add("--><b>", "<", "{{.}}", "'\"`=", "gcloud <x>", "</title></style>")
	f.Fuzz(func(t *testing.T, id, verdict, resource, detail, remedy, title string) {
		hostile := rule.Finding{Rule: rule.ID(id), Verdict: rule.Verdict(verdict), Resource: resource, Detail: detail, Remedy: remedy}
		words := hostile
		words.Resource, words.Detail, words.Remedy = word(resource), word(detail), word(remedy)
		if _, known := rule.Find(hostile.Rule); !known {
			words.Rule = rule.ID(word(id))
		}
		got := write(t, rule.Findings{hostile}, htmlreport.WithTitle(title))
		want := write(t, rule.Findings{words}, htmlreport.WithTitle("word"))
		for _, mark := range []string{"<", ">", `"`, "</"} {
			if n, m := strings.Count(got, mark), strings.Count(want, mark); n != m {
				t.Errorf("got %d times %s, want %d as in a page of words\n%s", n, mark, m, got)
			}
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) }) {
			t.Errorf("got a character that a browser hides or obeys\n%q", got)
		}
	})
}

// word returns a harmless text for which the page has the same elements.
func word(text string) string {
	switch {
	case text == "":
		return ""
	case regexp.MustCompile(`^(gcloud|bq|go get|echo) `).MatchString(text):
		return "gcloud word"
	}
	return "word"
}

func ExampleWrite() {
	findings := rule.Findings{{Rule: rule.NoKey, Resource: "gs://bank-out/counts", Remedy: "gcloud storage rm gs://bank-out/counts"}}
	var page bytes.Buffer
	if err := htmlreport.Write(&page, findings, htmlreport.WithTitle("nightly, bank-prod")); err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(page.String()) {
		if strings.HasPrefix(line, "<h1>") || strings.Contains(line, "To do") {
			fmt.Print(line)
		}
	}
	// Output:
	// <h1>nightly, bank-prod</h1>
	// <p class="todo"><b>To do</b><code>gcloud storage rm gs://bank-out/counts</code></p>
}
