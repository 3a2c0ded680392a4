package rule

// Verdict is the result of one check of a rule on one resource. The zero Verdict is [VerdictFail], and so is every text that is
// none of the constants.
type Verdict string

// The verdicts. Their text never changes.
const (
	// VerdictFail: the fault that the rule's title names is there.
	VerdictFail Verdict = "fail"
	// VerdictCannotSee: the check could not read what it needs. This is not a fault that was found, nor one that was ruled out.
	VerdictCannotSee Verdict = "cannot-see"
	// VerdictPass: the fault is not there.
	VerdictPass Verdict = "pass"
	// VerdictNotApplicable: the rule asks for nothing here, as a rule on topics of a pipeline without any.
	VerdictNotApplicable Verdict = "not-applicable"
)

// known returns one of the constants.
func (v Verdict) known() Verdict {
	switch v {
	case VerdictCannotSee, VerdictPass, VerdictNotApplicable:
		return v
	}
	return VerdictFail
}

// severity returns the severity of a finding with this verdict, of a rule. What could not be seen is at most a warning: a caller
// often lacks the permission to read what a launch does not need.
func (v Verdict) severity(of Rule) Severity {
	switch v.known() {
	case VerdictFail:
		return of.Severity
	case VerdictCannotSee:
		if of.Severity == SeverityError {
			return SeverityWarning
		}
		return of.Severity
	}
	return SeverityNone
}

// title turns the title of a rule, which names a fault, into a sentence that holds for a finding with this verdict.
func (v Verdict) title(of Rule) string {
	switch v.known() {
	case VerdictCannotSee:
		return "cannot see whether " + of.Title
	case VerdictPass:
		return "ruled out: " + of.Title
	case VerdictNotApplicable:
		return "not applicable: " + of.Title
	}
	return of.Title
}

// remedy returns what to do about a finding with this verdict that has no remedy of its own.
func (v Verdict) remedy(of Rule) string {
	switch v.known() {
	case VerdictFail:
		return of.Remedy
	case VerdictCannotSee:
		return "grant the caller the permission that is missing, and check once more"
	}
	return ""
}
