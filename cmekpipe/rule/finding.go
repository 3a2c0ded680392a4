package rule

import "cmp"

// Finding is one thing that was found on one resource.
type Finding struct {
	// Rule is the rule's ID.
	Rule string `json:"rule"`
	// Resource is the full name of what was looked at: a transform, an object, a table, a job.
	Resource string `json:"resource"`
	// Detail says what was found, in one line. It holds no user data.
	Detail string `json:"detail,omitempty"`
	// Remedy says what to type next, where the rule's own remedy can be said more exactly.
	Remedy string `json:"remedy,omitempty"`
}

// complete returns what is printed of a finding: its rule's words where it has none of its own. A finding whose rule this
// version doesn't know, such as one that a later version wrote, is an error.
func (f Finding) complete() line {
	r, known := Find(f.Rule)
	if !known {
		r = Rule{Title: "a finding of a rule that this version doesn't know", Severity: SeverityError, Remedy: "use the version that found it"}
	}
	return line{
		Rule: f.Rule, Severity: r.Severity, Title: r.Title, Resource: f.Resource, Detail: f.Detail,
		Remedy: cmp.Or(f.Remedy, r.Remedy), Link: r.Link,
	}
}

// line is a finding as it is printed.
type line struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Title    string   `json:"title"`
	Resource string   `json:"resource"`
	Detail   string   `json:"detail,omitempty"`
	Remedy   string   `json:"remedy"`
	Link     string   `json:"link,omitempty"`
}
