package rule

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Finding is one thing that a check found on one resource.
type Finding struct {
	// Rule is the ID of the rule.
	Rule ID `json:"rule"`
	// Resource is the full name of what was checked: a transform, an object, a table, a job.
	Resource string `json:"resource"`
	// Detail says what was found, in one line. It holds no user data.
	Detail string `json:"detail,omitempty"`
	// Remedy says what to do, where it can be said more exactly than in the rule's own remedy.
	Remedy string `json:"remedy,omitempty"`
}

// Severity returns the severity of the finding's rule. A finding of a rule that this version doesn't know is an error.
func (f Finding) Severity() Severity { return f.complete().Severity }

// Findings are what a check found, in the order in which it found them.
type Findings []Finding

// Err returns nil if no finding has severity error, so that a program can end with
//
//	if err := findings.Err(); err != nil { … }
//
// Otherwise it returns one [cmekpipe.Error] for each finding of severity error, joined, with the code of the finding's rule,
// the resource, and the remedy as hint. Every one is a line of the error's text.
func (f Findings) Err() error {
	var errs []error
	for _, finding := range f {
		l := finding.complete()
		if l.Severity != SeverityError {
			continue
		}
		reason := strings.TrimSpace(string(l.Rule) + " " + l.Title)
		if l.Detail != "" {
			reason += ": " + l.Detail
		}
		errs = append(errs, &cmekpipe.Error{Code: l.code, Resource: l.Resource, Hint: l.Remedy, Err: errors.New(reason)})
	}
	return errors.Join(errs...)
}

// Of returns the findings of one rule.
func (f Findings) Of(id ID) Findings {
	return slices.DeleteFunc(slices.Clone(f), func(finding Finding) bool { return finding.Rule != id })
}

// complete returns what is printed of a finding: its rule's words where it has none of its own. A finding whose rule this
// version doesn't know, such as one that a later version wrote, is an error.
func (f Finding) complete() line {
	r, known := Find(f.Rule)
	if !known {
		r = Rule{Title: "a finding of a rule that this version doesn't know", Severity: SeverityError,
			Remedy: "use the version that found it", Code: cmekpipe.Unsupported}
	}
	return line{
		Rule: f.Rule, Severity: r.Severity, Title: r.Title, Resource: f.Resource, Detail: f.Detail,
		Remedy: cmp.Or(f.Remedy, r.Remedy), Link: r.Link, code: r.Code,
	}
}

// line is a finding as it is printed.
type line struct {
	Rule     ID       `json:"rule"`
	Severity Severity `json:"severity"`
	Title    string   `json:"title"`
	Resource string   `json:"resource"`
	Detail   string   `json:"detail,omitempty"`
	Remedy   string   `json:"remedy"`
	Link     string   `json:"link,omitempty"`

	code cmekpipe.Code
}
