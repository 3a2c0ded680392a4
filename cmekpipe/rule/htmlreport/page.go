package htmlreport

import (
	"strconv"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// page is what the template shows.
type page struct {
	Title   string
	Time    time.Time
	Summary rule.Summary
	// Open are the groups of findings that ask for something, the most severe first. Done are the others.
	Open, Done []group
}

// group are the findings of one rule and one verdict.
type group struct {
	rule.Rule
	// Anchor identifies the group's section.
	Anchor string
	// Level is the severity of these findings.
	Level rule.Severity
	// Label is the word for the verdict of findings that are no faults.
	Label string
	// Heading is the rule's title in words that fit the verdict.
	Heading string
	// ToDo is what to do about all of the findings, "" if each has something of its own.
	ToDo     string
	Findings rule.Findings
}

// add adds findings to the page.
func (p *page) add(findings rule.Findings) {
	for i, members := range findings.ByRule() {
		first := members[0]
		r, known := rule.Find(first.Rule)
		g := group{Rule: r, Anchor: "unknown-" + strconv.Itoa(i), Level: first.Severity(), Heading: first.Title(), ToDo: first.ToDo(), Findings: members}
		if known {
			g.Anchor = string(r.ID)
		}
		if first.Verdict != rule.VerdictFail {
			g.Anchor += "-" + string(first.Verdict)
			g.Label = label(first.Verdict)
		}
		for _, f := range members {
			if f.ToDo() != g.ToDo {
				g.ToDo = ""
			}
		}
		if g.Level == rule.SeverityNone {
			g.Heading = r.Title
			p.Done = append(p.Done, g)
		} else {
			p.Open = append(p.Open, g)
		}
	}
}

// label returns the word for a verdict.
func label(v rule.Verdict) string {
	switch v {
	case rule.VerdictCannotSee:
		return "cannot see"
	case rule.VerdictPass:
		return "passed"
	}
	return "not applicable"
}

// plain returns text from outside as one line without characters that change how the rest of it reads.
func plain(text any) string {
	switch t := text.(type) {
	case string:
		return cmekpipe.Printable(t)
	case rule.ID:
		return cmekpipe.Printable(string(t))
	}
	return ""
}
