package rule_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// FuzzWriters writes findings of arbitrary text. A terminal must not obey the text, a document must have the form of the schema, and
// neither may lose a finding.
func FuzzWriters(f *testing.F) {
	for _, seed := range findings() {
		f.Add(string(seed.Rule), string(seed.Verdict), seed.Resource, seed.Detail, seed.Remedy)
	}
	f.Add("\x1b", "\xff", "\u202egs://b\x00", "\x9b31m", "\r\n\u2028to do: nothing")
	check := findingsSchema(f)
	f.Fuzz(func(t *testing.T, id, verdict, resource, detail, remedy string) {
		one := rule.Finding{Rule: rule.ID(id), Verdict: rule.Verdict(verdict), Resource: resource, Detail: detail, Remedy: remedy}
		all := append(findings(), one, rule.Finding{Rule: rule.ID(id), Resource: detail, Remedy: remedy})
		requireSafeText(t, all)
		requireWholeDocument(t, check, all)
	})
}

func requireSafeText(t *testing.T, all rule.Findings) {
	t.Helper()
	var text strings.Builder
	if err := rule.WriteText(&text, all); err != nil {
		t.Fatal(err)
	}
	if got := text.String(); !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }) {
		t.Errorf("got %q, want text that a terminal shows as it is", got)
	}
	lines := 2 // the counts, and what is next
	for _, group := range all.ByRule() {
		if group[0].Severity() == rule.SeverityNone {
			continue
		}
		lines += 2 // a title and an empty line
		same := true
		for _, f := range group {
			same = same && f.ToDo() == group[0].ToDo()
			for _, part := range []string{f.Resource, f.Detail} {
				if part != "" {
					lines++
				}
			}
		}
		if same {
			lines++
		} else {
			lines += len(group)
		}
	}
	if got := strings.Count(text.String(), "\n"); got != lines {
		t.Errorf("got %d lines, want %d: no text may begin a line of its own\n%s", got, lines, text.String())
	}
}

func requireWholeDocument(t *testing.T, check func([]byte) error, all rule.Findings) {
	t.Helper()
	var document bytes.Buffer
	if err := rule.WriteJSON(&document, all); err != nil {
		t.Fatal(err)
	}
	if err := check(document.Bytes()); err != nil {
		t.Errorf("%v\n%s", err, document.String())
	}
	var read struct {
		Summary  rule.Summary
		Findings rule.Findings
	}
	if err := json.Unmarshal(document.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Findings) != len(all) || read.Summary != all.Summary() {
		t.Errorf("got %d findings and %+v, want %d and %+v", len(read.Findings), read.Summary, len(all), all.Summary())
	}
}
