package rule

import (
	"errors"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Explain returns a page about a rule for a terminal: what it means, why it matters and what to do. For an ID that this version
// doesn't know it returns an error with code NotFound.
func Explain(id ID) (string, error) {
	r, ok := Find(id)
	if !ok {
		all := All()
		return "", &cmekpipe.Error{Op: "rule.Explain", Code: cmekpipe.NotFound, Resource: string(id),
			Err:  errors.New("got an ID of no rule of this version, want one of " + string(all[0].ID) + " to " + string(all[len(all)-1].ID)),
			Hint: "copy the ID from a finding, such as " + string(NoKey) + "; a later version has more rules"}
	}
	var b strings.Builder
	b.WriteString(string(r.ID) + ": " + r.Title + "\n")
	b.WriteString("\n" + wrapped(r.Text, ""))
	b.WriteString("\nWhy it matters\n" + wrapped(r.Why, "  "))
	b.WriteString("\nWhat to do\n  " + r.Remedy + "\n") // one line, so that a command can be copied
	b.WriteString("\nseverity  " + string(r.Severity) + "\narea      " + r.ID.Area() + "\nduty      " + string(r.Duty) +
		"\nsince     " + r.Since + "\nread      " + r.Link + "\n")
	return b.String(), nil
}

// wrapped breaks a text between words into lines of at most 80 characters. A longer word, such as a command's argument, stays whole.
func wrapped(text, indent string) string {
	const width = 80
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
			b.WriteString(indent)
			column = len(indent)
		case column+1+len(word) > width:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	b.WriteString("\n")
	return b.String()
}
