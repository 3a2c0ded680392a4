package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

func TestThePageIsUpToDate(t *testing.T) {
	got, err := os.ReadFile("../../../../.github/RULES.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page(), string(got)); diff != "" {
		t.Errorf(".github/RULES.md differs from the rules; go generate ./cmekpipe/rule writes it anew (-want +got)\n%s", diff)
	}
}

func TestThePageHasASectionForEachRule(t *testing.T) {
	text := page()
	for _, r := range rule.All() {
		_, section, found := strings.Cut(text, "\n## "+string(r.ID)+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if !found || !strings.Contains(text, "| ["+string(r.ID)+"](#"+strings.ToLower(string(r.ID))+") |") {
			t.Errorf("%s: got no section, or no line in the table", r.ID)
		}
		for _, want := range []string{r.Text, r.Why, r.Remedy, r.Link, string(r.Severity), r.Since} {
			if !strings.Contains(section, want) && !strings.Contains(section, escaped(want)) {
				t.Errorf("%s: got %q, want %q in it", r.ID, section, want)
			}
		}
	}
}

func TestMarkdownIsEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"staging_location": `staging\_location`, "a|b": `a\|b`, "[x](y)": `\[x](y)`, "<b>": "&lt;b>", "`x*`": "\\`x\\*\\`", "plain": "plain",
	} {
		if got := escaped(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
