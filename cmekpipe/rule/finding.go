package rule

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Finding is the result of checking one rule on one resource, usually that the rule is violated.
type Finding struct {
	// Rule is the ID of the rule.
	Rule ID `json:"rule"`
	// Verdict is VerdictFail if it is empty.
	Verdict Verdict `json:"verdict,omitempty"`
	// Resource is the full name of what was checked: a transform, an object, a table, a job.
	Resource string `json:"resource"`
	// Detail says what was found, in one line. It holds no user data. Of VerdictCannotSee it names the missing permission.
	Detail string `json:"detail,omitempty"`
	// Remedy says what to do, where it can be said more exactly than in the rule's own remedy.
	Remedy string `json:"remedy,omitempty"`
}

// Severity returns the severity of the finding's rule. It is at most a warning if the verdict is VerdictCannotSee, and
// SeverityNone if it is VerdictPass or VerdictNotApplicable. A finding of a rule that this version doesn't know counts as an error.
func (f Finding) Severity() Severity { return f.Verdict.severity(f.rule()) }

// Title returns the title of the finding's rule in words that fit the verdict: "cannot see whether …".
func (f Finding) Title() string { return f.Verdict.title(f.rule()) }

// ToDo returns the finding's remedy, or else that of its rule. Findings that passed or do not apply have none.
func (f Finding) ToDo() string { return f.toDo(f.rule()) }

func (f Finding) toDo(r Rule) string {
	if f.Verdict.severity(r) == SeverityNone {
		return ""
	}
	return cmp.Or(f.Remedy, f.Verdict.remedy(r))
}

func (f Finding) rule() Rule {
	r, _ := Find(f.Rule)
	return r
}

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
		r := finding.rule()
		if finding.Verdict.severity(r) != SeverityError {
			continue
		}
		reason := strings.TrimSpace(string(finding.Rule) + " " + r.Title)
		if finding.Detail != "" {
			reason += ": " + finding.Detail
		}
		errs = append(errs, &cmekpipe.Error{Code: r.Code, Resource: finding.Resource, Hint: finding.toDo(r), Err: errors.New(reason)})
	}
	return errors.Join(errs...)
}

// Of returns the findings of one rule.
func (f Findings) Of(id ID) Findings {
	return slices.DeleteFunc(slices.Clone(f), func(finding Finding) bool { return finding.Rule != id })
}

// ByRule returns the findings in groups of one rule and one verdict, as reports show them: the most severe first, failures before
// what could not be seen, then in order of their IDs. Within a group they keep their order. Their verdicts are filled in.
func (f Findings) ByRule() []Findings {
	type group struct {
		id      ID
		verdict Verdict
	}
	members := make(map[group]Findings)
	var groups []group
	for _, finding := range f {
		finding.Verdict = finding.Verdict.known()
		g := group{finding.Rule, finding.Verdict}
		if members[g] == nil {
			groups = append(groups, g)
		}
		members[g] = append(members[g], finding)
	}
	severities := make(map[group]Severity, len(groups))
	for _, g := range groups {
		severities[g] = members[g][0].Severity()
	}
	order := []Severity{SeverityError, SeverityWarning, SeverityNotice, SeverityNone}
	verdicts := []Verdict{VerdictFail, VerdictCannotSee, VerdictPass, VerdictNotApplicable}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, severities[a]), slices.Index(order, severities[b])),
			cmp.Compare(slices.Index(verdicts, a.verdict), slices.Index(verdicts, b.verdict)),
			cmp.Compare(a.id, b.id))
	})
	sorted := make([]Findings, 0, len(groups))
	for _, g := range groups {
		sorted = append(sorted, members[g])
	}
	return sorted
}
