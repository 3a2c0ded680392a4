package rule_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

func TestExplainNamesAllOfARule(t *testing.T) {
	for _, r := range rule.All() {
		page, err := rule.Explain(r.ID)
		if err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		words := strings.Join(strings.Fields(page), " ")
		for _, want := range []string{r.Title, r.Text, r.Why, r.Remedy, r.Link, string(r.Severity), string(r.Duty), r.Since, r.ID.Area()} {
			if !strings.Contains(words, want) {
				t.Errorf("%s: got %q, want %q in it", r.ID, page, want)
			}
		}
		if !strings.Contains(page, "  "+r.Remedy+"\n") {
			t.Errorf("%s: got %q, want the remedy on one line", r.ID, page)
		}
		for line := range strings.Lines(page) {
			if len(line) > 81 && !strings.Contains(line, r.Remedy) && !strings.Contains(line, r.Title) && !strings.Contains(line, r.Link) {
				t.Errorf("%s: got a line of %d characters: %q", r.ID, len(line), line)
			}
		}
	}
}

func TestExplainOfAnUnknownIDIsAnError(t *testing.T) {
	for _, id := range []rule.ID{"", "CMEK999", "cmek021", "\x1b[31m"} {
		page, err := rule.Explain(id)
		var e *cmekpipe.Error
		if page != "" || !errors.As(err, &e) || e.Code != cmekpipe.NotFound || e.Resource != string(id) || e.Hint == "" {
			t.Errorf("Explain(%q) = %q, %v, want an error with code %q", id, page, err, cmekpipe.NotFound)
		}
	}
}
