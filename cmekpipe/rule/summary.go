package rule

import (
	"fmt"
	"strings"
)

// Summary counts findings. Each finding is counted once: what could not be seen is no error, warning or notice.
type Summary struct {
	Errors        int `json:"errors"`
	Warnings      int `json:"warnings"`
	Notices       int `json:"notices"`
	CannotSee     int `json:"cannotSee"`
	Passed        int `json:"passed"`
	NotApplicable int `json:"notApplicable"`
}

// Summary counts the findings.
func (f Findings) Summary() Summary {
	var s Summary
	for _, group := range f.ByRule() {
		first := group[0]
		switch first.Verdict {
		case VerdictCannotSee:
			s.CannotSee += len(group)
			continue
		case VerdictPass:
			s.Passed += len(group)
			continue
		case VerdictNotApplicable:
			s.NotApplicable += len(group)
			continue
		}
		switch first.Severity() {
		case SeverityError:
			s.Errors += len(group)
		case SeverityWarning:
			s.Warnings += len(group)
		default:
			s.Notices += len(group)
		}
	}
	return s
}

// String returns the counts that are not zero in words: "2 errors, 1 warning, 1 cannot be seen, 14 passed". It returns
// "no findings" if all are zero.
func (s Summary) String() string {
	var parts []string
	for _, part := range []struct {
		count     int
		one, many string
	}{
		{s.Errors, "error", "errors"}, {s.Warnings, "warning", "warnings"}, {s.Notices, "notice", "notices"},
		{s.CannotSee, "cannot be seen", "cannot be seen"}, {s.Passed, "passed", "passed"},
		{s.NotApplicable, "not applicable", "not applicable"},
	} {
		switch {
		case part.count == 1:
			parts = append(parts, "1 "+part.one)
		case part.count > 1:
			parts = append(parts, fmt.Sprint(part.count, " ", part.many))
		}
	}
	if len(parts) == 0 {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}
