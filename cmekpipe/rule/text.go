package rule

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteText writes findings for people, the most severe rule first: a paragraph for each rule, a line with the counts, and what to
// do first.
//
//	error    CMEK022  a resource is encrypted with another key
//	  gs://bank-out/counts-00000-of-00001
//	    got …, want …
//	  to do: find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again
//
//	1 error, 14 passed
//	next: find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again
//
// Findings that passed or do not apply are only counted. The text is safe to print whatever the findings hold, and the same
// findings always give the same text. If w is a terminal, severities are coloured, unless the environment variable NO_COLOR is
// set or TERM is "dumb".
func WriteText(w io.Writer, findings Findings) error {
	t := text{colour: isTerminal(w)}
	next := ""
	for _, group := range findings.ByRule() {
		if group[0].Severity() == SeverityNone {
			break // the last groups
		}
		if next == "" && group[0].Severity() != SeverityNotice {
			next = group[0].ToDo()
		}
		t.group(group)
	}
	fmt.Fprintln(&t.out, findings.Summary())
	if next != "" {
		fmt.Fprintln(&t.out, "next:", cmekpipe.Printable(next))
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

// text is a report as it is written.
type text struct {
	out    strings.Builder
	colour bool
}

// group writes the findings of one rule. What to do about all of them is written once.
func (t *text) group(group Findings) {
	first, r := group[0], group[0].rule()
	severity, toDo := first.Verdict.severity(r), first.toDo(r)
	fmt.Fprintf(&t.out, "%s  %-7s  %s\n", t.paint(severity, fmt.Sprintf("%-7s", severity)), cmekpipe.Printable(string(r.ID)), first.Verdict.title(r))
	same := !slices.ContainsFunc(group, func(f Finding) bool { return f.toDo(r) != toDo })
	for _, f := range group {
		t.line("  ", f.Resource)
		t.line("    ", f.Detail)
		if !same {
			t.line("    to do: ", f.toDo(r))
		}
	}
	if same {
		t.line("  to do: ", toDo)
	}
	t.out.WriteString("\n")
}

// line writes a line, unless it has no text.
func (t *text) line(mark, of string) {
	if of != "" {
		t.out.WriteString(mark + cmekpipe.Printable(of) + "\n")
	}
}

// paint returns a text in the colour of a severity.
func (t *text) paint(s Severity, of string) string {
	if !t.colour {
		return of
	}
	code := map[Severity]string{SeverityError: "1;31", SeverityWarning: "1;33"}[s] // bold red, bold yellow
	if code == "" {
		code = "36" // cyan
	}
	return "\x1b[" + code + "m" + of + "\x1b[0m"
}

// isTerminal reports whether a writer shows colours. Beside terminals it finds other character devices, which show nothing.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
