package insecure

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// Waiver allows one thing that a launch refuses otherwise. Create one with the functions of this package.
type Waiver struct {
	rule   rule.ID
	reason string
}

// AllowBucketWithoutDefaultKey allows that the buckets of the temp and the staging location have no default key. What workers
// and Dataflow write there without naming a key is then encrypted with a key of Google's. The reason is for the reader of the
// plan: who agreed, and until when.
func AllowBucketWithoutDefaultKey(reason string) Waiver {
	return Waiver{rule.BucketDefaultKey, reason}
}

// AllowBucketWithoutEnforcement allows a strict launch although the buckets of the temp location, the staging location and the
// template accept objects under Google's own encryption. A launch that is not strict only finds and reports such a bucket. The
// reason is for the reader of the plan: who agreed, and until when.
func AllowBucketWithoutEnforcement(reason string) Waiver {
	return Waiver{rule.BucketEnforcement, reason}
}

// AllowUnverifiedExpansion allows an expansion service on another machine that is reached without TLS, and files of other SDKs
// for which it names no SHA-256. Whoever can change that traffic chooses the code that workers run. The reason is for the reader
// of the plan: who agreed, and until when.
func AllowUnverifiedExpansion(reason string) Waiver {
	return Waiver{rule.UnverifiedExpansion, reason}
}

// Rule returns the rule whose findings are allowed.
func (w Waiver) Rule() rule.ID { return w.rule }

// Reason returns the reason that the program gives.
func (w Waiver) Reason() string { return w.reason }

// Valid reports whether the waiver was created by a function of this package, with a reason.
func (w Waiver) Valid() bool { return w.rule != "" && strings.TrimSpace(w.reason) != "" }
