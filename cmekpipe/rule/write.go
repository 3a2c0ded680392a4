package rule

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteText writes findings for people: one paragraph each, errors first, else in the order given.
//
//	error CMEK022: a resource is encrypted with another key
//	  gs://bank-out/counts-00000-of-00001
//	  got …, want …
//	  to do: find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again
//
// The same findings always give the same text; no findings give none.
func WriteText(w io.Writer, findings Findings) error {
	var b strings.Builder
	for _, l := range sorted(findings) {
		fmt.Fprintf(&b, "%s %s: %s\n", l.Severity, cmekpipe.Printable(string(l.Rule)), l.Title)
		for _, part := range []struct{ mark, text string }{{"", l.Resource}, {"", l.Detail}, {"to do: ", l.Remedy}} {
			if part.text != "" {
				fmt.Fprintf(&b, "  %s%s\n", part.mark, cmekpipe.Printable(part.text))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes findings for programs: one JSON object a line, in the same order, with the fields rule, severity,
// title, resource, detail, remedy and link, of which detail and link may be missing.
func WriteJSON(w io.Writer, findings Findings) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, l := range sorted(findings) {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

// sorted returns the findings as they are printed, the most severe first.
func sorted(findings Findings) []line {
	lines := make([]line, len(findings))
	for i, f := range findings {
		lines[i] = f.complete()
	}
	order := []Severity{SeverityError, SeverityWarning, SeverityNotice}
	slices.SortStableFunc(lines, func(a, b line) int {
		return slices.Index(order, a.Severity) - slices.Index(order, b.Severity)
	})
	return lines
}
