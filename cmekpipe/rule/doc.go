// Package rule is the one vocabulary of findings: what a look at a pipeline, a plan, a job or live services found, and
// what to type next. Programs read findings and print them:
//
//	findings, err := launch.Verify(ctx, draft)
//	…
//	err = rule.WriteText(os.Stdout, findings)
//
// A [Finding] names its [Rule] by an ID such as "CMEK021". An ID is never reused and its meaning never changes, so that
// alerts and suppressions may depend on it; [All] lists every rule that there is.
//
// # Defaults
//
// A finding that has no remedy of its own goes by its rule's. The zero Finding is none: its rule is not known, and it is
// an error.
//
// # Errors
//
// The writers return the errors of where they write to.
//
// # Concurrency
//
// Rules and findings are values. Every function may be called from any goroutine.
//
// # Testing
//
// Compare findings by rule and resource. Details are for people and may be worded better in a later version.
package rule
