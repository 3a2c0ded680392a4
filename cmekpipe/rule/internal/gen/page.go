package main

import (
	"fmt"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

const intro = `# Rules

<!-- Written by go generate ./cmekpipe/rule from the rules of package cmekpipe/rule. Do not edit. -->

What the checks of this module report. An ID never changes its meaning and is never used again, so that alerts and suppressions
may depend on it. The [documentation of the package](../cmekpipe/rule/doc.go) lists the ranges of IDs, and says how a fault that
was found is kept apart from what a check could not see.

An **error** means that data is or would be stored without the key, or that this could not be ruled out: fix it. A **warning**
depends on something that was not checked: check it. A **notice** informs, for example about what no key covers.

`

// page returns the page of all rules: a table, and a section for each rule.
func page() string {
	var b strings.Builder
	b.WriteString(intro + "| rule | severity | |\n|---|---|---|\n")
	for _, r := range rule.All() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.ID, strings.ToLower(string(r.ID)), r.Severity, escaped(r.Title))
	}
	for _, r := range rule.All() {
		fmt.Fprintf(&b, "\n## %s\n\n**%s** (%s, %s, since %s", r.ID, escaped(capital(r.Title)), r.Severity, r.ID.Area(), r.Since)
		if r.Duty == rule.DutyGoogle {
			b.WriteString(", Google's duty")
		}
		fmt.Fprintf(&b, ")\n\n%s\n\n%s\n\nTo do: %s\n\n[Documentation](%s)\n", escaped(r.Text), escaped(r.Why), escaped(r.Remedy), r.Link)
	}
	return b.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// escaped returns a text whose characters Markdown shows as they are.
func escaped(s string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", "&lt;", "|", `\|`, "`", "\\`", "[", `\[`).Replace(s)
}
