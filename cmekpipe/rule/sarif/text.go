package sarif

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// The most bytes of a text. GitHub limits descriptions of rules; the other limit keeps one finding from filling a file.
const (
	maxDescription = 1024
	maxText        = 2000
)

// messageText returns what was found, on which resource, and what to do.
func messageText(f rule.Finding) string {
	lines := []string{f.Title() + ": " + cut(plain(f.Resource), maxText)}
	if f.Detail != "" {
		lines = append(lines, cut(plain(f.Detail), maxText))
	}
	return text(strings.Join(append(lines, "To do: "+cut(plain(f.ToDo()), maxText)), "\n"))
}

// ruleID returns the ID of a finding's rule, which is never empty in a log.
func ruleID(id rule.ID) string { return cmp.Or(cut(plain(string(id)), maxDescription), "unknown") }

// plain returns text from outside as one line that reads as what it is.
func plain(s string) string { return cmekpipe.Printable(s) }

// text returns a text as a message of SARIF, in which braces are placeholders and brackets before a parenthesis are links.
func text(s string) string {
	return strings.NewReplacer("{", "{{", "}", "}}", "](", `\](`).Replace(s)
}

// cut returns a text of at most so many bytes.
func cut(s string, most int) string {
	const mark = "…"
	if len(s) <= most {
		return s
	}
	end := most - len(mark)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}
